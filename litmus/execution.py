"""Executions: an event structure with a source for each read and a coherence order for each location."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from litmus.events import EventStructure
from litmus.program import Observable, Pointer, RegisterAt, Value
from litmus.term import Operation, Read, evaluate, read_keys


@dataclass(frozen=True, eq=False)
class Execution:
    """A candidate execution.  `sources` maps each read to the write it reads from; `orders` maps each location
    to its writes in coherence order, the initial write first.
    """

    structure: EventStructure
    sources: Mapping[int, int]
    orders: Mapping[Pointer, tuple[int, ...]]

    @cached_property
    def rf(self) -> int:
        """Reads-from, as a relation."""
        return self.structure.universe.relation((w, r) for r, w in self.sources.items())

    @cached_property
    def co(self) -> int:
        """The coherence order, as a relation."""
        return self.structure.universe.relation(
            (a, b) for order in self.orders.values() for i, a in enumerate(order) for b in order[i + 1 :]
        )

    @cached_property
    def values(self) -> dict[int, Value] | None:
        """What each read returns, by key; None when values depend on each other in a circle."""
        found: dict[int, Value] = {}
        pending = list(self.structure.reads.items())
        while pending:
            left = [(key, event) for key, event in pending if not self._settle(key, event, found)]
            if len(left) == len(pending):
                return None
            pending = left
        return found

    def _settle(self, key: int, event: int, found: dict[int, Value]) -> bool:
        """Finds the value of a read, if what its source stores is known."""
        term = self.structure.events[self.sources[event]].value
        assert term is not None
        if isinstance(term, Read | Operation) and any(k not in found for k in read_keys(term)):
            return False
        found[key] = evaluate(term, found)
        return True

    @property
    def feasible(self) -> bool:
        """Whether the reads return what the paths taken and the addresses assumed need."""
        values = self.values
        return values is not None and all(evaluate(c, values) != 0 for c in self.structure.constraints)

    def final(self, observables: Sequence[Observable]) -> tuple[Value, ...]:
        """The final values of the observables; the execution must be feasible."""
        values = self.values
        assert values is not None
        return tuple(self._final(item, values) for item in observables)

    def _final(self, item: Observable, values: Mapping[int, Value]) -> Value:
        if isinstance(item, RegisterAt):
            return evaluate(self.structure.registers.get((item.thread, item.register), 0), values)
        term = self.structure.events[self.orders[item.pointer][-1]].value
        assert term is not None
        return evaluate(term, values)
