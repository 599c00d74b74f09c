"""The candidate choices of each location: a coherence order of its writes and a source for each read.

A choice concerns one location only, so choices of different locations combine freely.  For a model that has
the coherence axiom, choices that already violate it within the location are left out, and so are those that
break the atomicity of a read-modify-write, where the model demands it.  Locations of the same shape (same
threads, same order of reads and writes) share their choices, across tests.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations
from typing import TypeAlias

from litmus.events import INITIAL, EventStructure
from litmus.program import Pointer

MOST_CHOICES = 2_000
"""No location with more choices than this is enumerated."""

Shape: TypeAlias = tuple[tuple[str, int, int], ...]
"""(kind, thread, position) of each event of a location, writes first, threads numbered by appearance."""


RmwPairs: TypeAlias = tuple[tuple[int, int], ...]
"""The rmw pairs (read, write) of a location, by their numbers in its shape."""


@dataclass(frozen=True, slots=True, eq=False)
class LocalChoices:
    """The choices of one shape.  Events are numbered within the shape, writes first.

    `orders[c]` and `sources[c]` are the coherence order (all writes, first to last) and the write each read
    reads from, in choice c.  `rf[w, r]` and `co[a, b]` are the sets of choices with that pair.
    """

    orders: tuple[tuple[int, ...], ...]
    sources: tuple[tuple[int, ...], ...]
    rf: dict[tuple[int, int], int]
    co: dict[tuple[int, int], int]

    @property
    def all(self) -> int:
        """The set of all choices."""
        return (1 << len(self.orders)) - 1


@dataclass(frozen=True, slots=True, eq=False)
class LocationChoices:
    """The choices of a location: those of its shape, with `events[i]` the event that the shape calls i."""

    pointer: Pointer
    events: tuple[int, ...]
    local: LocalChoices


@dataclass(frozen=True, slots=True)
class Rules:
    """What a model demands of each location by itself.

    `coherent`: the coherence axiom.  `ordered`: it also orders the read of an rmw pair before the write.
    `atomic`: no write of another thread comes between the read and the write of an rmw pair.
    """

    coherent: bool
    ordered: bool
    atomic: bool


def location_choices(structure: EventStructure, pointer: Pointer, rules: Rules) -> LocationChoices | None:
    """The choices of a location, or None when there are more than `MOST_CHOICES`."""
    events = (*structure.writes[pointer], *structure.readers[pointer])
    local = _local_choices(_shape(structure, events), _pairs(structure, events), rules)
    return None if local is None else LocationChoices(pointer, events, local)


def _shape(structure: EventStructure, events: Sequence[int]) -> Shape:
    """Threads and positions renumbered from 0, so that equal shapes are equal tuples."""
    threads: dict[int, int] = {INITIAL: INITIAL}
    positions = sorted({(structure.events[e].thread, structure.events[e].position) for e in events})
    rank = {position: i for i, position in enumerate(positions)}
    shape = []
    for e in events:
        event = structure.events[e]
        thread = threads.setdefault(event.thread, len(threads) - 1)
        shape.append((event.kind, thread, rank[event.thread, event.position]))
    return tuple(shape)


def _pairs(structure: EventStructure, events: Sequence[int]) -> RmwPairs:
    """The rmw pairs within the location."""
    if not structure.rmw_pairs:
        return ()
    local = {e: i for i, e in enumerate(events)}
    return tuple((local[r], local[w]) for r, w in structure.rmw_pairs if r in local and w in local)


@lru_cache(maxsize=4096)
def _local_choices(shape: Shape, rmw: RmwPairs, rules: Rules) -> LocalChoices | None:
    orders: list[tuple[int, ...]] = []
    sources: list[tuple[int, ...]] = []
    for order in _orders(shape, rules.coherent):
        for chosen in _sources(shape, order, rmw, rules):
            if len(orders) == MOST_CHOICES:
                return None
            orders.append(order)
            sources.append(chosen)
    return _index(shape, orders, sources)


def _index(shape: Shape, orders: list[tuple[int, ...]], sources: list[tuple[int, ...]]) -> LocalChoices:
    rf: dict[tuple[int, int], int] = {}
    co: dict[tuple[int, int], int] = {}
    writes = sum(kind == "W" for kind, _, _ in shape)
    for c, (order, chosen) in enumerate(zip(orders, sources, strict=True)):
        for r, w in enumerate(chosen, writes):
            rf[w, r] = rf.get((w, r), 0) | 1 << c
        for i, a in enumerate(order):
            for b in order[i + 1 :]:
                co[a, b] = co.get((a, b), 0) | 1 << c
    return LocalChoices(tuple(orders), tuple(sources), rf, co)


def before(shape: Shape, a: int, b: int) -> bool:
    """Whether event a precedes event b in program order (different instructions of one thread)."""
    return shape[a][1] == shape[b][1] and shape[a][2] < shape[b][2]


def _orders(shape: Shape, coherent: bool) -> Iterator[tuple[int, ...]]:
    """The coherence orders: the initial write first, then any order (of po-later writes, if coherent)."""
    writes = [i for i, (kind, _, _) in enumerate(shape) if kind == "W"]
    if not coherent:
        yield from ((writes[0], *rest) for rest in permutations(writes[1:]))
        return
    yield from _merge(shape, (writes[0],), writes[1:])


def _merge(shape: Shape, done: tuple[int, ...], left: list[int]) -> Iterator[tuple[int, ...]]:
    """The orders of `left` that respect program order, after `done`."""
    if not left:
        yield done
    for w in left:
        if not any(before(shape, other, w) for other in left):
            yield from _merge(shape, (*done, w), [other for other in left if other != w])


def _sources(shape: Shape, order: tuple[int, ...], rmw: RmwPairs, rules: Rules) -> Iterator[tuple[int, ...]]:
    """A source for each read, given the coherence order."""
    writes = len(order)
    options = [_options(shape, order, r, rmw, rules) for r in range(writes, len(shape))]

    def choose(index: int, places: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        if index == len(options):
            yield tuple(order[p] for p in places)
            return
        reader = writes + index
        for p in options[index]:
            if not rules.coherent or all(_agree(shape, writes + i, q, reader, p) for i, q in enumerate(places)):
                yield from choose(index + 1, (*places, p))

    yield from choose(0, ())


def _agree(shape: Shape, first: int, source: int, second: int, other: int) -> bool:
    """Reads of one thread see writes in coherence order (`source`, `other`: places in the order)."""
    if before(shape, first, second):
        return source <= other
    return other <= source if before(shape, second, first) else True


def _options(shape: Shape, order: tuple[int, ...], reader: int, rmw: RmwPairs, rules: Rules) -> list[int]:
    """The places in the order of the writes that a read may read from; its own instruction's is none of them."""
    low, high = 0, len(order)
    if rules.coherent:
        low = max((p for p, w in enumerate(order) if before(shape, w, reader)), default=0)
        high = min((p for p, w in enumerate(order) if before(shape, reader, w)), default=len(order))
    for r, w in rmw:
        if r == reader and rules.ordered:
            high = min(high, order.index(w))
        if r == reader and rules.atomic:
            return [p for p in range(low, high) if order[p] != w and not _intruded(shape, order, p, w)]
    return [p for p in range(low, high) if shape[order[p]][1:] != shape[reader][1:]]


def _intruded(shape: Shape, order: tuple[int, ...], source: int, write: int) -> bool:
    """Whether a write of another thread lies between the source of an atomic read and its write."""
    between = order[source + 1 : order.index(write)] if source < order.index(write) else ()
    return any(shape[w][1] != shape[write][1] for w in between)
