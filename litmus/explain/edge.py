"""Edges of an explanation: pairs of events, with what relates them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

IDENTITY = "id"


@dataclass(frozen=True, slots=True)
class Edge:
    """A pair of events (by id) of a relation.

    `relation`: its name in the model, `rf`, `co`, `fr`, or a base relation; empty for a composition without a name.
    `parts`: the path from `source` to `target` that makes it up; none for an edge that the execution itself has.
    """

    source: int
    target: int
    relation: str
    parts: tuple[Edge, ...] = ()

    def leaves(self) -> Iterator[Edge]:
        """The edges without parts below this one, in order; the identity has none."""
        if self.relation == IDENTITY:
            return
        if not self.parts:
            yield self
        for part in self.parts:
            yield from part.leaves()


def joined(source: int, target: int, parts: tuple[Edge, ...]) -> Edge:
    """A path as one edge without a name; steps that stay in place are left out, a single step is itself."""
    flat = tuple(inner for part in parts for inner in (part.parts if not part.relation else (part,)))
    kept = tuple(part for part in flat if part.relation != IDENTITY)
    if not kept:
        return Edge(source, target, IDENTITY)
    return kept[0] if len(kept) == 1 else Edge(source, target, "", kept)


def named(edge: Edge, name: str) -> Edge:
    """The edge under the name of a definition."""
    if edge.relation in (name, IDENTITY):
        return edge
    return Edge(edge.source, edge.target, name, edge.parts if not edge.relation else (edge,))
