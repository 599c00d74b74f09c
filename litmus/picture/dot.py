"""A picture in the DOT language of Graphviz: a cluster for each thread."""

from __future__ import annotations

from collections.abc import Iterator

from litmus.events import INITIAL
from litmus.picture.graph import Arrow, Box, Graph
from litmus.picture.kinds import LOOKS


def dot(graph: Graph) -> str:
    """The picture as a DOT graph; deterministic."""
    lines = [
        f"digraph {_quoted(graph.title or 'execution')} {{",
        "  node [shape=box, style=rounded, fontname=monospace, fontsize=12];",
        "  edge [fontname=monospace, fontsize=11];",
        f"  label={_quoted(chr(10).join((graph.title, *graph.notes)))}; labelloc=t; fontname=monospace;",
        *_initial(graph),
        *(line for thread in graph.threads for line in _thread(graph, thread)),
        *(_arrow(arrow) for arrow in graph.arrows),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _initial(graph: Graph) -> Iterator[str]:
    """The initial writes, in no cluster."""
    return (_node(i, box) for i, box in enumerate(graph.boxes) if box.thread == INITIAL)


def _thread(graph: Graph, thread: int) -> Iterator[str]:
    """The events of one thread."""
    yield f"  subgraph cluster_P{thread} {{"
    yield f"    label=P{thread};"
    yield from (f"  {_node(i, box)}" for i, box in enumerate(graph.boxes) if box.thread == thread)
    yield "  }"


def _node(number: int, box: Box) -> str:
    extra = ", style=\"rounded,dashed\"" if box.kind == "F" else ""
    return f"  n{number} [label={_quoted(chr(10).join(box.lines))}{extra}];"


def _arrow(arrow: Arrow) -> str:
    """One edge; only program order ranks events, so that threads run downward."""
    look = LOOKS[arrow.kind]
    attributes = [f'color="{look.light}"', f'fontcolor="{look.light}"', f"style={look.graphviz}"]
    if arrow.label:
        attributes.append(f"label={_quoted(arrow.label)}")
    if arrow.kind != "po":
        attributes.append("constraint=false")
    if arrow.cycle:
        attributes.append("penwidth=3")
    return f"  n{arrow.source} -> n{arrow.target} [{', '.join(attributes)}];"


def _quoted(text: str) -> str:
    """A DOT string; line breaks become `\\n`."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
