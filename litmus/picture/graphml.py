"""Executions as graphs of networkx, for notebooks and other tools, and as GraphML, which most of them read.

The only module that imports networkx, and imported only when such a graph is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx

from litmus.picture.graph import Graph, graph, value_of

if TYPE_CHECKING:
    from litmus.judge import Execution


def network(execution: Execution) -> networkx.MultiDiGraph:
    """An execution as a `networkx.MultiDiGraph`.

    A node is an event, by its number, initial writes among them: `thread` (-1: an initial write), `kind` (R, W or F),
    `name` (a, b, ... in the order of threads), `label` (as in pictures), and of an access `location` and `value`, as
    text.  An edge has its `relation`: po and co to the next event, rf, fr to the next write, addr, data, ctrl, rmw.
    """
    drawn = graph(execution, initial=True)
    made = _made(drawn, {i: box.event for i, box in enumerate(drawn.boxes)})
    for number, attributes in made.nodes(data=True):
        event = execution.structure.events[number]
        if event.pointer is not None:
            attributes["location"] = str(event.pointer)
            attributes["value"] = str(value_of(execution, event))
    return made


def graphml(drawn: Graph) -> str:
    """A picture as GraphML: its events are numbered as it shows them, and what is on its cycle says so."""
    made = _made(drawn, {i: i for i in range(len(drawn.boxes))})
    made.graph.update(title=drawn.title, notes="\n".join(drawn.notes))
    return "\n".join(networkx.generate_graphml(made)) + "\n"


def _made(drawn: Graph, number: dict[int, int]) -> networkx.MultiDiGraph:
    """The boxes and arrows of a picture; `number` gives the node of each box."""
    made = networkx.MultiDiGraph()
    for i, box in enumerate(drawn.boxes):
        made.add_node(number[i], thread=box.thread, kind=box.kind, name=box.name, label="\n".join(box.lines))
    for arrow in drawn.arrows:
        relation = arrow.label or arrow.kind
        made.add_edge(number[arrow.source], number[arrow.target], relation=relation, cycle=arrow.cycle)
    return made
