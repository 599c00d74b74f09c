"""Events and edges in the words of the test: places, values, and the clauses of a reason."""

from __future__ import annotations

from litmus.explain.edge import Edge
from litmus.explain.explanation import Place, Step
from litmus.explain.tags import LOCKED, is_acquire, is_release
from litmus.judge import Execution
from litmus.program import Instruction
from litmus.program.term import evaluate
from litmus.unfold import INITIAL, Event

DEPENDENCIES = {
    "addr": "the address in {b} depends on {a}",
    "data": "the value written in {b} depends on {a}",
    "ctrl": "{b} runs only if a branch on {a} lets it",
    "pick-addr": "the address in {b} was picked by {a}",
    "pick-data": "the value written in {b} was picked by {a}",
    "pick-ctrl": "{b} runs only if a choice by {a} lets it",
}


def place_of(thread: int, instruction: Instruction, own_words: bool) -> Place:
    """The place of an instruction; `own_words`: its text is what the user wrote, not what it was lowered to."""
    span = instruction.span
    text = instruction.text if own_words or span is None else span.text
    return Place(thread, None if span is None else span.line, _shortened(text))


def _shortened(text: str) -> str:
    """The first line, without the brace and semicolon at its end."""
    return " ".join(text.strip().split("\n", 1)[0].rstrip("{; ").split())


class Words:
    """The words for one execution."""

    def __init__(self, execution: Execution, own_words: bool) -> None:
        self.execution = execution
        self.events = execution.structure.events
        self.own_words = own_words

    def place(self, event: int) -> Place:
        """Where an event is."""
        found = self.events[event]
        if found.instruction is None:
            return Place(None, None, f"{self.value(event)} at the start")
        return place_of(found.thread, found.instruction, self.own_words)

    def value(self, event: int) -> str:
        """`x=1`: the location and the value read or written; only the location where values go in a circle."""
        found = self.events[event]
        if found.pointer is None:
            return ""
        values = self.execution.values
        if values is None or found.value is None:
            return str(found.pointer)
        return f"{found.pointer}={evaluate(found.value, values)}"

    def read(self, event: int, overwritten: int) -> str:
        """`x=1`, what a read returns; with the write that it comes from where an overwriting one writes the same."""
        value = self.value(event)
        return value if value != self.value(overwritten) else f"{value} of {self.at(self.execution.sources[event])}"

    def at(self, event: int) -> str:
        """`P1 line 9`, or `the initial value of x`."""
        found = self.events[event]
        return f"the initial value of {found.pointer}" if found.thread == INITIAL else str(self.place(event))

    def line(self, event: int) -> str:
        """`line 9`: where the thread is known."""
        number = self.place(event).line
        return f"line {number}" if number is not None else f"`{self.place(event).text}`"

    # --- steps ------------------------------------------------------------------------------------------

    def step(self, edge: Edge) -> Step:
        """An edge that is one step (see `steps`)."""
        a, b, kind = edge.source, edge.target, self.kind(edge)
        fence = next((leaf.target for leaf in edge.leaves() if self.events[leaf.target].kind == "F"), None)
        via = fence if kind == "fence" else None
        return Step(
            source=self.place(a), target=self.place(b), relation=edge.relation or self._path(edge), kind=kind,
            words=self._clause(edge, kind, via), via=None if via is None else self.place(via),
        )  # fmt: skip

    @staticmethod
    def _path(edge: Edge) -> str:
        """The relations of a path without a name, as cat writes it."""
        return " ; ".join(part.relation for part in edge.parts)

    def kind(self, edge: Edge) -> str:
        """The kind of a step; see `Step`."""
        leaves = [leaf.relation for leaf in edge.leaves()]
        if len(leaves) == 1:
            only = leaves[0].removesuffix("^-1")
            return only if only in (*DEPENDENCIES, "rf", "co", "fr", "rmw", "po") else "other"
        if any(leaf.endswith("section^-1") for leaf in leaves):
            return "section"
        if any(self.events[leaf.target].kind == "F" for leaf in [*edge.leaves()][:-1]):
            return "fence"
        return next((name for name in DEPENDENCIES if name in leaves), "po" if "po" in leaves else "other")

    def _clause(self, edge: Edge, kind: str, via: int | None) -> str:
        a, b = edge.source, edge.target
        if edge.relation == "rmw^-1":
            return f"{self.at(b)} is one atomic update, and nothing may come between its read and its write"
        match kind:
            case "rf":
                return f"{self.at(b)} reads {self.value(b)} from {self.at(a)}"
            case "fr":
                return f"{self.at(a)} reads {self.read(a, b)}, which {self.at(b)} overwrites with {self.value(b)}"
            case "co":
                return f"{self.at(b)} overwrites {self.value(a)} of {self.at(a)} with {self.value(b)}"
            case "rmw":
                return f"{self.at(a)} reads and writes {self.events[a].pointer} in one atomic step"
        return self._inside(edge, kind, via)

    def _inside(self, edge: Edge, kind: str, via: int | None) -> str:
        """What orders two events of a thread."""
        a, b = edge.source, edge.target
        owner, first, second = f"P{self.events[a].thread}", self.line(a), self.line(b)
        if via is not None:
            depends = any(leaf.relation in DEPENDENCIES for leaf in edge.leaves())
            behind = f", behind a dependency on {first}," if depends else ""
            return f"{owner}'s {self.fence(via)}{behind} puts {first} before {second}"
        if kind == "section":
            begin, end = self._section(edge)
            return f"{owner}'s {first} and {second} are in one critical section, from {begin} to {end}"
        if kind in DEPENDENCIES:
            clause = f"{owner}: {DEPENDENCIES[kind].format(a=first, b=self.line(self._dependent(edge, kind)))}"
            return clause if self._dependent(edge, kind) == b else f"{clause}, and {second} waits for it"
        if edge.relation.endswith("^-1"):
            return f"{owner}: {edge.relation.removesuffix('^-1')} from {second} to {first}"
        return self._in_order(edge, owner, first, second)

    def _section(self, edge: Edge) -> tuple[str, str]:
        """The lines of the marks of a critical section."""
        crossed = next(leaf for leaf in edge.leaves() if leaf.relation.endswith("section^-1"))
        return self.line(crossed.target), self.line(crossed.source)

    @staticmethod
    def _dependent(edge: Edge, kind: str) -> int:
        """The event that depends on another, within a step."""
        return next(leaf.target for leaf in edge.leaves() if leaf.relation == kind)

    def _in_order(self, edge: Edge, owner: str, first: str, second: str) -> str:
        """Program order, kept for the sake of one of the two."""
        a, b = self.events[edge.source], self.events[edge.target]
        if b.kind == "W" and is_release(b.tags) and edge.relation != "po-loc":
            return f"{owner}'s {second} is a release, so {first} is before it"
        if a.kind == "R" and is_acquire(a.tags) and edge.relation != "po-loc":
            return f"{owner}'s {first} is an acquire, so {second} is after it"
        if first == second:
            return f"{owner}'s {first} {_does(a)} before it {_does(b)}"
        if a.pointer == b.pointer and a.pointer is not None:
            return f"{owner}'s {first} and {second} access {a.pointer} in program order"
        if (a.kind, b.kind) == ("W", "R") and LOCKED & (a.tags | b.tags):
            return f"{owner}'s {first} comes before {second}, next to an atomic update that keeps order"
        name = "" if edge.relation in ("", "po") else f" ({edge.relation})"
        return f"{owner}'s {first} comes before {second} in program order{name}"

    def fence(self, event: int) -> str:
        """`smp_mb() (line 8)`."""
        place = self.place(event)
        return place.text if place.line is None else f"{place.text} (line {place.line})"


