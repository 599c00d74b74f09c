"""Allowed executions as steps, one after the other, on two simple machines; each run is replayed before it is told.

One memory: every access takes effect at one moment, for all threads; a thread's accesses may do so out of order, and a
read may return its own thread's write before that has taken effect.  Copies: a write also reaches each other thread
at a moment of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from litmus.explain.story.order import broken, pairs_within, row
from litmus.judge import Execution
from litmus.program import Pointer
from litmus.unfold import INITIAL


@dataclass(frozen=True, slots=True)
class Moment:
    """An access takes effect; with `thread`, a write reaches that thread."""

    event: int
    thread: int | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """Moments in their order; `reordered`: the pairs of program order that took effect the other way round."""

    moments: tuple[Moment, ...]
    reordered: tuple[tuple[int, int], ...]


class Relations:
    """The relations of an execution that its runs have to respect; `kept`: the pairs of program order that the model
    keeps in order.
    """

    def __init__(self, execution: Execution, kept: int) -> None:
        structure, u = execution.structure, execution.structure.universe
        self.execution = execution
        self.events = structure.events
        self.n = structure.n
        self.accesses = [i for i, e in enumerate(self.events) if e.kind in "RW" and e.thread != INITIAL]
        inside, outside = structure.relations["int"], structure.relations["ext"]
        self.fr = u.compose(u.inverse(execution.rf), execution.co) & ~u.identity
        self.rfe, self.rfi = execution.rf & outside, execution.rf & inside
        self.fri, self.fre = self.fr & inside, self.fr & outside
        self.kept = kept | structure.relations["rmw"]
        self.po = structure.relations["po"]

    def in_memory(self) -> Run | None:
        """A run with one memory, the fewest pairs out of order; None where there is none."""
        nodes = {event: number for number, event in enumerate(self.accesses)}
        hard = self.rfe | self.fr | self.execution.co | self.kept & ~self.rfi
        soft = pairs_within(self.po, self.n, nodes)
        lanes = [self.events[e].thread for e in self.accesses]
        order = row(lanes, pairs_within(hard, self.n, nodes), soft)
        if order is None:
            return None
        run = Run(tuple(Moment(self.accesses[i]) for i in order), self._named(broken(order, soft)))
        return run if self._replays_in_memory(run) else None

    def in_copies(self) -> Run | None:
        """A run in which each write reaches each thread that reads its location by itself; None where there is none."""
        moments = [*(Moment(e) for e in self.accesses), *self._arrivals()]
        numbers = {moment: number for number, moment in enumerate(moments)}
        nodes = {event: number for number, event in enumerate(self.accesses)}
        inside = self.rfi | self.fri | self.kept
        hard = [*pairs_within(inside, self.n, nodes), *self._travels(numbers)]
        soft = pairs_within(self.po, self.n, nodes)
        lanes = [self.events[m.event].thread if m.thread is None else m.thread for m in moments]
        order = row(lanes, hard, soft)
        if order is None:
            return None
        run = Run(tuple(moments[i] for i in order), self._named(broken(order, soft)))
        return run if self._replays_in_copies(run) else None

    def _named(self, pairs: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
        return tuple((self.accesses[a], self.accesses[b]) for a, b in pairs)

    def _arrivals(self) -> Iterator[Moment]:
        """The moments at which writes reach other threads that read their locations."""
        readers: dict[Pointer | None, set[int]] = {}
        for event in self.accesses:
            if self.events[event].kind == "R":
                readers.setdefault(self.events[event].pointer, set()).add(self.events[event].thread)
        for event in self.accesses:
            found = self.events[event]
            if found.kind == "W":
                yield from (Moment(event, t) for t in sorted(readers.get(found.pointer, set()) - {found.thread}))

    def _travels(self, numbers: dict[Moment, int]) -> Iterator[tuple[int, int]]:
        """A write is done before it reaches a thread, and there before what reads it, after what reads an older one."""
        for moment, number in numbers.items():
            if moment.thread is not None:
                yield numbers[Moment(moment.event)], number
        for w, r in divmods(self.rfe, self.n):
            if self.events[w].thread != INITIAL:
                yield numbers[Moment(w, self.events[r].thread)], numbers[Moment(r)]
        for r, w in divmods(self.fre, self.n):
            yield numbers[Moment(r)], numbers[Moment(w, self.events[r].thread)]

    # --- replay -----------------------------------------------------------------------------------------

    def _replays_in_memory(self, run: Run) -> bool:
        """Whether the run, done step by step, gives every read its source and every location its order of writes."""
        memory = {place: [order[0]] for place, order in self.execution.orders.items()}
        done: set[int] = set()
        for moment in run.moments:
            event = self.events[moment.event]
            assert event.pointer is not None, "an access has a location"
            if event.kind == "W":
                memory[event.pointer].append(moment.event)
            elif self.execution.sources[moment.event] != self._seen(moment.event, memory[event.pointer][-1], done):
                return False
            done.add(moment.event)
        return all(tuple(writes) == self.execution.orders[place] for place, writes in memory.items())

    def _seen(self, read: int, in_memory: int, done: set[int]) -> int:
        """What a read returns: the last earlier write of its thread that is not in memory yet, or what memory holds."""
        pending = [w for w in self._own_writes(read) if w not in done]
        return pending[-1] if pending else in_memory

    def _own_writes(self, read: int) -> Iterator[int]:
        place = self.events[read].pointer
        return (w for w in self.execution.structure.writes.get(place, ())  # type: ignore[arg-type]
                if self.po >> (w * self.n + read) & 1)  # fmt: skip

    def _replays_in_copies(self, run: Run) -> bool:
        """Whether the run does so where every thread has a copy of each location: the newest write that reached it."""
        copies: dict[tuple[int, Pointer], int] = {}
        for moment in run.moments:
            event = self.events[moment.event]
            assert event.pointer is not None, "an access has a location"
            order = self.execution.orders[event.pointer]
            here = (event.thread if moment.thread is None else moment.thread, event.pointer)
            now = copies.get(here, order[0])
            if event.kind == "W":
                copies[here] = max(now, moment.event, key=order.index)
            elif now != self.execution.sources[moment.event]:
                return False
        return True


def divmods(relation: int, n: int) -> Iterator[tuple[int, int]]:
    """The pairs of a relation over n events."""
    while relation:
        low = relation & -relation
        yield divmod(low.bit_length() - 1, n)
        relation ^= low
