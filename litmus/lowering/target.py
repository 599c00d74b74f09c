"""What a table of a target says: the assembly cells for each thing that a native test can do.

A cell is the text of one instruction with holes: `{d}` the register that gets the result, `{s}` `{l}` `{r}`
operands (a register, or a literal where the target has them), `{S}` `{L}` operands that must be registers,
`{e}` the expected value of a compare-and-exchange, `{n}` a number, `{a}` a memory operand, `{b}` a register with
an address, `{t}` and `{u}` further scratch registers, `{o}` the ordering's suffix, `{conditional}` that of a
store-conditional, `{label}` a label, `{retry}` and `{out}` the labels of a retry loop.  A cell that begins with
`{retry}:` stands behind that label.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, get_args

from litmus.lowering.barriers import Fences
from litmus.program import Syntax
from litmus.syntax.assembly.language import Language
from litmus.syntax.native.tree import Ordering, UpdateKind

Cells: TypeAlias = tuple[str, ...]

OUT = "{out}:"
"""The cell that is only the place where an operation that stores nothing goes on."""

ARITHMETIC = ("+", "-", "&", "|", "^")
"""The operators that a table has instructions for; comparisons have cells of their own."""


def three_operands(*mnemonics: str) -> Mapping[str, Cells]:
    """The cells of ARITHMETIC, in that order, where an instruction names its result and both operands."""
    return {op: (f"{mnemonic} {{d}},{{l}},{{r}}",) for op, mnemonic in zip(ARITHMETIC, mnemonics, strict=True)}


@dataclass(frozen=True, slots=True)
class Target(Syntax):
    """An architecture as the target of lowering; everything that differs between targets is here.

    `registers` are in the order of use. `element` is the bytes of a location and of an array element, `declare` its
    type in a printed test. `literal` is how a number stands as an operand (None: only where `immediate` has a form
    for it, within `immediates`); `zero` is the register that is always 0; `direct` is a memory operand by name (None:
    the address must be in a register). `compare` sets flags for `jumps` and `test`, which puts a comparison's 0 or 1
    in a register; where it is empty, they have its operands themselves. `updates` keep the old value, `dropped` need
    not, for the orderings in `dropping`. `before` and `after` are the barriers around an atomic operation. Where its
    cells end with OUT, an attempt that stores nothing jumps there, past the barriers after it; `paired` are the suffix
    of the store-conditional and these barriers, where they are others than `after`.
    `expected` is the register in which compare-and-exchange takes the expected value and gives the old one (None:
    any).
    """

    arch: str
    title: str
    registers: tuple[str, ...]
    element: int
    declare: str
    indirect: str
    move: str
    number: str
    binary: Mapping[str, Cells]
    compare: str
    jumps: Mapping[str, str]
    jump: str
    read: Mapping[Ordering, Cells]
    write: Mapping[Ordering, Cells]
    fences: Fences
    updates: Mapping[UpdateKind, Cells]
    language: Language
    before: Mapping[Ordering, Cells] = field(default_factory=dict)
    after: Mapping[Ordering, Cells] = field(default_factory=dict)
    suffix: Mapping[Ordering, str] = field(default_factory=dict)
    paired: Mapping[Ordering, tuple[str, Cells]] = field(default_factory=dict)
    dropped: Mapping[UpdateKind, Cells] = field(default_factory=dict)
    dropping: tuple[Ordering, ...] = get_args(Ordering)
    test: Mapping[str, Cells] = field(default_factory=dict)
    immediate: Mapping[str, str] = field(default_factory=dict)
    immediates: range = range(0, 4096)
    literal: str | None = None
    direct: str | None = None
    zero: str | None = None
    expected: str | None = None
