"""Edits of operations and instructions: each takes away one way of ordering, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TypeAlias

from litmus.program import (
    PREDICTED,
    Branch,
    Const,
    Expression,
    Fence,
    Instruction,
    Load,
    Operation,
    Reg,
    Store,
    StoreConditional,
    Unary,
    Value,
    When,
)

KEPT = frozenset({"Srcu-lock", "Srcu-unlock"})
"""Fences that are more than order: without one of them the others lose their meaning."""

SECTION = ("Rcu-lock", "Rcu-unlock")

OPERANDS = ("left", "right", "condition", "then", "otherwise")
"""The fields of expressions of two or three arguments."""

Edit: TypeAlias = Callable[[Operation], tuple[Operation, ...]]


def flat(operations: Sequence[Operation]) -> Iterator[Operation]:
    """The operations, with those inside of a choice."""
    for operation in operations:
        yield operation
        if isinstance(operation, When):
            yield from flat((*operation.then, *operation.otherwise))


def mapped(operations: Sequence[Operation], edit: Edit) -> tuple[Operation, ...]:
    """The operations edited, with those inside of a choice."""
    done: list[Operation] = []
    for operation in operations:
        if isinstance(operation, When):
            then, otherwise = mapped(operation.then, edit), mapped(operation.otherwise, edit)
            operation = replace(operation, then=then, otherwise=otherwise)
        done.extend(edit(operation))
    return tuple(done)


def split(instruction: Instruction) -> Iterator[Instruction]:
    """An instruction that reads and writes as two, the write in the second."""
    at = next((i for i, o in enumerate(instruction.operations) if isinstance(o, Store)), 0)
    if at:
        yield replace(instruction, operations=instruction.operations[:at])
    labels = () if at else instruction.labels
    yield replace(instruction, operations=instruction.operations[at:], labels=labels)


def computed(expression: Expression | None, own: frozenset[str] = frozenset()) -> bool:
    """Whether an expression may depend on a read; registers of `own` do not count."""
    match expression:
        case None:
            return False
        case Reg(name):
            return name not in own
        case Unary():
            return computed(expression.argument, own)
    return any(computed(getattr(expression, part, None), own) for part in OPERANDS)


def _predicted(expression: Expression) -> Expression:
    return Unary(PREDICTED, expression) if computed(expression) else expression


def no_fence(operation: Operation) -> tuple[Operation, ...]:
    """Nothing for a fence, but for those of sections."""
    keep = not isinstance(operation, Fence) or bool(operation.tags & (KEPT | frozenset(SECTION)))
    return (operation,) if keep else ()


def not_atomic(operation: Operation) -> tuple[Operation, ...]:
    """An access by itself, not a part of an atomic update."""
    if isinstance(operation, Load | Store):
        return (replace(operation, atomic=False, tags=operation.tags - {"AMO"}),)
    return (operation,)


def no_address(operation: Operation) -> tuple[Operation, ...]:
    """The access, with its address known beforehand."""
    if isinstance(operation, Load | Store | StoreConditional):
        return (replace(operation, address=_predicted(operation.address)),)
    return (operation,)


def no_data(operation: Operation) -> tuple[Operation, ...]:
    """The write, with its value known beforehand."""
    if isinstance(operation, Store | StoreConditional):
        return (replace(operation, value=_predicted(operation.value)),)
    return (operation,)


def constant(value: Value, operation: Operation) -> tuple[Operation, ...]:
    """The operation, storing a constant."""
    if isinstance(operation, Store | StoreConditional):
        return (replace(operation, value=Const(value)),)
    return (operation,)


def no_control(operation: Operation) -> tuple[Operation, ...]:
    """The branch, with its condition known beforehand."""
    if isinstance(operation, Branch) and operation.condition is not None:
        return (replace(operation, condition=_predicted(operation.condition)),)
    return (operation,)
