"""Conditions and final states as text."""

from __future__ import annotations

from collections.abc import Callable

from litmus.program import Condition, MemoryAt, Notation, Observable, Proposition, RegisterAt, Value, written
from litmus.verdict import State

Naming = Callable[[Observable], str]

NOTATION = Notation(" /\\ ", " \\/ ", "not ({})", "true", "false", spare=True)
"""That of the field, with words for `~`."""


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
    return written(proposition, lambda node: f"{naming(node.left)}{node.op}{_operand(node.right, naming)}", NOTATION)


def _operand(right: Value | Observable, naming: Naming) -> str:
    """The right side of a comparison."""
    return naming(right) if isinstance(right, RegisterAt | MemoryAt) else str(right)
