"""What a test asks of its final states, and what it expects: observables, propositions, conditions, expectations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from litmus.program.value import Pointer, Value
from litmus.source import Span


@dataclass(frozen=True, slots=True)
class RegisterAt:
    """The final value of a register of a thread; `name` is how the test writes it and results show it."""

    thread: int
    register: str
    name: str


@dataclass(frozen=True, slots=True)
class MemoryAt:
    """The final value of a memory location; `name` is how the test writes it and results show it."""

    pointer: Pointer
    name: str


Observable: TypeAlias = RegisterAt | MemoryAt


@dataclass(frozen=True, slots=True)
class Compare:
    """`left op right`, op one of `=` `!=` `<` `<=` `>` `>=`."""

    left: Observable
    op: str
    right: Value | Observable


@dataclass(frozen=True, slots=True)
class And:
    """All of the arguments; the empty conjunction is true."""

    arguments: tuple[Proposition, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """One of the arguments; the empty disjunction is false."""

    arguments: tuple[Proposition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Negation."""

    argument: Proposition


Proposition: TypeAlias = Compare | And | Or | Not
TRUE = And(())

Kind: TypeAlias = Literal["exists", "~exists", "forall"]


@dataclass(frozen=True, slots=True)
class Condition:
    """The question of a test: a quantifier over final states and a proposition (`never` is `~exists`)."""

    kind: Kind
    proposition: Proposition


Expected: TypeAlias = Literal["allowed", "forbidden", "always"]


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a test says of its proposition under a model: reachable, unreachable, or in every final state."""

    model: str
    verdict: Expected
    span: Span | None = None


def comparisons(proposition: Proposition) -> list[Compare]:
    """The comparisons of a proposition, left to right."""
    if isinstance(proposition, Compare):
        return [proposition]
    if isinstance(proposition, Not):
        return comparisons(proposition.argument)
    return [found for part in proposition.arguments for found in comparisons(part)]


def mentioned(proposition: Proposition) -> tuple[Observable, ...]:
    """The observables of a proposition, left to right, repetitions included."""
    sides = (side for node in comparisons(proposition) for side in (node.left, node.right))
    return tuple(side for side in sides if isinstance(side, RegisterAt | MemoryAt))
