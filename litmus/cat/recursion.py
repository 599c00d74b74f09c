"""Recursive definitions: which names are sets, which definitions have a meaning, and what they turn out to be.

`let rec` is a least fixpoint, so a name must not occur under its own complement.  The exception is recursion that
the event structure decides, without rf and co: the reference evaluates the definitions again and again from
the empty relation until nothing changes, and so do we.  (The kernel's bell file finds the innermost matching
lock and unlock in this way, and takes them away.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from litmus.cat.folding import Builder
from litmus.cat.graph import ANTITONE, DYNAMIC, FixGroup, Node, depends_on
from litmus.cat.scope import Value
from litmus.errors import assert_never
from litmus.syntax.cat import tree as cat

RELATIONAL = frozenset({";", "*", "[]", "^-1", "^+", "^*", "?"})
"""Operators whose result is a relation."""


def sets_among(bindings: Sequence[cat.Binding], find: Callable[[str], Value | None]) -> frozenset[str]:
    """The recursive names that are sets, as far as the operators tell; the others are relations."""
    known: dict[str, bool | None] = {b.names[0]: None for b in bindings}
    for _ in bindings:
        for b in bindings:
            known[b.names[0]] = _is_set(b.body, known, find)
    return frozenset(name for name, is_set in known.items() if is_set)


def _is_set(
    expression: cat.Expression, known: dict[str, bool | None], find: Callable[[str], Value | None]
) -> bool | None:
    match expression:
        case cat.Name(name, _):
            if name in known:
                return known[name]
            value = find(name)
            return value.is_set if isinstance(value, Node) and not value.is_a(not value.is_set) else None
        case cat.Operator(op, arguments, _):
            if op in RELATIONAL:
                return False
            kinds = (_is_set(a, known, find) for a in arguments)
            return next((kind for kind in kinds if kind is not None), None)
        case cat.Apply(cat.Name(name), _, _):
            return True if name in ("domain", "range") else None
        case cat.Universe():
            return True
    return None


def is_monotone(body: Node, group: FixGroup) -> bool:
    """Whether no member of the group occurs under a complement or on the right of a difference."""
    members = set(group.members)
    pending, seen = [body], set[int]()
    while pending:
        node = pending.pop()
        if node.id in seen:
            continue
        seen.add(node.id)
        negative = node.args[-1:] if node.op in ANTITONE else ()
        if any(depends_on(a, members) for a in negative):
            return False
        pending.extend(node.args)
    return True


# --- what they turn out to be -----------------------------------------------------------------------------


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
    match node.op:
        case "empty":
            return True
        case "or":
            return all(_vanishes(a, known) for a in node.args)
        case "and" | "seq" | "cross":
            return any(_vanishes(a, known) for a in node.args)
        case "diff" | "inv" | "plus" | "toid" | "dom" | "rng":
            return _vanishes(node.args[0], known)
        case "base" | "all" | "id" | "not" | "fix":
            return False
        case _ as unknown:
            assert_never(unknown)


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
