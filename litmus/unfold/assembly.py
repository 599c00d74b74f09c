"""Assembly: one path of each thread, with every address known, becomes an event structure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TypeAlias

from litmus.errors import UnsupportedError
from litmus.logic import mask_of, universe
from litmus.program import Pointer, Program, Value, language_of
from litmus.program.term import Operation, Read, Term
from litmus.unfold.events import INITIAL, Event, EventKind, EventStructure
from litmus.unfold.fusion import FUSED, fuse
from litmus.unfold.relations import location_classes, path_relations
from litmus.unfold.steps import KEYS_PER_THREAD, Path, Step
from litmus.unfold.values import as_location

INITIAL_TAGS: frozenset[str] = frozenset()

Addresses: TypeAlias = Mapping[tuple[int, int], Pointer]
"""(index of the path, step) to location, for the accesses whose address is computed from reads."""

Placed: TypeAlias = tuple[Path, Step, Pointer | None]
"""A step of a path, and its location if it has one."""


def assemble(
    program: Program, observed: set[Pointer], paths: Sequence[Path], addresses: Addresses, assumed: tuple[Term, ...]
) -> EventStructure:
    """The event structure of some paths: numbers the events and turns the paths' masks into relations.

    Each location that is accessed or `observed` has an initial write.  `assumed`: what the addresses assume of values.
    """
    steps = list(_placed(paths, addresses))
    places = sorted(observed | {place for *_, place in steps if place is not None})  # those asked about, as they are
    events = (*(_initial(place, program) for place in places), *(_event(*step) for step in steps))
    initial, u = len(places), universe(len(events))
    located = _by_location(events, initial)
    relations = path_relations(paths, initial, u)
    relations["loc"] = location_classes(located.values(), events, u)
    relations["ext"] = u.pairs & ~relations["int"]
    relations["rmw"] = relations["amo"] | relations["lxsx"]
    sets = _sets(events, initial)
    sets["Asked"] = mask_of(i for i, place in enumerate(places) if place in observed)
    if FUSED in sets:
        fuse(sets, relations, u)
    return EventStructure(
        universe=u,
        events=events,
        sets=sets,
        relations=relations,
        reads=_read_ids(paths, initial),
        constraints=(*assumed, *(c for path in paths for c in path.constraints)),
        registers={(path.thread, name): term for path in paths for name, term in path.registers.items()},
        writes=_of_kind("W", located, events),
        readers=_of_kind("R", located, events),
        rmw_pairs=tuple(u.pairs_of(relations["rmw"])),
        refusal=None if language_of(program.arch).whole_elements else _refusal(places, steps, program.memory),
    )


# --- events ---------------------------------------------------------------------------------------------


def _placed(paths: Sequence[Path], addresses: Addresses) -> Iterator[Placed]:
    """The steps of the paths, one path after the other: the order of the events."""
    for p, path in enumerate(paths):
        for i, step in enumerate(path.steps):
            if isinstance(step.address, Read | Operation):
                yield path, step, addresses[p, i]
            else:
                yield path, step, None if step.address is None else as_location(step.address)


def _initial(place: Pointer, program: Program) -> Event:
    """The initial write of a location."""
    return Event(INITIAL, -1, "W", INITIAL_TAGS, place, program.memory.get(place, 0), None)


def _event(path: Path, step: Step, place: Pointer | None) -> Event:
    return Event(path.thread, step.position, step.kind, step.tags, place, step.value, step.instruction, step.register)


def _by_location(events: Sequence[Event], initial: int) -> dict[Pointer, list[int]]:
    """The events of each location, accesses and fences about it, in the order of the initial writes."""
    located: dict[Pointer, list[int]] = {event.pointer: [] for event in events[:initial] if event.pointer is not None}
    for i, event in enumerate(events):
        if event.pointer is not None:
            located[event.pointer].append(i)
    return located


def _of_kind(
    kind: EventKind, located: Mapping[Pointer, Sequence[int]], events: Sequence[Event]
) -> dict[Pointer, tuple[int, ...]]:
    """The events of a kind at each location."""
    return {place: tuple(i for i in ids if events[i].kind == kind) for place, ids in located.items()}


def _read_ids(paths: Sequence[Path], base: int) -> dict[int, int]:
    """The event of each read, by its key."""
    ids = {}
    for path in paths:
        for i, step in enumerate(path.steps):
            if step.kind == "R":
                ids[path.thread * KEYS_PER_THREAD + i] = base + i
        base += len(path.steps)
    return ids


def _sets(events: Sequence[Event], initial: int) -> dict[str, int]:
    """The sets of events by kind and by tag, as cat names them."""
    sets: dict[str, int] = {"R": 0, "W": 0, "F": 0}
    bit = 1
    for event in events:
        sets[event.kind] = sets.get(event.kind, 0) | bit
        for tag in event.tags:
            sets[tag] = sets.get(tag, 0) | bit
        bit <<= 1
    sets["M"] = sets["Exp"] = sets["R"] | sets["W"]
    sets["IW"] = (1 << initial) - 1
    return sets


# --- accesses without a meaning -------------------------------------------------------------------------


def _refusal(
    places: Sequence[Pointer], steps: Sequence[Placed], memory: Mapping[Pointer, Value]
) -> UnsupportedError | None:
    """Why the accesses have no meaning here: one lies outside its array, or in a part of its variable."""
    arrays = {pointer.base for pointer in memory if pointer.offset}
    wrong: list[tuple[Pointer, ...]] = [(p,) for p in places if p.base in arrays and p not in memory]
    wrong += [  # sorted: the offsets of one variable are neighbours
        pair for pair in pairwise(places) if pair[0].base == pair[1].base and not all(p in memory for p in pair)
    ]
    if not wrong:
        return None
    spans = [step.instruction.span for _, step, place in steps if place in wrong[0]]
    accessed = "may be accessed, and is" if len(wrong[0]) == 1 else "may both be accessed, and are"
    return UnsupportedError(
        f"{' and '.join(map(str, wrong[0]))} {accessed} outside the elements of a declared array",
        spans[0] if spans else None,
        "accesses to a part of a variable, or outside an array, are not supported",
    )
