"""The words of a model: which nodes of its theory its definitions name."""

from __future__ import annotations

from functools import cache

from litmus.cat import Node, Theory
from litmus.errors import assert_never
from litmus.explain.edge import Edge, named

PLACES = frozenset({"loc", "int", "ext"})
"""Base relations that only restrict what they are intersected with."""


class Lexicon:
    """The names of the nodes of a theory.

    Unions and intersections are flat in a theory, so a definition may be a part of the arguments of a node: those are
    found too.
    """

    def __init__(self, theory: Theory) -> None:
        self.theory = theory
        self._names: dict[int, str] = {}
        self._parts: list[tuple[str, str, frozenset[Node]]] = []
        for name, node in theory.definitions.items():
            if not node.is_set and node.op not in ("empty", "base") and not _is_communication(node):
                self._names.setdefault(node.id, name)
                if node.op == "or" or (node.op == "and" and all(part.op == "base" for part in node.args)):
                    self._parts.append((name, node.op, frozenset(node.args)))
        self._parts.sort(key=lambda part: len(part[2]))
        self._order = {name: number for number, name in enumerate(theory.definitions)}
        self.part_name = cache(self._part_name)

    def name(self, node: Node) -> str | None:
        """What the model calls a node, `fr` for from-reads, the name of a base relation; None without a name."""
        if node.op == "base":
            return node.name
        return self._names.get(node.id)

    def put(self, edge: Edge, name: str) -> Edge:
        """The edge under a name; a name within that the model defines only later is there by chance, and left out."""
        later = self._order.get(edge.relation, -1) > self._order.get(name, -1)
        return named(Edge(edge.source, edge.target, "", edge.parts) if later and edge.parts else edge, name)

    def _part_name(self, node: Node, argument: Node) -> str | None:
        """The smallest definition that is a proper part of a union or intersection and has the argument."""
        return next(
            (name for name, op, parts in self._parts
             if op == node.op and argument in parts and len(parts) < len(node.args) and parts.issubset(node.args)),
            None,
        )  # fmt: skip


def is_filter(node: Node) -> bool:
    """Whether a node says only where a pair may begin and end."""
    match node.op:
        case "cross" | "not" | "id" | "toid" | "all":
            return True
        case "and" | "or":
            return all(map(is_filter, node.args))
        case "base":
            return node.name in PLACES
        case "empty" | "diff" | "seq" | "inv" | "plus" | "dom" | "rng" | "fix":
            return False
        case _ as unknown:
            assert_never(unknown)


def _is_communication(node: Node) -> bool:
    """Whether a node is a union of rf, co and fr: the name of the one that holds says more than the union's."""
    return node.op == "or" and all(part.name in ("rf", "co") or is_from_read(part) for part in node.args)


def is_from_read(node: Node) -> bool:
    """Whether a node is `rf^-1 ; co`, perhaps without the pairs of an event with itself."""
    if node.op == "diff":
        return node.args[1].op == "id" and is_from_read(node.args[0])
    return (
        node.op == "seq"
        and node.args[0].op == "inv"
        and node.args[0].args[0].name == "rf"
        and node.args[1].name == "co"
    )
