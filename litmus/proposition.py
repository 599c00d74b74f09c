"""Propositions on final states."""

from __future__ import annotations

from collections.abc import Mapping

from litmus.errors import InputError
from litmus.program import And, Compare, MemoryAt, Not, Observable, Or, Pointer, Proposition, RegisterAt, Value
from litmus.term import INTEGER_OPERATORS


def holds(proposition: Proposition, state: Mapping[Observable, Value]) -> bool:
    """Whether a final state satisfies a proposition; the state has every observable it mentions."""
    match proposition:
        case Compare(left, op, right):
            return _compare(op, state[left], state[right] if isinstance(right, RegisterAt | MemoryAt) else right)
        case And(arguments):
            return all(holds(a, state) for a in arguments)
        case Or(arguments):
            return any(holds(a, state) for a in arguments)
        case Not(argument):
            return not holds(argument, state)


def _compare(op: str, left: Value, right: Value) -> bool:
    if op in ("=", "!="):
        return (left == right) == (op == "=")
    if isinstance(left, Pointer) or isinstance(right, Pointer):
        raise InputError(f"the condition compares an address with '{op}'", hint="addresses are equal or not")
    return bool(INTEGER_OPERATORS[op](left, right))


__all__ = ["holds"]
