"""A picture in the DOT language of Graphviz: a column for each thread, under its name.

Columns are made of groups and not of clusters, whose order Graphviz does not keep.
"""

from __future__ import annotations

from collections.abc import Iterator

from litmus.picture.graph import Arrow, Box, Graph
from litmus.picture.kinds import LOOKS
from litmus.unfold import INITIAL

STRAIGHT = "weight=100"
"""For the edges that columns hang on."""


def dot(graph: Graph) -> str:
    """The picture as a DOT graph; deterministic."""
    heading = "\n".join(line for line in (graph.title, *graph.notes) if line)
    lines = [
        f"digraph {_quoted(graph.title or 'execution')} {{",
        "  node [shape=box, style=rounded, fontname=monospace, fontsize=12];",
        "  edge [fontname=monospace, fontsize=11];",
        f"  label={_quoted(heading)}; labelloc=t; fontname=monospace; nodesep=0.6;",
        *(_node(i, box) for i, box in enumerate(graph.boxes)),
        *_names(graph),
        *(_arrow(arrow) for arrow in graph.arrows),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _node(number: int, box: Box) -> str:
    """An event; those of one thread in one group."""
    attributes = [f"label={_quoted(chr(10).join(box.lines))}"]
    if box.thread != INITIAL:
        attributes.append(f"group=P{box.thread}")
    if box.kind == "F":
        attributes.append('style="rounded,dashed"')
    return f"  n{number} [{', '.join(attributes)}];"


def _names(graph: Graph) -> Iterator[str]:
    """The names of the threads beside each other, each over its first event."""
    names = [f"P{thread}" for thread in graph.threads]
    yield from (f"  {name} [shape=plaintext, group={name}];" for name in names)
    if len(names) > 1:
        yield f"  {{ rank=same; {' -> '.join(names)} [style=invis]; }}"
    threads = [box.thread for box in graph.boxes]
    for thread, name in zip(graph.threads, names, strict=True):
        yield f"  {name} -> n{threads.index(thread)} [style=invis, {STRAIGHT}];"


def _arrow(arrow: Arrow) -> str:
    """One edge; only program order ranks events, so that threads run downward, and labels take no part in that."""
    look = LOOKS[arrow.kind]
    attributes = [f'color="{look.light}"', f'fontcolor="{look.light}"', f"style={look.graphviz}"]
    if arrow.label:
        attributes.append(f"xlabel={_quoted(arrow.label)}")
    attributes.append(STRAIGHT if arrow.kind == "po" else "constraint=false")
    if arrow.cycle:
        attributes.append("penwidth=3")
    return f"  n{arrow.source} -> n{arrow.target} [{', '.join(attributes)}];"


def _quoted(text: str) -> str:
    """A DOT string; line breaks become `\\n`."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
