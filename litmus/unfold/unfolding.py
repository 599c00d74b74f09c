"""Unfolding: from a program to its event structures, one for each combination of paths and addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

from litmus.errors import UnsupportedError
from litmus.logic import Universe, bits, universe
from litmus.program import MemoryAt, Pointer, Program, Value, mentioned, observables
from litmus.program.term import Operation, Read, Term, apply
from litmus.unfold.events import INITIAL, Event, EventStructure
from litmus.unfold.fusion import FUSED, fuse
from litmus.unfold.paths import Walker
from litmus.unfold.steps import KEYS_PER_THREAD, Path, Step
from litmus.unfold.values import as_location, joint, read_domains

INITIAL_TAGS: frozenset[str] = frozenset()

WHOLE_ELEMENTS = ("c", "c11")
"""Languages whose address arithmetic goes by whole elements: an access beside a variable is a location of its own."""


@dataclass(slots=True, eq=False)
class Unfolding:
    """All cases of a program.  `bounded`: some path was cut at the unrolling bound and is missing."""

    program: Program
    paths: tuple[tuple[Path, ...], ...]
    bounded: bool

    def structures(self) -> Iterator[EventStructure]:
        """The event structures, in a fixed order; made one at a time."""
        observed = _observed(self.program)
        for chosen in product(*self.paths):
            for addresses, constraints in _address_cases(chosen, self.program.memory):
                yield _assemble(chosen, addresses, constraints, self.program, observed)


def unfold(
    program: Program, unroll: int = 2, walker: type[Walker] = Walker, tick: Callable[[], None] = lambda: None
) -> Unfolding:
    """Follows every thread down each of its branches; each backward jump is taken at most `unroll` times.

    `tick` is called for each instruction performed; it may raise, to stop.
    """
    paths, bounded = [], False
    for thread in program.threads:
        registers = {name: value for (index, name), value in program.registers.items() if index == thread.index}
        explorer = walker(thread, registers, unroll, tick)
        paths.append(tuple(explorer.paths()))
        bounded |= explorer.bounded
    return Unfolding(program, tuple(paths), bounded)


# --- addresses ------------------------------------------------------------------------------------------

Addresses = Mapping[tuple[int, int], Pointer]
"""(index of the path, step) to location, for the accesses whose address is computed from reads."""


def _address_cases(
    paths: Sequence[Path], initial: Mapping[Pointer, Value]
) -> Iterator[tuple[Addresses, tuple[Term, ...]]]:
    """Every assignment of locations to the accesses with a computed address, with what it assumes."""
    computed = [
        (p, i, step.address)
        for p, path in enumerate(paths)
        for i, step in enumerate(path.steps)
        if isinstance(step.address, Read | Operation)
    ]
    if not computed:
        yield {}, ()
        return
    domains = read_domains(*_accesses(paths), initial)
    for values in joint([address for _, _, address in computed], domains):
        places = {(p, i): as_location(value) for (p, i, _), value in zip(computed, values, strict=True)}
        assumed = tuple(apply("==", address, value) for (_, _, address), value in zip(computed, values, strict=True))
        yield places, assumed


def _accesses(paths: Sequence[Path]) -> tuple[list[tuple[int, Term]], list[tuple[Term, Term]]]:
    """The reads (key, address) and the writes (address, value) of the paths."""
    reads: list[tuple[int, Term]] = []
    writes: list[tuple[Term, Term]] = []
    for path in paths:
        for i, step in enumerate(path.steps):
            if step.kind == "R" and step.address is not None:
                reads.append((path.thread * KEYS_PER_THREAD + i, step.address))
            elif step.kind == "W" and step.address is not None and step.value is not None:
                writes.append((step.address, step.value))
    return reads, writes


# --- assembly -------------------------------------------------------------------------------------------


def _assemble(
    paths: Sequence[Path], addresses: Addresses, assumed: tuple[Term, ...], program: Program, observed: set[Pointer]
) -> EventStructure:
    """One event structure: numbers the events and turns the paths' masks into relations.

    Each location that is accessed or observed has an initial write.
    """
    accesses: list[tuple[Path, int, Step, Pointer | None]] = []
    for p, path in enumerate(paths):
        for i, step in enumerate(path.steps):
            place = None
            if step.address is not None:
                known = not isinstance(step.address, Read | Operation)
                place = as_location(step.address) if known else addresses[p, i]  # type: ignore[arg-type]
            accesses.append((path, i, step, place))
    places = sorted({place for *_, place in accesses if place is not None} | observed)
    events = [
        Event(INITIAL, -1, "W", INITIAL_TAGS, place, program.memory.get(place, 0), None) for place in places
    ]
    for path, _, step, place in accesses:
        events.append(
            Event(
                path.thread, step.position, step.kind, step.tags, place, step.value, step.instruction, step.register
            )
        )
    asked = sum(1 << i for i, place in enumerate(places) if place in observed)
    structure = _relate(paths, events, len(places), asked, assumed)
    if program.arch not in WHOLE_ELEMENTS:
        structure.refusal = _refusal(places, accesses, program.memory)
    return structure


def _refusal(
    places: Sequence[Pointer],
    accesses: Sequence[tuple[Path, int, Step, Pointer | None]],
    memory: Mapping[Pointer, Value],
) -> UnsupportedError | None:
    """Why the accesses have no meaning here: one lies outside its array, or in a part of its variable."""
    arrays = {pointer.base for pointer in memory if pointer.offset}
    wrong: list[tuple[Pointer, ...]] = [(p,) for p in places if p.base in arrays and p not in memory]
    wrong += [  # sorted: the offsets of one variable are neighbours
        pair for pair in pairwise(places) if pair[0].base == pair[1].base and not all(p in memory for p in pair)
    ]
    if not wrong:
        return None
    spans = [step.instruction.span for *_, step, place in accesses if place in wrong[0]]
    accessed = "may be accessed, and is" if len(wrong[0]) == 1 else "may both be accessed, and are"
    return UnsupportedError(
        f"{' and '.join(map(str, wrong[0]))} {accessed} outside the elements of a declared array",
        spans[0] if spans else None,
        "accesses to a part of a variable, or outside an array, are not supported",
    )


def _observed(program: Program) -> set[Pointer]:
    """The locations that the test asks about, accessed or not."""
    asked = (*observables(program), *(mentioned(program.filter) if program.filter else ()))
    return {item.pointer for item in asked if isinstance(item, MemoryAt)}


def _relate(
    paths: Sequence[Path], events: list[Event], initial: int, asked: int, assumed: tuple[Term, ...]
) -> EventStructure:
    u = universe(len(events))
    relations = _path_relations(paths, initial, u)
    sets = _sets(events, initial)
    sets["Asked"] = asked
    located = _by_location(events, initial)
    writes = {place: tuple(i for i in ids if events[i].kind == "W") for place, ids in located.items()}
    readers = {place: tuple(i for i in ids if events[i].kind == "R") for place, ids in located.items()}
    members = (sum(1 << i for i in ids) for ids in located.values())
    relations["loc"] = _classes(members, u) | _register_classes(events, u)
    relations["ext"] = u.pairs & ~relations["int"]
    relations["rmw"] = relations["amo"] | relations["lxsx"]
    if FUSED in sets:
        fuse(sets, relations, u)
    return EventStructure(
        universe=u,
        events=tuple(events),
        sets=sets,
        relations=relations,
        reads=_read_ids(paths, initial),
        constraints=(*assumed, *(c for path in paths for c in path.constraints)),
        registers={(path.thread, name): term for path in paths for name, term in path.registers.items()},
        writes=writes,
        readers=readers,
        rmw_pairs=tuple(u.pairs_of(relations["rmw"])),
    )


def _by_location(events: Sequence[Event], initial: int) -> dict[Pointer, list[int]]:
    """The events of each location, accesses and fences about it, in the order of the initial writes."""
    located: dict[Pointer, list[int]] = {event.pointer: [] for event in events[:initial] if event.pointer is not None}
    for i, event in enumerate(events):
        if event.pointer is not None:
            located[event.pointer].append(i)
    return located


def _read_ids(paths: Sequence[Path], base: int) -> dict[int, int]:
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


DEPENDENCIES = {
    "addr": "addr",
    "data": "data",
    "ctrl": "ctrl",
    "pick-addr": "pick_addr",
    "pick-data": "pick_data",
    "pick-ctrl": "pick_ctrl",
    "pick-basic": "pick",
}
"""The dependency relations that cat models see, with the field of `Step` each comes from."""


def _path_relations(paths: Sequence[Path], base: int, u: Universe) -> dict[str, int]:
    """po, int, same-instance, amo, lxsx, the dependencies, and causality inside instructions."""
    n = u.n
    relations = dict.fromkeys((*DEPENDENCIES, "po", "amo", "lxsx", "same-instance"), 0)
    relations["int"] = 0
    for path in paths:
        steps = path.steps
        members = ((1 << len(steps)) - 1) << base
        for i, step in enumerate(steps):
            me = base + i
            same = later = 0
            for j, other in enumerate(steps):
                if other.position > step.position:
                    later |= 1 << j
                elif other.position == step.position:
                    same |= 1 << j
            row = me * n
            relations["po"] |= later << base + row
            relations["same-instance"] |= same << base + row
            relations["int"] |= members << row
            for name, field in DEPENDENCIES.items():
                sources = getattr(step, field)
                if sources:
                    for j in bits(sources):
                        relations[name] |= 1 << (base + j) * n + me
        for name, pairs in (("amo", path.amo), ("lxsx", path.lxsx)):
            for i, j in pairs:
                relations[name] |= 1 << (base + i) * n + base + j
        for name, i, j in path.inside:
            relations[name] = relations.get(name, 0) | 1 << (base + i) * n + base + j
        base += len(steps)
    return relations


def _classes(members: Iterable[int], u: Universe) -> int:
    """The equivalence relation with the given classes."""
    relation = 0
    for group in members:
        relation |= u.cross(group, group)
    return relation


def _register_classes(events: Sequence[Event], u: Universe) -> int:
    """The accesses to one register of one thread are at one location."""
    classes: dict[tuple[int, str], int] = {}
    for i, event in enumerate(events):
        if event.register is not None:
            key = (event.thread, event.register)
            classes[key] = classes.get(key, 0) | 1 << i
    return _classes(classes.values(), u)
