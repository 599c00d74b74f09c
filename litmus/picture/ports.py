"""The sides of boxes: at which one each arrow begins and ends, and in which order, from top to bottom."""

from __future__ import annotations

from typing import TypeAlias

from litmus.picture.graph import Graph
from litmus.picture.grid import Across, Bow, Cell, Grid, Side, Way

Ends: TypeAlias = dict[tuple[int, bool], tuple[int, Side, int, int]]
"""(arrow, whether its target end) to the box, its side, the place among the ends there, and how many there are."""


def arrow_ends(graph: Graph, plan: Grid) -> Ends:
    """The place of each end of each arrow that goes sideways, ordered so that neighbours cross little."""
    sides: dict[tuple[int, Side], list[tuple[tuple[int, int, int], int, bool]]] = {}
    for i, (arrow, way) in enumerate(zip(graph.arrows, plan.ways, strict=True)):
        for at_target in (False, True):
            here, there = (arrow.target, arrow.source) if at_target else (arrow.source, arrow.target)
            side = _side(way, plan.cells[here], plan.cells[there])
            if side:
                key = (*_rank(way, plan.cells[here], plan.cells[there]), i)
                sides.setdefault((here, side), []).append((key, i, at_target))
    return {
        (i, at_target): (box, side, place, len(found))
        for (box, side), found in sides.items()
        for place, (_, i, at_target) in enumerate(sorted(found))
    }


def _side(way: Way, here: Cell, there: Cell) -> Side | None:
    """The side of a box at which an arrow ends; None for those that go straight down."""
    if isinstance(way, Bow):
        return way.side
    if isinstance(way, Across):
        return "right" if there.column > here.column else "left"
    return None


def _rank(way: Way, here: Cell, there: Cell) -> tuple[int, int]:
    """From top to bottom of a side: bows upward, arrows across by where they go, bows downward."""
    if isinstance(way, Bow):
        up = there.row < here.row
        return (0, way.lane) if up else (2, -way.lane)
    height = 2 * there.row if not isinstance(way, Across) or way.channel is None else 2 * way.channel - 1
    return 1, height
