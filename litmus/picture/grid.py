"""Where things stand roughly: boxes in rows and columns, and the way that each arrow takes between them.

Columns are threads.  The strips between columns are gutters (gutter c is left of column c), those between rows
are channels (channel r is above row r); boxes stand in neither, so an arrow that keeps to them meets no box.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from litmus.picture.graph import Arrow, Graph
from litmus.unfold import INITIAL

Side: TypeAlias = Literal["left", "right"]


@dataclass(frozen=True, slots=True)
class Cell:
    """A place in the grid."""

    row: int
    column: int


@dataclass(frozen=True, slots=True)
class Straight:
    """Down from a box to the next one in its column."""


@dataclass(frozen=True, slots=True)
class Bow:
    """Out of one side of a column and back into it; `lane` 0 is the innermost."""

    side: Side
    lane: int


@dataclass(frozen=True, slots=True)
class Across:
    """From column to column; by way of a channel where columns lie between (`track` 0 is its uppermost)."""

    channel: int | None
    track: int = 0


Way: TypeAlias = Straight | Bow | Across


@dataclass(frozen=True, slots=True)
class Grid:
    """`cells`: the place of each box; `ways`: the way of each arrow; `header`: the row of the threads' names.

    `tracks`: how many arrows each channel holds; `lanes`: how many bows stand on each side of each column.
    """

    rows: int
    columns: int
    header: int
    cells: tuple[Cell, ...]
    ways: tuple[Way, ...]
    tracks: Counter[int]
    lanes: Counter[tuple[int, Side]]


def grid(graph: Graph) -> Grid:
    """The places and ways of a graph."""
    columns = max(len(graph.threads), 1)
    cells, header = _cells(graph, columns)
    rows = max((cell.row for cell in cells), default=header) + 1
    tracks: Counter[int] = Counter()
    across = {i: _across(cells, arrow, tracks) for i, arrow in _between_columns(graph, cells)}
    bows, lanes = _bows(graph, cells, columns)
    ways = tuple(across.get(i) or bows.get(i) or Straight() for i in range(len(graph.arrows)))
    return Grid(rows, columns, header, cells, ways, tracks, lanes)


def _cells(graph: Graph, columns: int) -> tuple[tuple[Cell, ...], int]:
    """The place of each box, initial writes above the row of names; and that row."""
    initial = sum(box.thread == INITIAL for box in graph.boxes)
    header = -(-initial // columns)
    used: Counter[int] = Counter()
    cells = []
    for box in graph.boxes:
        number = used[box.thread]
        used[box.thread] += 1
        if box.thread == INITIAL:
            cells.append(Cell(number // columns, number % columns))
        else:
            cells.append(Cell(header + 1 + number, graph.threads.index(box.thread)))
    return tuple(cells), header


# --- between columns ------------------------------------------------------------------------------------


def _between_columns(graph: Graph, cells: tuple[Cell, ...]) -> Iterator[tuple[int, Arrow]]:
    """The arrows that leave their column, the shortest first."""
    found = [
        (i, a) for i, a in enumerate(graph.arrows) if cells[a.source].column != cells[a.target].column
    ]
    return iter(sorted(found, key=lambda item: abs(cells[item[1].source].column - cells[item[1].target].column)))


def _across(cells: tuple[Cell, ...], arrow: Arrow, tracks: Counter[int]) -> Across:
    """The way between two columns, through the best channel if others lie between them."""
    source, target = cells[arrow.source], cells[arrow.target]
    if abs(source.column - target.column) == 1:
        return Across(None)
    low, high = sorted((source.column, target.column))
    between = [cell for cell in cells if low < cell.column < high]
    channels = range(min(source.row, target.row), max(source.row, target.row) + 2)
    best = min(channels, key=lambda channel: (_cost(channel, source, target, between) + 0.4 * tracks[channel]))
    tracks[best] += 1
    return Across(best, tracks[best] - 1)


def _cost(channel: int, source: Cell, target: Cell, between: Iterable[Cell]) -> float:
    """How long the way through a channel is, and how many program-order arrows it crosses."""
    length = sum(abs(channel - 0.5 - cell.row) for cell in (source, target))
    columns: dict[int, list[int]] = {}
    for cell in between:
        columns.setdefault(cell.column, []).append(cell.row)
    crossed = sum(min(rows) < channel <= max(rows) for rows in columns.values())
    return length + 0.7 * crossed


# --- within a column ------------------------------------------------------------------------------------


def _bows(
    graph: Graph, cells: tuple[Cell, ...], columns: int
) -> tuple[dict[int, Bow], Counter[tuple[int, Side]]]:
    """The arrows within a column that are not simply down to the next box: a side and a lane for each.

    The shortest are innermost; arrows over the same rows of one side get lanes of their own.
    """
    placed: dict[tuple[int, Side], list[tuple[int, int, int]]] = {}
    lanes: Counter[tuple[int, Side]] = Counter()
    bows = {}
    for i, column, top, bottom in _inside_columns(graph, cells):
        side = _side(column, columns, lanes)
        taken = {lane for lane, low, high in placed.get((column, side), ()) if low < bottom and top < high}
        lane = next(n for n in range(len(taken) + 1) if n not in taken)
        placed.setdefault((column, side), []).append((lane, top, bottom))
        lanes[column, side] = max(lanes[column, side], lane + 1)
        bows[i] = Bow(side, lane)
    return bows, lanes


def _inside_columns(graph: Graph, cells: tuple[Cell, ...]) -> list[tuple[int, int, int, int]]:
    """The arrows for `_bows`, shortest first: number, column, first and last row."""
    found = []
    for i, arrow in enumerate(graph.arrows):
        source, target = cells[arrow.source], cells[arrow.target]
        plain = arrow.kind == "po" and target.row == source.row + 1
        if source.column == target.column and not plain:
            top, bottom = sorted((source.row, target.row))
            found.append((i, source.column, top, bottom))
    return sorted(found, key=lambda item: (item[3] - item[2], item[0]))


def _side(column: int, columns: int, lanes: Counter[tuple[int, Side]]) -> Side:
    """Outward at the ends, else where fewer bows stand; the left where it is the same."""
    if columns > 1 and column in (0, columns - 1):
        return "left" if column == 0 else "right"
    return "left" if lanes[column, "left"] <= lanes[column, "right"] else "right"
