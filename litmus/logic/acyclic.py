"""Acyclicity as a proposition."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from litmus.logic.literal import FALSE, Algebra

Edges: TypeAlias = dict[int, dict[int, int]]
"""From each vertex, the literal of each edge, by where it leads."""


def eliminate(algebra: Algebra, edges: Edges, tick: Callable[[], None] = lambda: None) -> list[int]:
    """The literals of "there is a cycle": removes vertex after vertex, joining its predecessors to its
    successors; a cycle shows as a self loop (Rankooh, Rintanen: Propositional encodings of acyclicity and
    reachability by using vertex elimination, AAAI 2022).

    `tick` is called for each vertex; it may raise, to stop.
    """
    loops = [row[v] for v, row in edges.items() if v in row]
    after: Edges = {v: {w: edge for w, edge in row.items() if v != w and edge != FALSE} for v, row in edges.items()}
    before: Edges = {v: {} for v in edges}
    for v, row in after.items():
        for w, edge in row.items():
            before[w][v] = edge
    while after:
        tick()
        v = min(after, key=lambda x: (len(after[x]) * len(before[x]), x))
        loops.extend(_removed(v, algebra, after, before))
    return loops


def _removed(v: int, algebra: Algebra, after: Edges, before: Edges) -> Iterator[int]:
    """Removes a vertex, with an edge for each path through it; the literals of the cycles that this shows.

    Where one of the two edges between u and w always is there, as in co, a path from u to w is no new edge: it is
    one, or it closes a cycle with the other.
    """
    outgoing, incoming = after.pop(v), before.pop(v)
    for u in incoming:
        del after[u][v]
    for w in outgoing:
        del before[w][v]
    for u, first in incoming.items():
        for w, second in outgoing.items():
            through = algebra.all_of((first, second))
            if through == FALSE:
                continue
            edge, back = after[u].get(w, FALSE), after[w].get(u, FALSE)
            if u == w:
                yield through
            elif edge == -back:
                yield algebra.all_of((through, back))
            else:
                after[u][w] = before[w][u] = algebra.any_of((edge, through))
