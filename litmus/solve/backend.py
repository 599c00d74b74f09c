"""Back ends: the choice of one for an event structure, and a structure as it is posed to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from litmus.cat import Theory
from litmus.ground import Backend as Literals
from litmus.ground import LocationChoices, Pairs, Problem, Query, Rules, candidates, every_location, ground, make_pairs
from litmus.solve.budget import Budget, Undecided
from litmus.solve.found import Solver
from litmus.unfold import EventStructure

ENGINES = ("auto", "z3", "table")
"""What may be asked for: the choice by number of candidates, or one of the two back ends."""

MOST_CANDIDATES = 100_000
"""Truth tables are used up to this many candidate executions; beyond it `auto` uses Z3."""


class Backend(Literals, Protocol):
    """Literals, and the solver that answers problems made of them."""

    def solver(self, problem: Problem, pairs: Pairs, query: Query, budget: Budget) -> Solver:
        """A problem, ready to be solved."""
        ...


def backend(engine: str, choices: Sequence[LocationChoices | None]) -> Backend:
    """The back end for a structure with these choices at each location, by one of `ENGINES`.

    Raises Undecided where tables are asked for, and are too large.
    """
    number = candidates(choices)
    if engine != "z3" and number is not None and number <= MOST_CANDIDATES:
        from litmus.solve.tables import Tables

        return Tables(choices)
    if engine == "table":
        raise Undecided(f"more than {MOST_CANDIDATES} candidate executions are too many for tables")
    from litmus.solve.sat import Gates

    return Gates()


@dataclass(frozen=True, slots=True, eq=False)
class Posed:
    """An event structure as a problem of its back end."""

    pairs: Pairs
    problem: Problem
    query: Query
    backend: Backend

    def solver(self, budget: Budget, problem: Problem | None = None) -> Solver:
        """The problem, or another one made of its literals, ready to be solved."""
        return self.backend.solver(problem or self.problem, self.pairs, self.query, budget)


def pose(
    structure: EventStructure, theory: Theory, rules: Rules, query: Query, engine: str, budget: Budget
) -> Posed | None:
    """A structure under a theory as a problem; None where the rules leave no candidate execution.

    `rules`: what every candidate keeps to at each location; no more than the theory demands.  Raises Undecided.
    """
    choices = every_location(structure, rules)
    if candidates(choices) == 0:
        return None
    chosen = backend(engine, choices)
    pairs = make_pairs(structure, rules, choices, chosen)
    return Posed(pairs, ground(pairs, theory, query, budget.spend), query, chosen)
