"""What is in a picture of an execution: its events as boxes in columns, its relations as arrows.

Po is drawn between neighbours only and co between a write and the next, fr from a read to the first write that
overwrites what it read, dependencies to the first accesses that have them: the rest follows.  A read without an
incoming rf arrow reads the initial value; initial writes are shown only where a cycle goes through them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from litmus.logic import bits
from litmus.picture.kinds import LOOKS
from litmus.program import Value
from litmus.program.term import SYMBOLIC, evaluate
from litmus.unfold import INITIAL, Event

if TYPE_CHECKING:
    from litmus.judge import Execution

LONGEST = 34
"""Source texts are cut to this many characters."""

DEPENDENCIES = ("addr", "data", "ctrl")
SHOWN = ("R", "W", "F")

INVERSE = "^-1"
"""What the name of a relation that is followed backward ends with."""


@dataclass(frozen=True, slots=True)
class Link:
    """One step of a cycle: from one event (its number in the structure) to another, and the relation between."""

    source: int
    target: int
    relation: str


@dataclass(frozen=True, slots=True)
class Box:
    """One event: its thread (-1: an initial write), its letter, and its lines of text.  `kind` as of the event."""

    event: int
    thread: int
    name: str
    lines: tuple[str, ...]
    kind: str


@dataclass(frozen=True, slots=True)
class Arrow:
    """From one box to another, by their places in `Graph.boxes`; `kind` is one of `kinds.LOOKS`.

    `label` is empty where the kind goes without saying.  `cycle`: it is on the cycle that is pointed out.
    """

    source: int
    target: int
    kind: str
    label: str
    cycle: bool = False


@dataclass(frozen=True, slots=True)
class Graph:
    """A picture before it has a form: a title, a note or two, the threads, and what is drawn for them.

    The boxes stand in event order, so those of one thread in program order.  `cycle` lists the steps of the cycle in
    its order, each from where the one before it ends; a step may go against an arrow (`rmw^-1`).
    """

    title: str
    notes: tuple[str, ...]
    threads: tuple[int, ...]
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    cycle: tuple[Arrow, ...] = ()


def graph(
    execution: Execution,
    title: str = "",
    notes: Sequence[str] = (),
    cycle: Sequence[Link] = (),
    initial: bool = False,
) -> Graph:
    """The picture of an execution; `cycle` is pointed out in it; `initial`: with all initial writes."""
    shown = _shown(execution, cycle, initial)
    cycle = [step for link in cycle for step in _by_way_of(execution, shown, link)]
    place = {event: i for i, event in enumerate(shown)}
    names = _names(execution, shown)
    boxes = tuple(_box(execution, event, names[event]) for event in shown)
    on_cycle = dict.fromkeys(map(_forward, cycle))
    links = dict.fromkeys((*_links(execution, shown), *on_cycle))
    arrows = (_arrow(link, place, link in on_cycle) for link in links if {link.source, link.target} <= place.keys())
    threads = tuple(sorted({box.thread for box in boxes} - {INITIAL}))
    steps = tuple(_arrow(link, place, True) for link in cycle)
    return Graph(title, tuple(notes), threads, boxes, tuple(arrows), steps)


def _forward(link: Link) -> Link:
    """A link as it is drawn: a step against a relation is the arrow of the relation."""
    if link.relation.endswith(INVERSE):
        return Link(link.target, link.source, link.relation.removesuffix(INVERSE))
    return link


def _arrow(link: Link, place: dict[int, int], cycle: bool) -> Arrow:
    """A link as an arrow; a relation that has no look of its own is an order that a model keeps."""
    kind = link.relation if link.relation in LOOKS else "order"
    label = "" if kind == "po" and not cycle else link.relation
    return Arrow(place[link.source], place[link.target], kind, label, cycle)


# --- boxes ----------------------------------------------------------------------------------------------


def _shown(execution: Execution, cycle: Sequence[Link], initial: bool) -> tuple[int, ...]:
    """The events that get a box: accesses and fences of threads, and whatever the cycle goes through."""
    on_cycle = {event for link in cycle for event in (link.source, link.target)}
    events = enumerate(execution.structure.events)
    return tuple(i for i, e in events if i in on_cycle or (e.kind in SHOWN and (initial or e.thread != INITIAL)))


def _names(execution: Execution, shown: Iterable[int]) -> dict[int, str]:
    """Letters for the events of threads, none for initial writes."""
    events = execution.structure.events
    threaded = [i for i in shown if events[i].thread != INITIAL]
    return dict.fromkeys(shown, "") | {event: _letters(number) for number, event in enumerate(threaded)}


def _letters(number: int) -> str:
    """a, b, ..., z, aa, ab, ..."""
    text = ""
    while number >= 0:
        number, digit = divmod(number, 26)
        text = chr(ord("a") + digit) + text
        number -= 1
    return text


def _box(execution: Execution, number: int, name: str) -> Box:
    event = execution.structure.events[number]
    if event.thread == INITIAL:
        return Box(number, INITIAL, "", (f"initially {_access(execution, event)}",), event.kind)
    return Box(number, event.thread, name, _lines(execution, event, name), event.kind)


def _lines(execution: Execution, event: Event, name: str) -> tuple[str, ...]:
    """`a: W x=1` and the instruction under it; a fence that is the whole instruction takes one line."""
    text = "" if event.instruction is None else _shortened(event.instruction.text)
    if event.kind == "F" and _is_alone(execution, event):
        return (f"{name}: {text}",)
    first = f"{name}: {_access(execution, event)}" if event.pointer is not None else f"{name}: {_bare(event)}"
    return (first, text) if text else (first,)


def _is_alone(execution: Execution, event: Event) -> bool:
    """Whether no other event of the thread comes from the same place in the text."""
    if event.instruction is None:
        return False
    span = event.instruction.span
    others = (e.instruction for e in execution.structure.events if e is not event and e.thread == event.thread)
    return all(other is None or (other is not event.instruction and other.span != span) for other in others)


def _access(execution: Execution, event: Event) -> str:
    """`W x=1`; without the value where it is not known."""
    value = value_of(execution, event)
    kind = "" if event.thread == INITIAL else f"{event.kind} "
    return f"{kind}{event.pointer}" + ("" if value is None else f"={value}")


def value_of(execution: Execution, event: Event) -> Value | None:
    """What an access reads or writes; None where it is not known."""
    if isinstance(event.value, SYMBOLIC):
        return None if execution.values is None else evaluate(event.value, execution.values)
    return event.value


def _bare(event: Event) -> str:
    """An event without a location: `F[Mb]`."""
    tags = ",".join(sorted(event.tags - {event.kind}))
    return f"{event.kind}[{tags}]" if tags else event.kind + (f" {event.register}" if event.register else "")


def _shortened(text: str) -> str:
    """On one line, cut to `LONGEST` characters."""
    words = " ".join(text.split())
    return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"


def _by_way_of(execution: Execution, shown: Sequence[int], link: Link) -> Iterator[Link]:
    """A link of program order as the neighbouring boxes that it leads by; any other as it is."""
    po = execution.structure.universe.rows(execution.structure.relations["po"])
    between = [i for i in shown if po[link.source] >> i & 1 and po[i] >> link.target & 1]
    path = (link.source, *between, link.target)
    direct = link.relation != "po" or not all(po[a] >> b & 1 for a, b in pairwise(path))
    yield from [link] if direct else [Link(a, b, "po") for a, b in pairwise(path)]


# --- arrows ---------------------------------------------------------------------------------------------


def _links(execution: Execution, shown: Sequence[int]) -> Iterator[Link]:
    """Everything there is to see, kind by kind."""
    yield from _program_order(execution, shown)
    visible = sum(1 << i for i in shown)
    for read, write in sorted(execution.sources.items()):
        yield Link(write, read, "rf")
    yield from _coherence(execution, visible)
    yield from _reads_before(execution)
    for name in DEPENDENCIES:
        yield from _first_dependents(execution, name, visible)
    yield from (Link(r, w, "rmw") for r, w in execution.structure.rmw_pairs)


def _program_order(execution: Execution, shown: Sequence[int]) -> Iterator[Link]:
    """From each shown event of a thread to the next ones, unless another lies between."""
    structure = execution.structure
    rows = structure.universe.rows(structure.relations["po"])
    visible = sum(1 << i for i in shown)
    for i in shown:
        after = rows[i] & visible
        later = 0
        for j in bits(after):
            later |= rows[j]
        yield from (Link(i, j, "po") for j in bits(after & ~later))


def _coherence(execution: Execution, visible: int) -> Iterator[Link]:
    """From each shown write of a location to the next."""
    for order in execution.orders.values():
        writes = [w for w in order if visible >> w & 1]
        yield from (Link(a, b, "co") for a, b in pairwise(writes))


def _reads_before(execution: Execution) -> Iterator[Link]:
    """From each read to the write after the one it reads from, unless that is its own operation's write."""
    own = set(execution.structure.rmw_pairs)
    following = dict(pair for order in execution.orders.values() for pair in pairwise(order))
    for read, write in sorted(execution.sources.items()):
        later = following.get(write)
        if later is not None and (read, later) not in own:
            yield Link(read, later, "fr")


def _first_dependents(execution: Execution, name: str, visible: int) -> Iterator[Link]:
    """From each read to the accesses that depend on it; for ctrl without those after another dependent access.

    What happens inside one atomic operation is left out.
    """
    structure = execution.structure
    po = structure.universe.rows(structure.relations["po"])
    own = set(structure.rmw_pairs)
    for i, row in enumerate(structure.universe.rows(structure.relations[name])):
        accesses = row & visible & (structure.sets["R"] | structure.sets["W"])
        later = 0
        for j in bits(accesses):
            later |= po[j]
        dependents = bits(accesses & ~later if name == "ctrl" else accesses)
        yield from (Link(i, j, name) for j in dependents if (i, j) not in own)
