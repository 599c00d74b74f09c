"""Executions: an event structure with a source for each read and a coherence order for each location."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import combinations, product

from litmus.program import Observable, Pointer, RegisterAt, Value
from litmus.program.term import SYMBOLIC, Term, evaluate, read_keys
from litmus.unfold import EventStructure


class Execution:
    """A candidate execution.

    `sources` maps each read to the write it reads from; `orders` maps each location to its writes in coherence
    order, the initial write first.  `values` is what each read returns, by key; None when values depend on each
    other in a circle.
    """

    __slots__ = ("orders", "sources", "structure", "values")

    def __init__(
        self, structure: EventStructure, sources: Mapping[int, int], orders: Mapping[Pointer, tuple[int, ...]]
    ) -> None:
        self.structure = structure
        self.sources = sources
        self.orders = orders
        self.values = _read_values(structure, sources)

    @property
    def rf(self) -> int:
        """The sources as a relation."""
        n, rf = self.structure.n, 0
        for r, w in self.sources.items():
            rf |= 1 << w * n + r
        return rf

    @property
    def co(self) -> int:
        """The orders as a relation."""
        n, co = self.structure.n, 0
        for order in self.orders.values():
            co |= _total_order(n, order)
        return co

    @property
    def feasible(self) -> bool:
        """Whether the reads return what the paths taken and the addresses assumed need."""
        values = self.values
        return values is not None and all(evaluate(c, values) != 0 for c in self.structure.constraints)

    def final(self, observables: Sequence[Observable]) -> tuple[Value, ...]:
        """The final values of the observables; the execution must be feasible."""
        values = self.values
        assert values is not None
        return tuple([self._final(item, values) for item in observables])

    def different_values(self) -> int:
        """The pairs of accesses whose values differ; none where values depend on each other in a circle."""
        if self.values is None:
            return 0
        events, n = self.structure.events, self.structure.n
        found = [(i, evaluate(event.value, self.values)) for i, event in enumerate(events) if event.value is not None]
        return sum(1 << i * n + j for (i, a), (j, b) in product(found, found) if a != b)

    def _final(self, item: Observable, values: Mapping[int, Value]) -> Value:
        if isinstance(item, RegisterAt):
            return evaluate(self.structure.registers.get((item.thread, item.register), 0), values)
        return evaluate(_stored(self.structure, self.orders[item.pointer][-1]), values)


def rf_columns(executions: Sequence[Execution]) -> dict[int, int]:
    """For each pair number of rf, the executions that have it: bit i for the i-th, all of one structure."""
    columns: dict[int, int] = {}
    for number, execution in enumerate(executions):
        n, bit = execution.structure.n, 1 << number
        for r, w in execution.sources.items():
            columns[w * n + r] = columns.get(w * n + r, 0) | bit
    return columns


def co_columns(executions: Sequence[Execution]) -> dict[int, int]:
    """For each pair number of co, the executions that have it: bit i for the i-th, all of one structure."""
    orders: dict[tuple[int, ...], int] = {}
    for number, execution in enumerate(executions):
        for order in execution.orders.values():
            orders[order] = orders.get(order, 0) | 1 << number
    columns: dict[int, int] = {}
    for order, members in orders.items():
        for v, w in combinations(order, 2):
            p = v * executions[0].structure.n + w
            columns[p] = columns.get(p, 0) | members
    return columns


@lru_cache(maxsize=4096)
def _total_order(n: int, order: tuple[int, ...]) -> int:
    """The pairs of events, the earlier one first, as a relation over n events."""
    relation = later = 0
    for w in reversed(order):
        relation |= later << w * n
        later |= 1 << w
    return relation


def _stored(structure: EventStructure, write: int) -> Term:
    term = structure.events[write].value
    assert term is not None, "a write without a value"
    return term


def _read_values(structure: EventStructure, sources: Mapping[int, int]) -> dict[int, Value] | None:
    """What each read returns, following values from write to read until none is left, or none can be found."""
    found: dict[int, Value] = {}
    pending = list(structure.reads.items())
    while pending:
        left = []
        for key, event in pending:
            term = _stored(structure, sources[event])
            if not isinstance(term, SYMBOLIC):
                found[key] = term
            elif all(k in found for k in read_keys(term)):
                found[key] = evaluate(term, found)
            else:
                left.append((key, event))
        if len(left) == len(pending):
            return None
        pending = left
    return found