def _does(event: Event) -> str:
    """`reads x` or `writes x`."""
    return f"{'writes' if event.kind == 'W' else 'reads'} {event.pointer}"


def steps(cycle: tuple[Edge, ...], execution: Execution) -> tuple[Edge, ...]:
    """A cycle as what is one step to a reader: communication between accesses, or what keeps two accesses of a thread
    in order.
    """
    return _between_accesses(_taken_apart(cycle, execution), execution)


def _taken_apart(edges: tuple[Edge, ...], execution: Execution) -> tuple[Edge, ...]:
    return tuple(step for edge in edges for step in _apart(edge, execution))


def _between_accesses(cycle: tuple[Edge, ...], execution: Execution) -> tuple[Edge, ...]:
    """The steps to and from fences (of RCU) joined, so that each step of the cycle goes from access to access."""
    events = execution.structure.events
    start = next((i for i, edge in enumerate(cycle) if events[edge.source].kind != "F"), None)
    if start is None:
        return cycle
    done: list[Edge] = []
    for edge in cycle[start:] + cycle[:start]:
        if done and events[edge.source].kind == "F":
            last = done.pop()
            done.append(Edge(last.source, edge.target, "", (*_inner(last), *_inner(edge))))
        else:
            done.append(edge)
    return tuple(done)


def _inner(edge: Edge) -> tuple[Edge, ...]:
    return (edge,) if edge.relation or not edge.parts else edge.parts


def _apart(edge: Edge, execution: Execution) -> tuple[Edge, ...]:
    leaves = tuple(edge.leaves())
    if not leaves:
        return ()
    if len(leaves) == 1:
        return (_last_name(edge) if leaves[0].relation == "po" else leaves[0],)
    inner = _last_name(edge)
    events = execution.structure.events
    threads = {events[e].thread for leaf in leaves for e in (leaf.source, leaf.target)}
    if len(threads) == 1 and any(part.relation == "po" for part in inner.parts):
        return (inner,)
    return _taken_apart(inner.parts, execution)


def _last_name(edge: Edge) -> Edge:
    """The innermost of several edges that are names on top of one another."""
    only = edge.parts[0] if len(edge.parts) == 1 else None
    return _last_name(only) if only is not None and only.parts else edge
