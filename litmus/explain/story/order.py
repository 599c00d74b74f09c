"""Putting nodes in a row: all hard constraints kept, as few soft ones broken as possible."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import TypeAlias

from litmus.logic import bits

Pairs: TypeAlias = Iterable[tuple[int, int]]

MOST_EXACT = 12
"""So many nodes are put in the best order; more of them are put in a good one, from left to right."""


def row(lanes: Sequence[int], hard: Pairs, soft: Pairs) -> list[int] | None:
    """The nodes 0, 1, ... in an order that respects every pair of `hard`; None where these go in a circle.

    As few pairs of `soft` as possible are broken; then the order stays in one lane (`lanes[i]` is that of node i) as
    long as it can.
    """
    before = _masks(hard, len(lanes))
    wanted = _masks(soft, len(lanes))
    if not _is_acyclic(before):
        return None
    if len(lanes) > MOST_EXACT:
        return _greedy(lanes, before, wanted)
    return _exact(lanes, before, wanted)


def _masks(pairs: Pairs, n: int) -> list[int]:
    """For each node, the set of those that come before it."""
    masks = [0] * n
    for a, b in pairs:
        masks[b] |= 1 << a
    return masks


def _is_acyclic(before: Sequence[int]) -> bool:
    placed, left = 0, set(range(len(before)))
    while ready := [node for node in sorted(left) if not before[node] & ~placed]:
        left -= set(ready)
        placed |= sum(1 << node for node in ready)
    return not left


def _ready(before: Sequence[int], placed: int) -> list[int]:
    return [node for node, needs in enumerate(before) if not placed >> node & 1 and not needs & ~placed]


def _greedy(lanes: Sequence[int], before: Sequence[int], wanted: Sequence[int]) -> list[int]:
    placed, found = 0, list[int]()
    while len(found) < len(lanes):
        lane = lanes[found[-1]] if found else lanes[0]
        choice = min(_ready(before, placed), key=lambda n: ((wanted[n] & ~placed).bit_count(), lanes[n] != lane, n))
        found.append(choice)
        placed |= 1 << choice
    return found


def _exact(lanes: Sequence[int], before: Sequence[int], wanted: Sequence[int]) -> list[int]:
    full = (1 << len(lanes)) - 1

    @cache
    def best(placed: int, lane: int) -> tuple[int, int, tuple[int, ...]]:
        """(broken pairs, changes of lane, order) of the nodes that are left."""
        if placed == full:
            return 0, 0, ()
        options = []
        for node in _ready(before, placed):
            broken, changes, rest = best(placed | 1 << node, lanes[node])
            cost = (wanted[node] & ~placed).bit_count()
            options.append((broken + cost, changes + (lanes[node] != lane), (node, *rest)))
        return min(options)

    return list(best(0, lanes[0] if lanes else 0)[2])


def broken(order: Sequence[int], soft: Pairs) -> list[tuple[int, int]]:
    """The pairs that an order breaks."""
    place: Mapping[int, int] = {node: number for number, node in enumerate(order)}
    return [(a, b) for a, b in soft if place[a] > place[b]]


def pairs_within(relation: int, n: int, nodes: Mapping[int, int]) -> list[tuple[int, int]]:
    """The pairs of a relation over n events between the events of `nodes`, as the nodes that these are."""
    return [(nodes[a], nodes[b]) for a, b in (divmod(bit, n) for bit in bits(relation)) if a in nodes and b in nodes]
