"""Solving by tables: all candidate executions are judged at once.  Never imports z3."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from litmus.ground import LocationChoices, Problem
from litmus.judge import Execution
from litmus.logic import bits
from litmus.program import Value
from litmus.solve.budget import Budget
from litmus.solve.found import Found
from litmus.solve.tables.truth import TruthTables


class Table:
    """A problem whose literals are truth tables."""

    def __init__(
        self, problem: Problem, tables: TruthTables, choices: Sequence[LocationChoices], budget: Budget
    ) -> None:
        self.problem = problem
        self.budget = budget
        self.tables = tables
        self.choices = choices
        self.column = self.tables.candidates
        self._made: dict[tuple[int, int], tuple[tuple[int, ...], dict[int, int]]] = {}
        self.lawful = self._conjunction(problem.required)
        self.allowed = self.lawful & self._conjunction([*problem.constraints, -problem.undefined])

    def _conjunction(self, literals: Sequence[int]) -> int:
        """The candidates that make all literals true."""
        return self.column(self.tables.all_of(literals))

    # --- answers ----------------------------------------------------------------------------------------

    def states(self) -> Iterator[Found]:
        """Every final state, with the number of executions that end in it."""
        found: list[tuple[tuple[Value, ...], int]] = [((), self.allowed)] if self.allowed else []
        for options in self.problem.observed:
            columns = [(value, self.column(literal)) for value, literal in options]
            split = ((values, value, members & column) for values, members in found for value, column in columns)
            found = [((*values, value), rest) for values, value, rest in split if rest]
        for values, members in found:
            self.budget.spend()
            yield Found(values, self._execution(members), members.bit_count())

    def witness(self, literal: int) -> Found | None:
        """The first allowed candidate that makes the literal true, or None."""
        members = self.allowed & self.column(literal)
        if not members:
            return None
        first = members & -members
        values = tuple(
            next(value for value, chosen in options if first & self.column(chosen))
            for options in self.problem.observed
        )
        return Found(values, self._execution(first), None)

    def executions(self, literal: int) -> Iterator[Execution]:
        """Every allowed candidate that makes the literal true."""
        for candidate in bits(self.allowed & self.column(literal)):
            self.budget.spend()
            yield self._execution(1 << candidate)

    def out_of_thin_air(self) -> bool:
        """Whether the axioms allow a candidate with values out of thin air."""
        return bool(self.lawful & self.column(self.problem.thin_air))

    def _execution(self, members: int) -> Execution:
        """The execution of the first candidate in a column."""
        candidate = (members & -members).bit_length() - 1
        sources: dict[int, int] = {}
        orders = {}
        for place, (stride, count) in enumerate(zip(self.tables.strides, self.tables.counts, strict=True)):
            orders[self.choices[place].pointer], chosen = self._choice(place, candidate // stride % count)
            sources.update(chosen)
        return Execution(self.problem.structure, sources, orders)

    def _choice(self, place: int, number: int) -> tuple[tuple[int, ...], dict[int, int]]:
        """The coherence order and the source of each read of one choice of a location."""
        made = self._made.get((place, number))
        if made is None:
            events, local = self.choices[place].events, self.choices[place].local
            order, sources = local.orders[number], local.sources[number]
            reads = events[len(order) :]
            made = tuple([events[w] for w in order]), {r: events[w] for r, w in zip(reads, sources, strict=True)}
            self._made[place, number] = made
        return made
