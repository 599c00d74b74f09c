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
from math import prod
from typing import TypeAlias

from litmus.cat import Theory
from litmus.program import Pointer
from litmus.program.term import Operation, Read, evaluate, read_keys
from litmus.unfold import INITIAL, EventStructure

MOST_CHOICES = 2_000
"""No location with more choices than this is enumerated."""

Shape: TypeAlias = tuple[tuple[str, int, int], ...]
"""(kind, thread, position) of each event of a location, writes first, threads numbered by appearance."""


RmwPairs: TypeAlias = tuple[tuple[int, int], ...]
"""The rmw pairs (read, write) of a location, by their numbers in its shape."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """All that the choices of a location depend on, but for the rules of the model.

    `allowed[i]` is the set of writes that the i-th read may read from, as far as that is known without the
    model: not its own instruction's, and none whose value the thread's path excludes.
    """

    shape: Shape
    rmw: RmwPairs
    allowed: tuple[int, ...]

    @property
    def writes(self) -> int:
        """The number of writes: they come first in the shape."""
        return len(self.shape) - len(self.allowed)


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


def rules(theory: Theory) -> Rules:
    """What a theory demands of each location by itself."""
    return Rules(theory.coherent, theory.ordered, theory.atomic)


def every_location(structure: EventStructure, rules: Rules) -> list[LocationChoices | None]:
    """The choices of each location, in the order of `structure.writes`; None where there are too many."""
    return [location_choices(structure, pointer, rules) for pointer in structure.writes]


def candidates(choices: Sequence[LocationChoices | None]) -> int | None:
    """The number of candidate executions, None when some location has too many choices; 0 is certain."""
    counts = [None if choice is None else len(choice.local.orders) for choice in choices]
    known = [count for count in counts if count is not None]
    return 0 if 0 in known else prod(known) if len(known) == len(counts) else None


def location_choices(structure: EventStructure, pointer: Pointer, rules: Rules) -> LocationChoices | None:
    """The choices of a location, or None when there are more than `MOST_CHOICES`."""
    events = (*structure.writes[pointer], *structure.readers[pointer])
    allowed = tuple(_allowed(structure, r, events) for r in structure.readers[pointer])
    local = _local_choices(Pattern(_shape(structure, events), _pairs(structure, events), allowed), rules)
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


def _allowed(structure: EventStructure, read: int, events: Sequence[int]) -> int:
    """The writes of a location that a read may read from; writes are the first of `events`."""
    term = structure.events[read].value
    key = term.key if isinstance(term, Read) else None
    tests = [c for c in structure.constraints if isinstance(c, Read | Operation) and read_keys(c) == (key,)]
    own = structure.events[read]
    mask = 0
    for i, e in enumerate(events):
        event = structure.events[e]
        if event.kind == "W" and (event.thread, event.position) != (own.thread, own.position):
            value = event.value
            known = isinstance(value, int | Pointer)
            if not known or key is None or all(evaluate(t, {key: value}) for t in tests):  # type: ignore[dict-item]
                mask |= 1 << i
    return mask


@lru_cache(maxsize=4096)
def _local_choices(pattern: Pattern, rules: Rules) -> LocalChoices | None:
    orders: list[tuple[int, ...]] = []
    sources: list[tuple[int, ...]] = []
    for order in _orders(pattern, rules):
        for chosen in _sources(pattern, order, rules):
            if len(orders) == MOST_CHOICES:
                return None
            orders.append(order)
            sources.append(chosen)
    return _index(pattern.writes, orders, sources)


def _index(writes: int, orders: list[tuple[int, ...]], sources: list[tuple[int, ...]]) -> LocalChoices:
    rf: dict[tuple[int, int], int] = {}
    co: dict[tuple[int, int], int] = {}
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


def _orders(pattern: Pattern, rules: Rules) -> Iterator[tuple[int, ...]]:
    """The coherence orders: the initial write first, then any order (of po-later writes, if coherent)."""
    writes = list(range(pattern.writes))
    if not rules.coherent:
        yield from ((writes[0], *rest) for rest in permutations(writes[1:]))
        return
    atomic = {w: r for r, w in pattern.rmw if rules.atomic and (rules.ordered or before(pattern.shape, r, w))}
    yield from _merge(pattern, atomic, (writes[0],), writes[1:])


def _merge(
    pattern: Pattern, atomic: dict[int, int], done: tuple[int, ...], left: list[int]
) -> Iterator[tuple[int, ...]]:
    """The orders of `left` that respect program order, after `done`; `atomic` maps writes to their reads."""
    if not left:
        yield done
    for w in left:
        if any(before(pattern.shape, other, w) for other in left):
            continue
        if w not in atomic or _readable(pattern, atomic[w], w, done):
            yield from _merge(pattern, atomic, (*done, w), [other for other in left if other != w])


def _readable(pattern: Pattern, reader: int, write: int, done: tuple[int, ...]) -> bool:
    """Whether the read of an atomic pair has a source among the writes so far, if its write comes next."""
    allowed = pattern.allowed[reader - pattern.writes]
    for source in reversed(done):
        if allowed >> source & 1:
            return True
        if pattern.shape[source][1] != pattern.shape[write][1]:
            return False
    return False


def _sources(pattern: Pattern, order: tuple[int, ...], rules: Rules) -> Iterator[tuple[int, ...]]:
    """A source for each read, given the coherence order."""
    shape, writes = pattern.shape, pattern.writes
    options = [_options(pattern, order, r, rules) for r in range(writes, len(shape))]

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


def _options(pattern: Pattern, order: tuple[int, ...], reader: int, rules: Rules) -> list[int]:
    """The places in the order of the writes that a read may read from."""
    shape = pattern.shape
    low, high = 0, len(order)
    if rules.coherent:
        low = max((p for p, w in enumerate(order) if before(shape, w, reader)), default=0)
        high = min((p for p, w in enumerate(order) if before(shape, reader, w)), default=len(order))
    allowed = pattern.allowed[reader - pattern.writes]
    places = [p for p in range(low, high) if allowed >> order[p] & 1]
    for r, w in pattern.rmw:
        if r == reader:
            if rules.ordered:
                places = [p for p in places if p < order.index(w)]
            if rules.atomic:
                places = [p for p in places if not _intruded(shape, order, p, w)]
    return places


def _intruded(shape: Shape, order: tuple[int, ...], source: int, write: int) -> bool:
    """Whether a write of another thread lies between the source of an atomic read and its write."""
    between = order[source + 1 : order.index(write)] if source < order.index(write) else ()
    return any(shape[w][1] != shape[write][1] for w in between)
