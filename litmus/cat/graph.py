"""The graph that a model becomes: operators of relation algebra over the base sets and relations.

A node for each operator and its arguments, equal ones once (`litmus.cat.folding` makes them).
"""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

DIFFERENT_VALUES = "different-values"
"""The base relation of accesses whose values differ, which follows from rf."""

DYNAMIC = ("rf", "co", DIFFERENT_VALUES)
"""The base relations that an execution decides; all others are fixed by the event structure."""

Monotone: TypeAlias = Literal[
    "base", "empty", "all", "id", "or", "and", "seq", "cross", "inv", "plus", "toid", "dom", "rng", "fix"
]
"""Operators that only grow with their arguments: a base set or relation; the constants; union, intersection; sequence,
A * B, inverse, transitive closure, [S], domain and range; and a recursive definition.
"""

Antitone: TypeAlias = Literal["diff", "not"]
"""Operators that shrink where their last argument grows: difference and complement."""

Op: TypeAlias = Monotone | Antitone

ANTITONE: frozenset[Op] = frozenset(get_args(Antitone))

OPERATORS: tuple[Op, ...] = (*get_args(Monotone), *get_args(Antitone))
"""All operators.  Whoever takes a graph apart by them names each: one that it forgets fails mypy or a test."""


class Node:
    """An operator applied to nodes, or a base set or relation (`op` "base", `name`).

    `or` and `and` have two or more arguments, `fix` one, its body, once that is known.  `is_set` tells sets from
    relations; only `empty` with the name `0`, which is written `0` or `{}`, may be both.  `static`: does not depend on
    rf or co.
    """

    __slots__ = ("args", "group", "id", "is_set", "name", "op", "static")

    def __init__(self, number: int, op: Op, args: tuple[Node, ...], is_set: bool, name: str | None = None) -> None:
        self.id = number
        self.op = op
        self.args = args
        self.is_set = is_set
        self.name = name
        self.static: bool = name not in DYNAMIC and all(a.static for a in args)
        self.group: FixGroup | None = None

    def is_a(self, is_set: bool) -> bool:
        """Whether this may stand where a set (or, without `is_set`, a relation) is wanted; `0` and `{}` may be both."""
        return self.is_set == is_set or (self.op == "empty" and self.name == "0")

    def __repr__(self) -> str:
        return self.name or f"{self.op}({', '.join(map(repr, self.args)) if self.op != 'fix' else self.id})"


class FixGroup:
    """The members of one `let rec`, defined together as a least fixpoint.

    `static`: no member depends on rf or co (known once they are defined).
    """

    __slots__ = ("members", "static")

    def __init__(self) -> None:
        self.members: list[Node] = []
        self.static = False


def depends_on(node: Node, targets: set[Node]) -> bool:
    """Whether a node is or uses one of `targets`."""
    return _search(node, targets, set())


def _search(node: Node, targets: set[Node], seen: set[int]) -> bool:
    if node in targets:
        return True
    if node.id in seen:
        return False
    seen.add(node.id)
    return any(_search(a, targets, seen) for a in node.args)
