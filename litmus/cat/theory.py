"""Theories: a model as a graph of relational operators over the base sets and relations.

The interpreter (`litmus.cat.interpret`) turns a model into a `Theory`: functions applied, includes read, tests
decided.  What is left is a graph of `Node`s, each an operator of relation algebra, shared where equal, and the
checks on them.  Every consumer (concrete evaluation, bounds, grounding) walks `Theory.static` and `Theory.dynamic`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from litmus.source import Span
from litmus.syntax.cat.tree import CheckKind

DIFFERENT_VALUES = "different-values"
"""The base relation of accesses whose values differ, which follows from rf."""

DYNAMIC = ("rf", "co", DIFFERENT_VALUES)
"""The base relations that an execution decides; all others are fixed by the event structure."""


class Node:
    """An operator applied to nodes, or a base set or relation (`op` "base", `name`).

    Operators: `or` `and` (two or more arguments), `diff`, `seq`, `cross` (A * B), `inv`, `plus`, `toid` ([S]),
    `dom`, `rng`, `not`; the constants `empty`, `id`, `all`; and `fix`, a recursive definition, whose one
    argument is its body.  `is_set` tells sets from relations; only `empty` with the name `0`, which is written `0` or
    `{}`, may be both.  `static`: does not depend on rf or co.
    """

    __slots__ = ("args", "group", "id", "is_set", "name", "op", "static")

    def __init__(self, number: int, op: str, args: tuple[Node, ...], is_set: bool, name: str | None = None) -> None:
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


@dataclass(frozen=True, slots=True, eq=False)
class TheoryCheck:
    """`kind node`, negated or not.  `role` as in `litmus.syntax.cat.tree.Check`."""

    role: str
    kind: CheckKind
    negated: bool
    node: Node
    name: str
    span: Span | None


@dataclass(frozen=True, slots=True, eq=False)
class Fixpoint:
    """A step of a schedule: recursive nodes, and for each the nodes that its definition goes through, in
    evaluation order.
    """

    members: tuple[Node, ...]
    bodies: tuple[tuple[Node, ...], ...]


ScheduleStep: TypeAlias = Node | Fixpoint


@dataclass(frozen=True, slots=True, eq=False)
class Theory:
    """A model made ready for the tests of one signature.

    `static` and then `dynamic` list every node that a check needs, arguments first: those that are the same in every
    execution, and those that depend on rf or co.  `definitions` keeps the nodes by the names the model gave them (for
    explanations); they are in neither list unless a check needs them.
    `coherent`: some axiom is `acyclic` over a union that contains po-loc, rf, co and fr; `ordered`: and rmw.
    `atomic`: some axiom demands that nothing of another thread comes between the read and the write of an `rmw`
    pair.  `implied`: axioms that say no more than `coherent` and `ordered` do.
    """

    name: str
    checks: tuple[TheoryCheck, ...]
    definitions: dict[str, Node]
    static: tuple[ScheduleStep, ...]
    dynamic: tuple[ScheduleStep, ...]
    coherent: bool
    ordered: bool
    atomic: bool
    implied: tuple[TheoryCheck, ...]
    node_count: int


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

    def _node(self, op: str, args: tuple[Node, ...], is_set: bool, name: str | None = None) -> Node:
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

    def _end(self, op: str, node: Node) -> Node:
        if node.op == "empty":
            return self.empty_set
        return node.args[0] if node.op == "toid" else self._node(op, (node,), True)


def _number(node: Node) -> int:
    return node.id


def _flatten(op: str, args: Iterable[Node]) -> tuple[Node, ...]:
    return tuple(b for a in args for b in (a.args if a.op == op else (a,)))


# --- recursive definitions ------------------------------------------------------------------------------


def define(builder: Builder, group: FixGroup, bodies: Sequence[Node]) -> list[Node]:
    """Gives the members of a group their bodies; what they turn out to be.

    A body without recursion is used as it is, `X = r | X; X` is r^+, and what can only grow from itself is empty.
    """
    group.static = not any(_reaches_dynamic(body, {m.id for m in group.members}) for body in bodies)
    if all(_vanishes(body, dict.fromkeys(group.members, True)) for body in bodies):
        return [builder.nothing(node.is_set) for node in group.members]
    if len(bodies) == 1 and (closure := _as_closure(builder, group.members[0], bodies[0])) is not None:
        return [closure]
    for node, body in zip(group.members, bodies, strict=True):
        node.args = (body,)
    if group.static:
        _settle(group.members)
    return list(group.members)


def _settle(nodes: Iterable[Node]) -> None:
    """Marks nodes as static, with all that they use: they were made before it was known."""
    pending = list(nodes)
    while pending:
        node = pending.pop()
        if not node.static:
            node.static = True
            pending.extend(node.args)


def _vanishes(node: Node, known: dict[Node, bool]) -> bool:
    """Whether a node is empty where the nodes that `known` says so are empty."""
    found = known.get(node)
    if found is None:
        found = known[node] = _vanishes_by_operator(node, known)
    return found


def _vanishes_by_operator(node: Node, known: dict[Node, bool]) -> bool:
    if node.op == "empty":
        return True
    if node.op == "or":
        return all(_vanishes(a, known) for a in node.args)
    if node.op in ("and", "seq", "cross"):
        return any(_vanishes(a, known) for a in node.args)
    return node.op in ("diff", "inv", "plus", "toid", "dom", "rng") and _vanishes(node.args[0], known)


def _as_closure(builder: Builder, node: Node, body: Node) -> Node | None:
    parts = body.args if body.op == "or" else (body,)
    steps = [p for p in parts if depends_on(p, {node})]
    if not steps:
        return body
    if all(p.op == "seq" and p.args == (node, node) for p in steps) and len(steps) < len(parts):
        return builder.plus(builder.union(p for p in parts if p not in steps))
    return None


def _reaches_dynamic(node: Node, seen: set[int]) -> bool:
    if node.id in seen:
        return False
    seen.add(node.id)
    unfinished = node.op == "fix" and not node.args  # an outer recursion, which may become dynamic
    return unfinished or node.name in DYNAMIC or any(_reaches_dynamic(a, seen) for a in node.args)


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


# --- the order of evaluation ----------------------------------------------------------------------------


def schedule(roots: Iterable[Node]) -> tuple[ScheduleStep, ...]:
    """Every node that the roots use, arguments before users; mutually recursive nodes are one step."""
    components = _components(roots)
    steps: list[ScheduleStep] = []
    for component in components:
        if len(component) == 1 and component[0].op != "fix":
            steps.append(component[0])
        else:
            members = tuple(sorted((n for n in component if n.op == "fix"), key=_number))
            inside = frozenset(component)
            steps.append(Fixpoint(members, tuple(_body(member, inside) for member in members)))
    return tuple(steps)


def is_static(step: ScheduleStep) -> bool:
    """Whether a step has the same value in every execution of a structure."""
    return all(n.static for n in step.members) if isinstance(step, Fixpoint) else step.static


def _body(member: Node, component: frozenset[Node]) -> tuple[Node, ...]:
    """The nodes of a component that a member's definition goes through, arguments first."""
    ordered: dict[Node, None] = {}

    def visit(node: Node) -> None:
        if node in component and node.op != "fix" and node not in ordered:
            for a in node.args:
                visit(a)
            ordered[node] = None

    visit(member.args[0])
    return tuple(ordered)


def _components(roots: Iterable[Node]) -> list[list[Node]]:
    """Strongly connected components of the nodes under the roots, arguments first (Tarjan)."""
    index: dict[Node, int] = {}
    low: dict[Node, int] = {}
    stack: list[Node] = []
    waiting: set[Node] = set()
    found: list[list[Node]] = []

    def visit(node: Node) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        waiting.add(node)
        for a in node.args:
            if a not in index:
                visit(a)
                low[node] = min(low[node], low[a])
            elif a in waiting:
                low[node] = min(low[node], index[a])
        if low[node] == index[node]:
            component: list[Node] = []
            while not component or component[-1] is not node:
                component.append(stack.pop())
                waiting.discard(component[-1])
            found.append(component)

    for root in roots:
        if root not in index:
            visit(root)
    return found
