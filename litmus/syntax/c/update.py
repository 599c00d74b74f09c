"""Atomic updates as events, of the kernel's primitives and of C11 atomics.

An update is two events, in program order, `RMW` and related by rmw.  What fails is a read only, without any ordering.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from litmus.program import (
    Assume,
    Branch,
    Expression,
    Fence,
    Fork,
    Load,
    Operation,
    Reg,
    Store,
    Tags,
    Unary,
)
from litmus.syntax.c.code import Evaluator, tags


@dataclass(frozen=True, slots=True)
class Orders:
    """The tags of an update that succeeds, whether it stands between full fences, and the tags of one that fails."""

    read: Tags
    write: Tags
    fenced: bool
    failed: Tags


def orders(annotation: str, softcoded: bool, returns: bool = True) -> Orders:
    """What the annotation of an update means; see `litmus.syntax.c.macros.Macros.softcoded`."""
    if softcoded:
        same = tags(annotation, "RMW")
        return Orders(same, same, False, same)
    once = tags("once", "RMW")
    acquire = tags("acquire", "RMW") if annotation == "acquire" else once
    release = tags("release", "RMW") if annotation == "release" else once
    return Orders(acquire if returns else tags("noreturn", "RMW"), release, annotation == "mb", once)


def update(e: Evaluator, order: Orders, address: Expression, new: Callable[[Expression], Expression]) -> Reg:
    """An update to what `new` makes of the old value; the register with the old value."""
    old = e.code.temporary()
    succeed(e, order, address, old, new)
    return old


def attempt(
    e: Evaluator,
    order: Orders,
    address: Expression,
    old: Reg,
    new: Callable[[Expression], Expression],
    success: tuple[Operation, ...],
    failure: tuple[Operation, ...],
    *after_failure: Operation,
) -> None:
    """An update, or a read only, into `old`: both are explored as far as `success` and `failure` let them."""
    failed, done = e.code.fresh("failed'"), e.code.fresh("done'")
    e.code.emit(Fork(failed))
    succeed(e, order, address, old, new, *success)
    e.code.emit(Branch(None, done))
    e.code.label(failed)
    e.code.emit(Load(old.name, address, order.failed), *failure)
    for operation in after_failure:
        e.code.emit(operation)
    e.code.label(done)


def either(succeeds: Expression) -> tuple[tuple[Operation, ...], tuple[Operation, ...]]:
    """Success exactly if a condition holds, for `attempt`."""
    return (Assume(succeeds),), (Assume(Unary("!", succeeds)),)


def succeed(
    e: Evaluator,
    order: Orders,
    address: Expression,
    old: Reg,
    new: Callable[[Expression], Expression],
    *then: Operation,
) -> None:
    """The read, what comes with it, and the write, between fences if the order is full."""
    if order.fenced:
        e.code.emit(Fence(tags("mb")))
    e.code.emit(Load(old.name, address, order.read, atomic=True), *then)
    e.code.emit(Store(address, new(old), order.write, atomic=True))
    if order.fenced:
        e.code.emit(Fence(tags("mb")))
