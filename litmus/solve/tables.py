"""The table back end: a truth table over all candidate executions, one integer for each proposition.

Candidate number c makes choice `c // stride % count` at each location.  A proposition is an integer with bit
c set where it is true, so one AND or OR judges every candidate at once.  Never imports z3.
"""

from __future__ import annotations

from collections.abc import Iterator

from litmus.choices import LocationChoices
from litmus.circuit import AND, TRUE
from litmus.errors import InternalError
from litmus.execution import Execution
from litmus.ground import Problem
from litmus.pairs import Pairs
from litmus.program import Value
from litmus.relation import bits
from litmus.solve.budget import Budget
from litmus.solve.found import Found
from litmus.solve.order import gate_order, is_recursive

GATES_BETWEEN_CHECKS = 256
"""The time limit is looked at after this many gates."""


class Table:
    """The truth table of a problem whose locations all have their choices enumerated."""

    def __init__(self, problem: Problem, pairs: Pairs, budget: Budget) -> None:
        self.problem = problem
        self.budget = budget
        self.choices: list[LocationChoices] = [c for c in pairs.choices if c is not None]
        if len(self.choices) != len(pairs.choices):
            raise InternalError("a truth table needs the choices of every location")
        self.strides: list[int] = []
        self.size = 1
        for choice in self.choices:
            self.strides.append(self.size)
            self.size *= len(choice.local.orders)
        self.full = (1 << self.size) - 1
        self._columns: list[int] = [0] * len(problem.circuit.kinds)
        self._fill(pairs)
        defined = self.full & ~self.column(problem.undefined)
        self.lawful = self._conjunction(problem.required)
        self.allowed = self.lawful & defined & self._conjunction(problem.constraints)

    # --- columns ----------------------------------------------------------------------------------------

    def _fill(self, pairs: Pairs) -> None:
        """The column of every variable and gate."""
        columns, circuit = self._columns, self.problem.circuit
        columns[TRUE] = self.full
        for literal, (place, members) in pairs.bits.items():
            columns[literal] = self._spread(place, members)
        for done, group in enumerate(gate_order(circuit)):
            if done % GATES_BETWEEN_CHECKS == 0:
                self.budget.spend()
            if circuit.recursive and is_recursive(circuit, group):
                self._least_solution(group)
            else:
                columns[group[0]] = self._gate(group[0])

    def _spread(self, place: int, members: int) -> int:
        """The candidates whose choice at a location is one of `members`."""
        stride = self.strides[place]
        period = stride * len(self.choices[place].local.orders)
        run = (1 << stride) - 1
        block = members if stride == 1 else sum(run << c * stride for c in bits(members))
        return block if period == self.size else block * (self.full // ((1 << period) - 1))

    def _gate(self, gate: int) -> int:
        columns, full = self._columns, self.full
        inputs = self.problem.circuit.inputs[gate]
        if self.problem.circuit.kinds[gate] == AND:
            result = full
            for literal in inputs:
                result &= columns[literal] if literal > 0 else ~columns[-literal]
            return result
        result = 0
        for literal in inputs:
            result |= columns[literal] if literal > 0 else full ^ columns[-literal]
        return result

    def _least_solution(self, group: list[int]) -> None:
        """Evaluates gates that depend on each other, from all false up."""
        changed = True
        while changed:
            changed = False
            for gate in group:
                new = self._gate(gate)
                if new != self._columns[gate]:
                    self._columns[gate] = new
                    changed = True

    def column(self, literal: int) -> int:
        """The candidates that make a literal true."""
        return self._columns[literal] if literal > 0 else self.full ^ self._columns[-literal]

    def _conjunction(self, literals: list[int]) -> int:
        result = self.full
        for literal in literals:
            result &= self.column(literal)
        return result

    # --- answers ----------------------------------------------------------------------------------------

    def states(self) -> Iterator[Found]:
        """Every final state, with the number of executions that end in it."""
        if self.allowed:
            yield from self._split(0, (), self.allowed)

    def _split(self, index: int, values: tuple[Value, ...], members: int) -> Iterator[Found]:
        if index == len(self.problem.observed):
            self.budget.spend()
            yield Found(values, self._execution(members), members.bit_count())
            return
        for value, literal in self.problem.observed[index]:
            rest = members & self.column(literal)
            if rest:
                yield from self._split(index + 1, (*values, value), rest)

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
        for stride, choice in zip(self.strides, self.choices, strict=True):
            number = candidate // stride % len(choice.local.orders)
            order, chosen = choice.local.orders[number], choice.local.sources[number]
            events = choice.events
            orders[choice.pointer] = tuple([events[w] for w in order])
            for r, w in enumerate(chosen, len(order)):
                sources[events[r]] = events[w]
        return Execution(self.problem.structure, sources, orders)
