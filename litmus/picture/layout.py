"""Where everything stands: rectangles for boxes, curves for arrows, a place for every label.

No box overlaps another, no curve passes through a box, and no label covers a box or a label: boxes grow with
the arrows that end on them, and gutters grow until every label has its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from unicodedata import east_asian_width

from litmus.picture.geometry import Cubic, Point, Rect, bow, crossing, line
from litmus.picture.graph import Arrow, Box, Graph
from litmus.picture.grid import Across, Bow, Grid, Side, grid
from litmus.picture.labels import place_labels
from litmus.picture.ports import Ends, arrow_ends

CHARACTER, LINE = 7.85, 17.0
"""The advance and the line height of the monospaced 13 px text of boxes."""

LABEL_CHARACTER, LABEL_HEIGHT = 7.3, 15.0
"""The advance and the height of the 12 px text of labels of arrows."""

PADDING, SLACK = 9.0, 6.0
"""Inside a box: beside its text, and above and below."""

PORT = 17.0
"""The distance between two arrows that end on the same side of a box."""

GAP, TRACK = 26.0, 16.0
"""The height of an empty channel, and of each arrow in it."""

GUTTER, EDGE = 34.0, 6.0
"""The width of a gutter, inside and at the two ends of the picture."""

FIRST_LANE, LANE = 20.0, 22.0
"""How far the innermost bow reaches out of its column, and each further one at least."""

ROUNDS, GROWTH = 40, 14.0
"""How often gutters may grow, and by how much, to find a place for every label."""


@dataclass(frozen=True, slots=True)
class PlacedBox:
    """A box and its place."""

    box: Box
    rect: Rect


@dataclass(frozen=True, slots=True)
class PlacedArrow:
    """An arrow as a curve of one or more pieces, and the place of its label, if it has one."""

    arrow: Arrow
    curves: tuple[Cubic, ...]
    label: Rect | None


@dataclass(frozen=True, slots=True)
class Layout:
    """A picture with all places; `headers` are the names of the threads and where they stand."""

    width: float
    height: float
    boxes: tuple[PlacedBox, ...]
    headers: tuple[tuple[str, Rect], ...]
    arrows: tuple[PlacedArrow, ...]


def layout(graph: Graph) -> Layout:
    """The places of everything in a graph."""
    plan = grid(graph)
    ends = arrow_ends(graph, plan)
    extra = 0.0
    for _ in range(ROUNDS):
        frame = _frame(graph, plan, ends, extra)
        curves = [_curves(frame, plan, ends, i, arrow) for i, arrow in enumerate(graph.arrows)]
        rects = [frame.boxes[i] for i in range(len(graph.boxes))]
        headers = _headers(graph, plan, frame)
        sizes = [label_size(arrow.label) for arrow in graph.arrows]
        labels, complete = place_labels(curves, sizes, (*rects, *(rect for _, rect in headers)))
        if complete:
            break
        extra += GROWTH
    return Layout(
        frame.width,
        frame.height,
        tuple(PlacedBox(box, rect) for box, rect in zip(graph.boxes, rects, strict=True)),
        headers,
        tuple(PlacedArrow(*item) for item in zip(graph.arrows, map(tuple, curves), labels, strict=True)),
    )


def text_width(text: str) -> int:
    """The columns that a text takes in a monospaced font."""
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)


def label_size(label: str) -> tuple[float, float] | None:
    """The size of the label of an arrow; None for none."""
    return (text_width(label) * LABEL_CHARACTER + 4, LABEL_HEIGHT) if label else None


# --- coordinates ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Frame:
    """The coordinates of rows, columns and boxes."""

    lefts: tuple[float, ...]
    widths: tuple[float, ...]
    tops: tuple[float, ...]
    heights: tuple[float, ...]
    boxes: tuple[Rect, ...]
    lanes: Mapping[tuple[int, Side], float]
    width: float
    height: float


def _frame(graph: Graph, plan: Grid, ends: Ends, extra: float) -> _Frame:
    """The coordinates when every gutter is `extra` wider than it has to be."""
    widths = _column_widths(graph, plan)
    gutters = _gutter_widths(graph, plan, extra)
    own = _box_heights(graph, ends)
    heights = _row_heights(plan, own)
    channels = [_channel_height(plan, row) + extra / 6 for row in range(plan.rows + 1)]
    lefts = [gutters[0], *(sum(gutters[: c + 1]) + sum(widths[:c]) for c in range(1, plan.columns))]
    bottoms = accumulate(c + h for c, h in zip(channels, heights, strict=False))
    tops = [bottom - h for bottom, h in zip(bottoms, heights, strict=True)]
    boxes = tuple(
        Rect(lefts[cell.column], tops[cell.row] + (heights[cell.row] - height) / 2, widths[cell.column], height)
        for cell, height in zip(plan.cells, own, strict=True)
    )
    return _Frame(
        tuple(lefts), tuple(widths), tuple(tops), tuple(heights), boxes,
        {place: _lane_width(graph, plan, *place) for place in plan.lanes},
        sum(gutters) + sum(widths), sum(channels) + sum(heights),
    )  # fmt: skip


def _column_widths(graph: Graph, plan: Grid) -> list[float]:
    """The widest text of each column, with its padding."""
    widest = [4] * plan.columns
    for box, cell in zip(graph.boxes, plan.cells, strict=True):
        widest[cell.column] = max(widest[cell.column], *map(text_width, box.lines))
    return [characters * CHARACTER + 2 * PADDING for characters in widest]


def _box_heights(graph: Graph, ends: Ends) -> list[float]:
    """The height of each box: for its lines, or for the arrows that end on one of its sides."""
    ports = [0] * len(graph.boxes)
    for box, _, _, count in ends.values():
        ports[box] = max(ports[box], count)
    return [
        max(len(box.lines) * LINE + 2 * SLACK, count * PORT + SLACK)
        for box, count in zip(graph.boxes, ports, strict=True)
    ]


def _row_heights(plan: Grid, boxes: Sequence[float]) -> list[float]:
    """The height of the tallest box of each row."""
    heights = [LINE] * plan.rows
    for cell, height in zip(plan.cells, boxes, strict=True):
        heights[cell.row] = max(heights[cell.row], height)
    return heights


def _channel_height(plan: Grid, row: int) -> float:
    """Room for the arrows of a channel; little above the first row and above the names."""
    if plan.tracks[row]:
        return GAP + plan.tracks[row] * TRACK
    return 4.0 if row in (0, plan.rows) else GAP if row != plan.header + 1 else 10.0


def _gutter_widths(graph: Graph, plan: Grid, extra: float) -> list[float]:
    """Room for the bows on both sides of a gutter, and for the labels of the arrows across."""
    widths = [EDGE if gutter in (0, plan.columns) else GUTTER for gutter in range(plan.columns + 1)]
    for (column, side), lanes in plan.lanes.items():
        lane = _lane_width(graph, plan, column, side)
        widths[column + (side == "right")] += FIRST_LANE + lanes * lane
    for arrow, way in zip(graph.arrows, plan.ways, strict=True):
        if isinstance(way, Across):
            low, high = sorted(plan.cells[i].column for i in (arrow.source, arrow.target))
            for gutter in range(low + 1, high + 1):
                widths[gutter] = max(widths[gutter], 2 * GUTTER + text_width(arrow.label) * LABEL_CHARACTER)
    return [width + extra for width in widths]


def _lane_width(graph: Graph, plan: Grid, column: int, side: Side) -> float:
    """The distance of the bows on one side of a column: half of the longest label fits between two."""
    longest = max(
        text_width(arrow.label)
        for arrow, way in zip(graph.arrows, plan.ways, strict=True)
        if isinstance(way, Bow) and way.side == side and plan.cells[arrow.source].column == column
    )
    return max(LANE, longest * LABEL_CHARACTER / 2 + 8)


def _headers(graph: Graph, plan: Grid, frame: _Frame) -> tuple[tuple[str, Rect], ...]:
    """The names of the threads, above their columns."""
    top = frame.tops[plan.header]
    return tuple(
        (f"P{thread}", Rect(frame.lefts[c], top, frame.widths[c], LINE)) for c, thread in enumerate(graph.threads)
    )


# --- curves ---------------------------------------------------------------------------------------------


def _curves(frame: _Frame, plan: Grid, ends: Ends, number: int, arrow: Arrow) -> list[Cubic]:
    """The pieces of one arrow."""
    way = plan.ways[number]
    if not isinstance(way, Bow | Across):
        above, below = frame.boxes[arrow.source], frame.boxes[arrow.target]
        x = above.center[0]
        return [line((x, above.bottom), (x, below.y))]
    start, end = (_port(frame, *ends[number, at_target]) for at_target in (False, True))
    if isinstance(way, Bow):
        column = plan.cells[arrow.source].column
        reach = FIRST_LANE + way.lane * frame.lanes[column, way.side]
        return [bow(start, end, reach if way.side == "right" else -reach)]
    columns = [plan.cells[i].column for i in (arrow.source, arrow.target)]
    return list(_hops(frame, start, end, columns, way, plan))


def _port(frame: _Frame, box: int, side: Side, place: int, count: int) -> Point:
    """Where an arrow ends on a side of a box."""
    rect = frame.boxes[box]
    x = rect.right if side == "right" else rect.x
    return x, rect.center[1] + (place - (count - 1) / 2) * PORT


def _hops(
    frame: _Frame, start: Point, end: Point, columns: list[int], way: Across, plan: Grid
) -> Iterable[Cubic]:
    """Gutter by gutter, straight through a channel where it passes a column."""
    step = 1 if columns[1] > columns[0] else -1
    here = start
    for column in range(columns[0] + step, columns[1], step):
        y = _channel_y(frame, plan, way)
        sides = frame.lefts[column], frame.lefts[column] + frame.widths[column]
        near, far = sides[::step]
        yield crossing(here, (near, y))
        yield line((near, y), (far, y))
        here = far, y
    yield crossing(here, end)


def _channel_y(frame: _Frame, plan: Grid, way: Across) -> float:
    """The height at which an arrow goes through its channel."""
    assert way.channel is not None, "columns lie between"
    below = frame.tops[way.channel] if way.channel < plan.rows else frame.height
    above = frame.tops[way.channel - 1] + frame.heights[way.channel - 1] if way.channel else 0.0
    return above + (below - above) * (way.track + 1) / (plan.tracks[way.channel] + 1)
