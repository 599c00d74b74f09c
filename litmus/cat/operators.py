"""The relational operators of cat, with their types: which want sets, which relations, and which two of a kind."""

from __future__ import annotations

from litmus.cat.folding import Builder
from litmus.cat.graph import Node
from litmus.errors import InputError
from litmus.syntax.cat import tree as cat

_KINDS = {True: "set", False: "relation"}
_HINTS = {True: "domain(r) and range(r) are sets", False: "write [S] for a relation"}
"""How to get what is wanted, a set or a relation."""


def combine(build: Builder, expression: cat.Operator, nodes: list[Node]) -> Node:
    """The node of an operator applied to nodes.

    Raises InputError for a set where a relation is wanted, for a relation where a set is, and for a mixture.
    """
    match expression.op:
        case "|":
            return build.union(_alike(build, nodes, expression))
        case "&":
            return build.intersection(_alike(build, nodes, expression))
        case "\\":
            return build.difference(*_alike(build, nodes, expression))
        case "~":
            return build.complement(nodes[0])
        case "*":
            return build.cross(*_all(build, nodes, expression, True))
        case "[]":
            return build.toid(*_all(build, nodes, expression, True))
    return _of_relations(build, expression.op, _all(build, nodes, expression, False))


def _of_relations(build: Builder, op: str, relations: list[Node]) -> Node:
    """The node of an operator on relations only."""
    first, *others = relations
    match op:
        case ";":
            for relation in others:
                first = build.sequence(first, relation)
            return first
        case "^-1":
            return build.inverse(first)
        case "^+":
            return build.plus(first)
        case "^*":
            return build.star(first)
    assert op == "?"
    return build.optional(first)


def _alike(build: Builder, nodes: list[Node], expression: cat.Operator) -> list[Node]:
    """The nodes, all sets or all relations; the error at a mixture is placed at the first set."""
    kinds = [node.is_set for node in nodes if node is not build.zero]
    if len(set(kinds)) > 1:
        first = next(a for node, a in zip(nodes, expression.arguments, strict=True) if not node.is_a(False))
        raise InputError(f"'{expression.op}' combines a set with a relation", first.span, _HINTS[False])
    return [_as(build, node, kinds[0]) for node in nodes] if kinds else nodes


def _all(build: Builder, nodes: list[Node], expression: cat.Operator, sets: bool) -> list[Node]:
    """The nodes, all sets (or all relations), as the operator wants them."""
    for node, argument in zip(nodes, expression.arguments, strict=True):
        if not node.is_a(sets):
            message = f"'{expression.op}' wants a {_KINDS[sets]}, and this is a {_KINDS[not sets]}"
            raise InputError(message, argument.span, _HINTS[sets])
    return [_as(build, node, sets) for node in nodes]


def _as(build: Builder, node: Node, is_set: bool) -> Node:
    """The node; `0` as the empty set or relation."""
    return build.nothing(is_set) if node is build.zero else node
