"""The table back end: literals are truth tables over all candidate executions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from litmus.errors import InternalError
from litmus.ground import Bounded, LocationChoices, Pair, Pairs, Problem, Query
from litmus.solve.budget import Budget
from litmus.solve.tables.solver import Table
from litmus.solve.tables.tabulation import TableRelations, TableValues
from litmus.solve.tables.truth import TruthTables
from litmus.unfold import EventStructure


def backend(choices: Sequence[LocationChoices | None]) -> Tables:
    """The back end for a structure with these choices, all of which are known."""
    return Tables(choices)


class Tables:
    """The truth tables over the choices of a structure's locations, each of which has been enumerated."""

    def __init__(self, choices: Sequence[LocationChoices | None]) -> None:
        self.choices = [choice for choice in choices if choice is not None]
        self.algebra = TruthTables([len(choice.local.orders) for choice in self.choices])
        self.choice = self.algebra.choice

    def variable(self) -> int:
        """Never: truth tables need the choices of every location."""
        raise InternalError("truth tables need the choices of every location")

    def relations(
        self, bounded: Bounded, dynamic: Mapping[str, Callable[[Pair], int]], tick: Callable[[], None]
    ) -> TableRelations:
        """Relations as truth tables."""
        return TableRelations(self.algebra, bounded, dynamic, tick)

    def values(self, structure: EventStructure, rf: Mapping[Pair, int]) -> TableValues:
        """What reads return, as truth tables."""
        return TableValues(structure, self.algebra, rf)

    def solver(self, problem: Problem, pairs: Pairs, query: Query, budget: Budget) -> Table:
        """All candidates, judged at once."""
        return Table(problem, self.algebra, self.choices, budget)
