"""From forbidden ways to reasons: each in two sentences, with one cycle, and how many ways share it."""

from __future__ import annotations

from collections.abc import Iterable

from litmus.explain.cause.cycle import Violation
from litmus.explain.cause.ways import Way
from litmus.explain.edge import Edge
from litmus.explain.explanation import Reason, Step
from litmus.explain.words import Words, steps
from litmus.judge import Execution
from litmus.unfold import INITIAL

LAST = ("fr", "co", "rf")
"""The kinds of the step that a cycle ends with, best first: what the outcome claims and cannot be."""


def reasons(forbidden: Iterable[Way], own_words: bool) -> tuple[Reason, ...]:
    """One reason for each axiom and shape of cycle; those about one location by itself come last."""
    first: dict[tuple[str, tuple[str, ...]], Reason] = {}
    count: dict[tuple[str, tuple[str, ...]], int] = {}
    for way in forbidden:
        assert way.violation is not None
        found = reason(way.violation, way.execution, own_words)
        key = (found.axiom, _shape(found.cycle))
        first.setdefault(key, found)
        count[key] = count.get(key, 0) + 1
    counted = [_with_ways(found, count[key]) for key, found in first.items()]
    return tuple(sorted(counted, key=lambda found: found.coherence))


def reason(violation: Violation, execution: Execution, own_words: bool) -> Reason:
    """The reason of one way, its cycle rotated so that it ends with what cannot be."""
    words = Words(execution, own_words)
    edges = _rotated(steps(violation.cycle, execution), words)
    cycle = tuple(words.step(edge) for edge in edges)
    places = {execution.structure.events[e.source].pointer for e in edges}
    story = _story(edges, cycle, words) if edges else _without_cycle(violation, words)
    return Reason(violation.axiom, cycle, 1, story, bool(edges) and len(places) == 1)


def _with_ways(found: Reason, ways: int) -> Reason:
    return Reason(found.axiom, found.cycle, ways, found.story, found.coherence)


def _shape(cycle: tuple[Step, ...]) -> tuple[str, ...]:
    """The relations of a cycle, begun where they come first in the alphabet."""
    relations = tuple(step.relation for step in cycle)
    return min((relations[i:] + relations[:i] for i in range(len(relations))), default=())


def _rotated(edges: tuple[Edge, ...], words: Words) -> tuple[Edge, ...]:
    """The cycle, ended by its best last step."""
    kinds = [words.kind(edge) for edge in edges]
    last = next((kinds.index(kind) for kind in LAST if kind in kinds), len(edges) - 1)
    return edges[last + 1 :] + edges[: last + 1]


def _story(edges: tuple[Edge, ...], cycle: tuple[Step, ...], words: Words) -> str:
    """Two sentences: what orders, and what can therefore not be."""
    *before, _ = (step.words for step in cycle)
    last, kind = edges[-1], cycle[-1].kind
    claim = _claim(last, kind, words)
    return f"{_capital(_listed(before))}. {claim}." if before else f"{claim}."


def _claim(edge: Edge, kind: str, words: Words) -> str:
    """What the last step of a cycle says, and that it cannot be."""
    a, b = edge.source, edge.target
    owner = "" if words.events[b].thread == INITIAL else f" by {words.at(b)}"
    match kind:
        case "fr":
            return (f"So {words.at(a)} comes too late to read {words.read(a, b)}: "
                    f"{words.value(b)}{owner} is already there")  # fmt: skip
        case "co":
            return f"So {words.value(a)} of {words.at(a)} comes too late to be overwritten by {words.at(b)}"
        case "rf":
            return f"So {words.at(b)} comes too early to read {words.value(b)} from {words.at(a)}"
    return f"So {words.at(b)} would come before itself"


def _without_cycle(violation: Violation, words: Words) -> str:
    if violation.event is not None:
        return f"{_capital(words.at(violation.event))} is in a set that has to be empty."
    return "The axiom demands something that this execution has not."


def _listed(clauses: list[str]) -> str:
    """`a, b, and c`."""
    return ", and ".join(filter(None, (", ".join(clauses[:-1]), clauses[-1])))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
