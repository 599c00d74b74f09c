"""Pictures of executions: a graph of labelled events, its layout, and the forms it is drawn in.

In: an `Execution` and a cycle to be shown.  Out: SVG, DOT, GraphML or text.  `graph` says what is in a picture,
`grid`, `layout` and `labels` where it stands, `svg`, `dot`, `graphml` and `plain` give it a form.  Nothing here knows
a model, and nothing overlaps.
"""

from litmus.picture.graph import Graph, Link, graph
from litmus.picture.markup import escaped

__all__ = ["Graph", "Link", "dot", "escaped", "graph", "graphml", "plain", "svg"]
