"""Mixed-size accesses are refused: the memory models here know only accesses that are equal or apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from litmus.errors import UnsupportedError
from litmus.program import (
    Assign,
    Binary,
    Const,
    Expression,
    Load,
    Operation,
    Pointer,
    Reg,
    Store,
    StoreConditional,
    Value,
    When,
)
from litmus.source import Span

Code: TypeAlias = list[tuple[tuple[Operation, ...], int | None, Span]]
"""The instructions of a thread: operations, bytes of their memory accesses (None: unknown or none), place."""


def check(threads: Sequence[tuple[int, Code]], registers: Mapping[tuple[int, str], Value]) -> None:
    """Raises UnsupportedError at an access whose width differs from another's to a location that may be the same.

    `threads` are number and code.  An address that is not known before the run may be any location.
    """
    seen: dict[str | None, tuple[int, Span]] = {}
    widths = {width for _, code in threads for _, width, _ in code if width}
    if len(widths) > 1:
        for base, width, span in _accesses(threads, registers):
            others = seen.values() if base is None else [seen[key] for key in (base, None) if key in seen]
            if any(other != width for other, _ in others):
                raise _refusal(width, next(other for other, _ in others if other != width), span)
            seen.setdefault(base, (width, span))


def _refusal(width: int, other: int, span: Span) -> UnsupportedError:
    """The error at an access of `width` bytes to what may be a location accessed with `other` bytes."""
    return UnsupportedError(
        f"mixed-size accesses: this one has {width} bytes, another that may be to the same location has {other}",
        span,
        "use accesses of one size for each location",
    )


def _accesses(
    threads: Sequence[tuple[int, Code]], registers: Mapping[tuple[int, str], Value]
) -> Iterator[tuple[str | None, int, Span]]:
    """Each memory access: its variable (None if it is not known before the run), bytes, place."""
    for index, code in threads:
        written = {name for operations, _, _ in code for name in _written(operations)}
        fixed = {name: value for (thread, name), value in registers.items() if thread == index and name not in written}
        for operations, width, span in code:
            for address in _addresses(operations):
                if width:
                    yield _base(address, fixed), width, span


def _written(operations: Sequence[Operation]) -> Iterator[str]:
    """The registers that operations write."""
    for operation in operations:
        if isinstance(operation, Assign | Load) and operation.register:
            yield operation.register
        elif isinstance(operation, StoreConditional):
            yield operation.status
        elif isinstance(operation, When):
            yield from _written((*operation.then, *operation.otherwise))


def _addresses(operations: Sequence[Operation]) -> Iterator[Expression]:
    """The addresses that operations access."""
    for operation in operations:
        if isinstance(operation, Load | Store | StoreConditional):
            yield operation.address
        elif isinstance(operation, When):
            yield from _addresses((*operation.then, *operation.otherwise))


def _base(address: Expression, fixed: Mapping[str, Value]) -> str | None:
    """The variable that an address lies in, if it can be told."""
    if isinstance(address, Const):
        return address.value.base if isinstance(address.value, Pointer) else None
    if isinstance(address, Reg):
        value = fixed.get(address.name)
        return value.base if isinstance(value, Pointer) else None
    if isinstance(address, Binary) and address.op == "+":
        return _base(address.left, fixed) or _base(address.right, fixed)
    return None
