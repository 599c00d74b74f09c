"""An assembly language, as its module offers it to the frame, and what an instruction of it means."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from litmus.program import Binary, Branch, Const, Expression, Operation, Pointer, Select, Unary


@dataclass(frozen=True, slots=True)
class Language:
    """An assembly language, as its module offers it.

    `instruction(text)`: the operations of an instruction, remembered by text; raises InputError with a span
    relative to `text`, which the frame moves into the file.  `register(name)`: the canonical name of a
    register, None if there is no such register; all names of one register give the same.  `names`: registers
    for hints.  `width(text)`: bytes of the memory accesses of an instruction; where it is given, accesses of
    different widths to one location are refused.  `canonical`: results show registers by their canonical names.
    """

    arch: str
    instruction: Callable[[str], tuple[Operation, ...]]
    register: Callable[[str], str | None]
    names: tuple[str, ...] = ()
    width: Callable[[str], int | None] | None = None
    canonical: bool = False


@dataclass(frozen=True, slots=True)
class Meaning:
    """What there is to know of an instruction text."""

    operations: tuple[Operation, ...]
    targets: tuple[str, ...]
    locations: tuple[str, ...]
    width: int | None


@lru_cache(maxsize=8192)
def meaning(language: Language, text: str) -> Meaning:
    """The meaning of an instruction, each distinct text read once."""
    operations = language.instruction(text)
    targets = tuple(operation.target for operation in operations if isinstance(operation, Branch))
    pointers = dict.fromkeys(name for operation in operations for name in _locations(operation))
    return Meaning(operations, targets, tuple(pointers), language.width(text) if language.width else None)


def _locations(operation: Operation) -> Iterator[str]:
    """The locations whose addresses an operation names."""
    for part in (getattr(operation, name, None) for name in ("address", "value", "expression", "condition")):
        if part is not None:
            yield from _pointers(part)
    for inner in (*getattr(operation, "then", ()), *getattr(operation, "otherwise", ())):
        yield from _locations(inner)


def _pointers(expression: Expression) -> Iterator[str]:
    """The locations whose addresses an expression names."""
    if isinstance(expression, Const):
        if isinstance(expression.value, Pointer):
            yield expression.value.base
    elif isinstance(expression, Unary):
        yield from _pointers(expression.argument)
    elif isinstance(expression, Binary):
        yield from (*_pointers(expression.left), *_pointers(expression.right))
    elif isinstance(expression, Select):
        yield from (*_pointers(expression.then), *_pointers(expression.otherwise))
