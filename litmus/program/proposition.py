"""What propositions come to: one fold, one map, one way to write them, and functions of the values of observables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias, TypeVar

from litmus.errors import InputError
from litmus.program.condition import And, Compare, MemoryAt, Not, Observable, Or, Proposition, RegisterAt
from litmus.program.term import INTEGER_OPERATORS
from litmus.program.value import Pointer, Value

Result = TypeVar("Result")

Values: TypeAlias = Sequence[Value]
Predicate: TypeAlias = Callable[[Values], bool]


def folded(
    proposition: Proposition,
    compare: Callable[[Compare], Result],
    all_of: Callable[[list[Result]], Result],
    any_of: Callable[[list[Result]], Result],
    negated: Callable[[Result], Result],
) -> Result:
    """What a proposition comes to, from what its comparisons come to, the innermost and the left ones first."""
    match proposition:
        case Compare():
            return compare(proposition)
        case Not(argument):
            return negated(folded(argument, compare, all_of, any_of, negated))
    parts = [folded(argument, compare, all_of, any_of, negated) for argument in proposition.arguments]
    return all_of(parts) if isinstance(proposition, And) else any_of(parts)


@dataclass(frozen=True, slots=True)
class Notation:
    """How a language writes propositions: its connectives, `{}` in brackets negated, and both truths.

    `spare`: brackets only where a reader needs them, around a disjunction in a conjunction; otherwise around every
    connective that stands in another one.
    """

    conjunction: str
    disjunction: str
    negation: str
    true: str
    false: str
    spare: bool = False


def written(proposition: Proposition, compare: Callable[[Compare], str], notation: Notation) -> str:
    """A proposition in a notation, its comparisons as `compare` writes them."""
    if isinstance(proposition, Compare):
        return compare(proposition)
    if isinstance(proposition, Not):
        return notation.negation.format(written(proposition.argument, compare, notation))
    if not proposition.arguments:
        return notation.true if isinstance(proposition, And) else notation.false
    sign = notation.conjunction if isinstance(proposition, And) else notation.disjunction
    return sign.join(_part(proposition, part, compare, notation) for part in proposition.arguments)


def _part(parent: And | Or, part: Proposition, compare: Callable[[Compare], str], notation: Notation) -> str:
    """An argument of a connective, in brackets where the notation wants them."""
    text = written(part, compare, notation)
    if isinstance(part, Compare | Not):
        return text
    loose = isinstance(part, Or) and isinstance(parent, And) and len(part.arguments) > 1
    return f"({text})" if loose or not notation.spare else text


def mapped(proposition: Proposition, change: Callable[[Compare], Compare]) -> Proposition:
    """The proposition with each comparison changed."""
    if isinstance(proposition, Compare):
        return change(proposition)
    if isinstance(proposition, Not):
        return Not(mapped(proposition.argument, change))
    return replace(proposition, arguments=tuple([mapped(argument, change) for argument in proposition.arguments]))


def predicate(proposition: Proposition, observables: Sequence[Observable]) -> Predicate:
    """The proposition as a function of the observables' values, in their order; all it mentions are among them."""
    places = {item.name: i for i, item in enumerate(observables)}  # names are found faster than observables
    return folded(proposition, lambda node: _comparison(node, places), _all_of, _any_of, _negated)


def _all_of(parts: list[Predicate]) -> Predicate:
    return lambda values: all(part(values) for part in parts)


def _any_of(parts: list[Predicate]) -> Predicate:
    return lambda values: any(part(values) for part in parts)


def _negated(part: Predicate) -> Predicate:
    return lambda values: not part(values)


def _comparison(node: Compare, places: Mapping[str, int]) -> Predicate:
    op, left, right = node.op, places[node.left.name], node.right
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
