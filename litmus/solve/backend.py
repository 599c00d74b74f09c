"""Back ends: the choice of one for an event structure, and a structure as it is posed to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol

from litmus.cat import Theory
from litmus.ground import Backend as Literals
from litmus.ground import LocationChoices, Pairs, Problem, Query, Rules, candidates, every_location, ground, make_pairs
from litmus.solve.budget import Budget, Undecided
from litmus.solve.found import Solver
from litmus.unfold import EventStructure

BACKENDS = {"z3": "litmus.solve.sat", "table": "litmus.solve.tables"}
"""The back ends by name: the package of each, whose `backend(choices)` makes one for a structure."""

ENGINES = ("auto", *BACKENDS)
"""What may be asked for: the choice by number of candidates, or one of the back ends."""

MOST_CANDIDATES = 100_000
"""`auto` takes truth tables up to this many candidate executions, and Z3 beyond it."""


class Backend(Literals, Protocol):
    """Literals, and the solver that answers problems made of them."""

    def solver(self, problem: Problem, pairs: Pairs, query: Query, budget: Budget) -> Solver:
        """A problem, ready to be solved."""
        ...


def backend(engine: str, choices: Sequence[LocationChoices | None]) -> Backend:
    """The back end for a structure with these choices at each location, by one of `ENGINES`; imported only now.

    Raises Undecided where the structure is too large for the one that is asked for.
    """
    number = candidates(choices)
    few = number is not None and number <= MOST_CANDIDATES
    if engine == "table" and not few:
        raise Undecided(f"more than {MOST_CANDIDATES} candidate executions are too many for tables")
    name = ("table" if few else "z3") if engine == "auto" else engine
    made: Backend = import_module(BACKENDS[name]).backend(choices)
    return made


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
