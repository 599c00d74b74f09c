"""32-bit ARM instructions on memory: loads, stores, exclusives, barriers.

Tags are the sets of the published ARM cat models: `X` an exclusive access, a barrier's own name for a barrier: `DMB`
and `DSB` for those of the full system, `DMB.ST`, `DMB.ISH`, ... with another option, and `ISB`.
"""

from __future__ import annotations

from functools import partial

from litmus.errors import UnsupportedError
from litmus.program import Assign, Expression, Fence, Load, Reg, Store, StoreConditional, Unary
from litmus.syntax.arm.data import Form, Operations
from litmus.syntax.arm.operands import address, simple_address, value
from litmus.syntax.assembly.operands import Line

X = frozenset({"X"})
WIDTHS = {"": 4, "b": 1, "h": 2}
SIGNED = {"sb": 1, "sh": 2}


def _load(width: int, signed: bool, line: Line) -> Operations:
    """`LDR Rt,address` and its kin."""
    target = line.register(0)
    place, update = address(line, 1, width)
    extend = (Assign(target, Unary(f"s{8 * width}", Reg(target))),) if signed else ()
    return Load(target, place), *extend, *update


def _store(width: int, line: Line) -> Operations:
    """`STR Rt,address` and its kin."""
    source = _stored(width, value(line, 0))
    place, update = address(line, 1, width)
    return Store(place, source), *update


def _stored(width: int, expression: Expression) -> Expression:
    """What a store of `width` bytes keeps of a register."""
    return expression if width == 4 else Unary(f"u{8 * width}", expression)


def _load_exclusive(width: int, line: Line) -> Operations:
    """`LDREX Rt,[Rn]`."""
    return (Load(line.register(0), simple_address(line, 1), X, exclusive=True),)


def _store_exclusive(width: int, line: Line) -> Operations:
    """`STREX Rd,Rt,[Rn]`: Rd becomes 0 if it stores, 1 if it does not; either way it depends on the operands."""
    place, stored = simple_address(line, 2), _stored(width, value(line, 1))
    return (StoreConditional(line.register(0), place, stored, X, status_depends="operands"),)


# --- barriers -------------------------------------------------------------------------------------------

OPTIONS = {
    "sy": "", "st": ".ST", "ish": ".ISH", "ishst": ".ISHST", "nsh": ".NSH", "nshst": ".NSHST", "osh": ".OSH",
    "oshst": ".OSHST", "un": ".NSH", "unst": ".NSHST",
}  # fmt: skip
"""The options of DMB and DSB (DDI 0406, A8.8.43) to the ends of their tags."""

LOADS = frozenset({"ld", "ishld", "nshld", "oshld"})
"""The options that ARMv8 added."""


def _barrier(line: Line) -> Operations:
    """`DMB` and `DSB`, with an option or for the full system."""
    line.end(0, 1)
    option = line.name(0, "a barrier option").lower() if line.operands else "sy"
    if option in LOADS:
        line.fail(UnsupportedError, 0, f"ARMv7 has no '{line.source.text}'", "use DMB, or an AArch64 test")
    if option not in OPTIONS:
        line.wrong(0, "a barrier option")
    return (Fence(frozenset({line.mnemonic.upper() + OPTIONS[option]})),)


def _instruction_barrier(line: Line) -> Operations:
    """`ISB`, with its only option or without."""
    line.end(0, 1)
    if line.operands and line.name(0, "a barrier option").lower() != "sy":
        line.wrong(0, "a barrier option")
    return (Fence(frozenset({"ISB"})),)


# --- the tables -----------------------------------------------------------------------------------------

ACCESSING: dict[str, tuple[Form, int]] = {
    **{f"ldr{end}": (partial(_load, width, False), width) for end, width in WIDTHS.items()},
    **{f"ldr{end}": (partial(_load, width, True), width) for end, width in SIGNED.items()},
    **{f"str{end}": (partial(_store, width), width) for end, width in WIDTHS.items()},
    **{f"ldrex{end}": (partial(_load_exclusive, width), width) for end, width in WIDTHS.items()},
    **{f"strex{end}": (partial(_store_exclusive, width), width) for end, width in WIDTHS.items()},
}
"""Mnemonic to form and bytes, for the instructions that access memory."""

FORMS: dict[str, Form] = {
    **{name: form for name, (form, _) in ACCESSING.items()},
    "dmb": _barrier, "dsb": _barrier, "isb": _instruction_barrier,
}  # fmt: skip
"""Mnemonic to form."""
