"""Folding: nodes are made once each, with constants and trivial operators simplified away."""

from __future__ import annotations

from collections.abc import Iterable

from litmus.cat.graph import FixGroup, Node, Op


class Builder:
    """Makes nodes: equal ones once, with the constants folded away."""

    def __init__(self) -> None:
        self._made: dict[tuple[object, ...], Node] = {}
        self.count = 0
        self.zero = self._node("empty", (), False, "0")
        self.empty_set = self._node("empty", (), True)
        self.empty = self._node("empty", (), False)
        self.all = self._node("all", (), True)
        self.identity = self._node("id", (), False)

    def _node(self, op: Op, args: tuple[Node, ...], is_set: bool, name: str | None = None) -> Node:
        key = (op, name, is_set, *(a.id for a in args))
        node = self._made.get(key)
        if node is None:
            node = self._made[key] = Node(self.count, op, args, is_set, name)
            self.count += 1
        return node

    def base(self, name: str, is_set: bool) -> Node:
        """A base set or relation of the event structure, or rf or co."""
        return self._node("base", (), is_set, name)

    def fix(self, group: FixGroup, is_set: bool, name: str) -> Node:
        """A recursive name whose body is not known yet (`define` sets it)."""
        node = Node(self.count, "fix", (), is_set)
        self.count += 1
        node.static = False
        node.group = group
        group.members.append(node)
        return node

    def nothing(self, is_set: bool) -> Node:
        """The empty set or relation."""
        return self.empty_set if is_set else self.empty

    def union(self, args: Iterable[Node]) -> Node:
        """The union of one or more nodes."""
        flat = _flatten("or", args)
        kept = tuple(dict.fromkeys(a for a in flat if a.op != "empty"))
        if not kept:
            return flat[0]
        return kept[0] if len(kept) == 1 else self._node("or", tuple(sorted(kept, key=_number)), kept[0].is_set)

    def intersection(self, args: Iterable[Node]) -> Node:
        """The intersection of one or more nodes."""
        flat = tuple(dict.fromkeys(_flatten("and", args)))
        for a in flat:
            if a.op == "empty":
                return a
        kept = tuple(a for a in flat if a.op != "all") or flat[:1]
        return kept[0] if len(kept) == 1 else self._node("and", tuple(sorted(kept, key=_number)), kept[0].is_set)

    def difference(self, left: Node, right: Node) -> Node:
        r"""left \ right."""
        if left.op == "empty" or right.op == "empty":
            return left
        return self.nothing(left.is_set) if left is right else self._node("diff", (left, right), left.is_set)

    def complement(self, node: Node) -> Node:
        """~node."""
        if node.op == "not":
            return node.args[0]
        return self.all if node is self.empty_set else self._node("not", (node,), node.is_set)

    def sequence(self, left: Node, right: Node) -> Node:
        """left ; right; composition with [S] becomes an intersection with a product."""
        if left.op == "empty" or right.op == "empty":
            return self.empty
        if left is self.identity:
            return right
        if right is self.identity:
            return left
        if left.op == "toid" and right.op == "toid":
            return self.toid(self.intersection((left.args[0], right.args[0])))
        if left.op == "toid":
            return self.intersection((self.cross(left.args[0], self.all), right))
        if right.op == "toid":
            return self.intersection((left, self.cross(self.all, right.args[0])))
        return self._node("seq", (left, right), False)

    def cross(self, left: Node, right: Node) -> Node:
        """left * right."""
        if left.op == "empty" or right.op == "empty":
            return self.empty
        return self._node("cross", (left, right), False)

    def toid(self, node: Node) -> Node:
        """[node]."""
        if node.op == "empty":
            return self.empty
        return self.identity if node is self.all else self._node("toid", (node,), False)

    def inverse(self, node: Node) -> Node:
        """node^-1."""
        if node.op in ("empty", "id", "toid"):
            return node
        if node.op == "inv":
            return node.args[0]
        return self._node("inv", (node,), False)

    def plus(self, node: Node) -> Node:
        """node^+."""
        return node if node.op in ("empty", "id", "toid", "plus") else self._node("plus", (node,), False)

    def star(self, node: Node) -> Node:
        """node^*."""
        return self.union((self.identity, self.plus(node)))

    def optional(self, node: Node) -> Node:
        """node?: node | id."""
        return self.union((self.identity, node))

    def domain(self, node: Node) -> Node:
        """The events with a successor."""
        return self._end("dom", node)

    def range(self, node: Node) -> Node:
        """The events with a predecessor."""
        return self._end("rng", node)

    def _end(self, op: Op, node: Node) -> Node:
        if node.op == "empty":
            return self.empty_set
        return node.args[0] if node.op == "toid" else self._node(op, (node,), True)


def _number(node: Node) -> int:
    return node.id


def _flatten(op: Op, args: Iterable[Node]) -> tuple[Node, ...]:
    return tuple(b for a in args for b in (a.args if a.op == op else (a,)))
