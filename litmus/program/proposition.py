"""Propositions on final states, made into functions of the values of the observables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from litmus.errors import InputError
from litmus.program.ir import And, Compare, MemoryAt, Not, Observable, Or, Pointer, Proposition, RegisterAt, Value
from litmus.program.term import INTEGER_OPERATORS

Values: TypeAlias = Sequence[Value]
Predicate: TypeAlias = Callable[[Values], bool]


def predicate(proposition: Proposition, observables: Sequence[Observable]) -> Predicate:
    """The proposition as a function of the observables' values, in their order; all it mentions are among them."""
    return _predicate(proposition, {item.name: i for i, item in enumerate(observables)})


def _predicate(proposition: Proposition, places: Mapping[str, int]) -> Predicate:
    """The same, given the place of each observable by its name: names are found faster than observables."""
    match proposition:
        case Compare(left, op, right):
            return _comparison(op, places[left.name], right, places)
        case And(arguments):
            conjuncts = [_predicate(a, places) for a in arguments]
            return lambda values: all(p(values) for p in conjuncts)
        case Or(arguments):
            disjuncts = [_predicate(a, places) for a in arguments]
            return lambda values: any(p(values) for p in disjuncts)
        case Not(argument):
            inner = _predicate(argument, places)
            return lambda values: not inner(values)


def _comparison(op: str, left: int, right: Value | Observable, places: Mapping[str, int]) -> Predicate:
    if isinstance(right, RegisterAt | MemoryAt):
        other = places[right.name]
        return lambda values: _compare(op, values[left], values[other])
    constant = right
    if op == "=":
        return lambda values: values[left] == constant
    return lambda values: _compare(op, values[left], constant)


def _compare(op: str, left: Value, right: Value) -> bool:
    if op in ("=", "!="):
        return (left == right) == (op == "=")
    if isinstance(left, Pointer) or isinstance(right, Pointer):
        raise InputError(f"the condition compares an address with '{op}'", hint="addresses are equal or not")
    return bool(INTEGER_OPERATORS[op](left, right))
