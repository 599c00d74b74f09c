"""Conditions as text, and the truth of a proposition in a final state."""

from __future__ import annotations

import operator
from collections.abc import Callable

from litmus.program import And, Compare, Condition, MemoryAt, Not, Observable, Or, Proposition, RegisterAt, Value
from litmus.verdict import State

Naming = Callable[[Observable], str]

_ORDER: dict[str, Callable[[int, int], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def plain(item: Observable) -> str:
    """An observable as the test writes it."""
    return item.name


def bracketed(item: Observable) -> str:
    """An observable as logs write it: scalar memory in brackets, `[x]`, but `0:EAX` and `a[1]`."""
    return bracketed_name(item.name)


def bracketed_name(name: str) -> str:
    """The name of an observable as logs write it: see `bracketed`."""
    return f"[{name}]" if name.isidentifier() else name


def state_text(state: State, naming: Callable[[str], str] = str) -> str:
    """`0:EAX=0; x=1;`: registers first, then memory."""
    names = sorted(state, key=lambda name: (":" not in name, name))
    return " ".join(f"{naming(name)}={state[name]};" for name in names)


def condition_text(condition: Condition, naming: Naming = plain) -> str:
    """`exists (0:EAX=0 /\\ x=1)`."""
    return f"{condition.kind} ({proposition_text(condition.proposition, naming)})"


def proposition_text(proposition: Proposition, naming: Naming = plain) -> str:
    """A proposition with as few brackets as `/\\` binding tighter than `\\/` allows."""
    if isinstance(proposition, Compare):
        return f"{naming(proposition.left)}{proposition.op}{_operand(proposition.right, naming)}"
    if isinstance(proposition, Not):
        return f"not ({proposition_text(proposition.argument, naming)})"
    if not proposition.arguments:
        return "true" if isinstance(proposition, And) else "false"
    sign = " /\\ " if isinstance(proposition, And) else " \\/ "
    return sign.join(_argument(proposition, part, naming) for part in proposition.arguments)


def satisfies(proposition: Proposition, state: State) -> bool:
    """Whether a final state, which must name all that the proposition mentions, satisfies it."""
    if isinstance(proposition, Compare):
        right = proposition.right
        other = state[right.name] if isinstance(right, RegisterAt | MemoryAt) else str(right)
        return _compare(proposition.op, state[proposition.left.name], other)
    if isinstance(proposition, Not):
        return not satisfies(proposition.argument, state)
    quantifier = all if isinstance(proposition, And) else any
    return quantifier(satisfies(part, state) for part in proposition.arguments)


def _operand(right: Value | Observable, naming: Naming) -> str:
    """The right side of a comparison."""
    return naming(right) if isinstance(right, RegisterAt | MemoryAt) else str(right)


def _argument(parent: And | Or, part: Proposition, naming: Naming) -> str:
    """One argument of a connective, in brackets where a reader could take it wrongly."""
    text = proposition_text(part, naming)
    loose = isinstance(part, Or) and isinstance(parent, And) and len(part.arguments) > 1
    return f"({text})" if loose else text


def _compare(op: str, left: str, right: str) -> bool:
    """A comparison of two values as text; order is of numbers."""
    if op in ("=", "!="):
        return (left == right) == (op == "=")
    return _ORDER[op](int(left), int(right))
