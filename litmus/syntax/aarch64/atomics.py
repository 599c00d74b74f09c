"""AArch64 atomic instructions: SWP, LD<op>, ST<op>, CAS (Arm ARM C6.2, Large System Extensions)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from litmus.program import Assign, Binary, Expression, Load, Operation, Reg, Store, Tags, Unary, When
from litmus.syntax.aarch64 import memory as memory
from litmus.syntax.aarch64.memory import NARROW, data, in_memory, simple, stored
from litmus.syntax.aarch64.operands import Form, Line, value, wrap

OLD = "memory.old"
"""The register that holds what an atomic instruction read; no test can name it."""

Combine = Callable[[int, Expression, Expression], Expression]
"""What an atomic instruction on n bits writes, from what it read and from its source register."""


def _binary(op: str, complement: bool = False) -> Combine:
    """The binary operator `op`; on the complement of the source for CLR."""
    if complement:
        return lambda bits, old, source: Binary(op, old, Unary("~", source))
    return lambda bits, old, source: Binary(op, old, source)


def _extreme(op: str, signed: bool) -> Combine:
    """The signed or unsigned minimum or maximum."""
    return lambda bits, old, source: Binary(op, wrap(bits, old, signed), wrap(bits, source, signed))


def _replace(bits: int, old: Expression, source: Expression) -> Expression:
    """What SWP writes."""
    return source


OPERATIONS: dict[str, Combine] = {
    "ADD": _binary("+"), "CLR": _binary("&", complement=True), "EOR": _binary("^"), "SET": _binary("|"),
    "SMAX": _extreme("max", signed=True), "SMIN": _extreme("min", signed=True),
    "UMAX": _extreme("max", signed=False), "UMIN": _extreme("min", signed=False),
}  # fmt: skip
"""The operations of LD<op> and ST<op>."""


def _sides(order: str, returns: bool) -> tuple[Tags, Tags]:
    """The tags of the read and of the write of an atomic instruction with the suffix "", A, L or AL.

    A read whose value is dropped is no acquire (Arm ARM C6.2, at each of these instructions).
    """
    acquire = {"A"} if "A" in order else set()
    release = {"L"} if "L" in order else set()
    return frozenset({"X"} | (acquire if returns else {"NoRet"})), frozenset({"X"} | release)


def _fetch(line: Line, suffix: str, order: str, combine: Combine) -> tuple[Operation, ...]:
    """`SWP Rs,Rt,[Xn]`, `LDADD Rs,Rt,[Xn]` and their kin: Rt becomes what was there."""
    line.count(3)
    return _exchange(line, suffix, order, line.register(1, line.register(0).bits).name, combine)


def _update(line: Line, suffix: str, order: str, combine: Combine) -> tuple[Operation, ...]:
    """`STADD Rs,[Xn]` and its kin: LDADD that drops what was there."""
    line.count(2)
    return _exchange(line, suffix, order, None, combine)


def _exchange(line: Line, suffix: str, order: str, target: str | None, combine: Combine) -> tuple[Operation, ...]:
    """An atomic read, and the write of what `combine` makes of it; `target` gets what was read."""
    source, bits = data(line, 0, suffix)
    place = simple(line, len(line.operands) - 1)
    reads, writes = _sides(order, returns=target is not None)
    new = combine(bits, Reg(OLD), value(source))
    write = Store(place, stored(bits, source) if combine is _replace else in_memory(bits, new), writes, atomic=True)
    return Load(OLD, place, reads, atomic=True), write, *(() if target is None else (Assign(target, Reg(OLD)),))


def _compare_and_swap(line: Line, suffix: str, order: str) -> tuple[Operation, ...]:
    """`CAS Rs,Rt,[Xn]`: Rt is written if Rs is there; Rs becomes what was there.

    On success the machine may take Rs for what was expected, with its dependencies and picked by the comparison,
    or for what was read, which the comparison does not delay; on failure Rs is what was read.
    """
    line.count(3)
    expected, bits = data(line, 0, suffix)
    new = line.register(1, expected.bits)
    place = simple(line, 2)
    reads, writes = _sides(order, returns=expected.name is not None)
    equal = Binary("==", wrap(bits, Reg(OLD)), wrap(bits, value(expected)))
    write = Store(place, stored(bits, new), writes, atomic=True)
    if expected.name is None:
        return Load(OLD, place, reads, atomic=True), When(equal, (write,))
    kept, seen = Assign(expected.name, stored(bits, expected)), Assign(expected.name, Reg(OLD))
    load = Load(OLD, place, reads, atomic=True)
    return (When(None, (load, When(equal, (write, kept), (seen,))), (load, When(equal, (write,)), seen)),)


# --- the tables -----------------------------------------------------------------------------------------

ORDERS = ("", "A", "L", "AL")

ATOMICS = memory.accesses([
    *((f"CAS{order}", partial(_compare_and_swap, order=order), NARROW) for order in ORDERS),
    *((f"SWP{order}", partial(_fetch, order=order, combine=_replace), NARROW) for order in ORDERS),
    *((f"LD{name}{order}", partial(_fetch, order=order, combine=combine), NARROW)
      for name, combine in OPERATIONS.items() for order in ORDERS),
    *((f"ST{name}{order}", partial(_update, order=order, combine=combine), NARROW)
      for name, combine in OPERATIONS.items() for order in ("", "L")),
])  # fmt: skip
"""The atomic instructions."""

ACCESSES = {**memory.ACCESSES, **ATOMICS}
"""All instructions that access memory."""

FORMS: dict[str, Form] = memory.forms(ATOMICS)
"""Mnemonic to form, for the atomic instructions."""


def access_bits(line: Line) -> int | None:
    """How many bits an instruction accesses at a time; None if it does not access memory."""
    if line.mnemonic not in ACCESSES:
        return None
    _, suffix = ACCESSES[line.mnemonic]
    return data(line, 1 if line.mnemonic.startswith(("STXR", "STLXR")) else 0, suffix)[1]
