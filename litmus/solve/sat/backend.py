"""The solver back end: literals are gates over the variables of rf and co."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from litmus.ground import Bounded, LocationChoices, Pair, Pairs, Problem, Query
from litmus.solve.budget import Budget
from litmus.solve.sat.circuit import Circuit
from litmus.solve.sat.gates import GateRelations, GateValues
from litmus.solve.sat.z3 import Z3Solver
from litmus.unfold import EventStructure


def backend(choices: Sequence[LocationChoices | None]) -> Gates:
    """The back end for any structure."""
    return Gates()


class Gates:
    """A circuit, solved by Z3."""

    def __init__(self) -> None:
        self.algebra = Circuit()
        self.variable = self.algebra.variable

    def choice(self, place: int, members: int) -> int:
        """A variable: what it means, its clauses say."""
        return self.algebra.variable()

    def relations(
        self, bounded: Bounded, dynamic: Mapping[str, Callable[[Pair], int]], tick: Callable[[], None]
    ) -> GateRelations:
        """Relations as gates."""
        return GateRelations(self.algebra, bounded, dynamic, tick)

    def values(self, structure: EventStructure, rf: Mapping[Pair, int]) -> GateValues:
        """What reads return, as gates."""
        return GateValues(structure, self.algebra, rf)

    def solver(self, problem: Problem, pairs: Pairs, query: Query, budget: Budget) -> Z3Solver:
        """The gates as clauses of Z3."""
        return Z3Solver(problem, self.algebra, pairs, query.observables, budget)
