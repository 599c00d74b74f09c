"""A picture as text for a terminal: the threads in columns, then the arrows as a list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from litmus.picture.graph import Arrow, Graph
from litmus.picture.kinds import LOOKS
from litmus.picture.layout import text_width
from litmus.unfold import INITIAL

BETWEEN = "   "
"""Between two columns."""


def plain(graph: Graph) -> str:
    """The picture as lines of text, each ended."""
    heading = [line for line in (graph.title, *graph.notes) if line]
    lines = [*heading, *([""] if heading else []), *_columns(graph), "", *_arrows(graph), *_cycle_lines(graph)]
    return "".join(f"{line.rstrip()}\n" for line in lines)


def description(graph: Graph) -> str:
    """The picture in one paragraph, for those who cannot see it."""
    events = "; ".join(f"P{box.thread} {' '.join(box.lines)}" for box in graph.boxes if box.thread != INITIAL)
    arrows = "; ".join(f"{_name(graph, a.source)} {a.kind} {_name(graph, a.target)}" for a in _listed(graph))
    cycle = f" Cycle: {cycle_text(graph)}." if graph.cycle else ""
    return f"Events: {events or 'none'}. Arrows: {arrows or 'none'}.{cycle}"


def cycle_text(graph: Graph) -> str:
    """The cycle on one line: `a -po-> b -fr-> c -po-> d -fr-> a`."""
    steps = [f"{_name(graph, arrow.source)} -{_relation(arrow)}->" for arrow in graph.cycle]
    return " ".join((*steps, _name(graph, graph.cycle[-1].target))) if graph.cycle else ""


def _relation(arrow: Arrow) -> str:
    return arrow.label or arrow.kind


def _name(graph: Graph, place: int) -> str:
    """The letter of an event; an initial write by what it writes."""
    box = graph.boxes[place]
    return box.name or f"({box.lines[0]})"


def _columns(graph: Graph) -> Iterator[str]:
    """The initial writes that matter, then the threads beside each other, two lines for each event."""
    yield from (box.lines[0] for box in graph.boxes if box.thread == INITIAL)
    columns = [_column(graph, thread) for thread in graph.threads]
    widths = [max(map(text_width, column)) for column in columns]
    for row in range(max(map(len, columns), default=0)):
        cells = [column[row] if row < len(column) else "" for column in columns]
        padded = (cell + " " * (width - text_width(cell)) for cell, width in zip(cells, widths, strict=True))
        yield BETWEEN.join(padded)


def _column(graph: Graph, thread: int) -> list[str]:
    """The name of a thread and its events, the instruction indented under what it does."""
    lines = [f"P{thread}"]
    for box in graph.boxes:
        if box.thread == thread:
            lines += [line if i == 0 else " " * (len(box.name) + 2) + line for i, line in enumerate(box.lines)]
    return lines


def _listed(graph: Graph) -> list[Arrow]:
    """The arrows that columns do not show, kind by kind."""
    return [arrow for kind in LOOKS for arrow in graph.arrows if arrow.kind == kind and kind != "po"]


def _arrows(graph: Graph) -> Iterator[str]:
    """One line for each relation: what it means, and its pairs."""
    listed = _listed(graph)
    names = list(dict.fromkeys(_relation(arrow) for arrow in listed))
    width = max(map(len, names), default=0)
    for name in names:
        pairs = [_pair(graph, arrow) for arrow in listed if _relation(arrow) == name]
        kind = next(arrow.kind for arrow in listed if _relation(arrow) == name)
        yield f"{name.ljust(width)}  {', '.join(pairs)}   ({LOOKS[kind].meaning})"


def _pair(graph: Graph, arrow: Arrow) -> str:
    return f"{_name(graph, arrow.source)} -> {_name(graph, arrow.target)}"


def _cycle_lines(graph: Graph) -> Sequence[str]:
    return [f"cycle: {cycle_text(graph)}"] if graph.cycle else []
