"""Recursive definitions: which names are sets, and which definitions have a meaning.

`let rec` is a least fixpoint, so a name must not occur under its own complement.  The exception is recursion that
the event structure decides, without rf and co: the reference evaluates the definitions again and again from
the empty relation until nothing changes, and so do we.  (The kernel's bell file finds the innermost matching
lock and unlock in this way, and takes them away.)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from litmus.cat.scope import Value
from litmus.cat.theory import FixGroup, Node, depends_on
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
        negative = node.args[-1:] if node.op in ("diff", "not") else ()
        if any(depends_on(a, members) for a in negative):
            return False
        pending.extend(node.args)
    return True
