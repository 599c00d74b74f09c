"""The question of a litmus test: `locations [...]`, `filter ...`, `exists`/`~exists`/`forall`/`final ...`.

Shared by every language of the field's format.  What a name stands for is the language's business: `parse`
asks its caller for each `Mention`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from litmus.program import (
    And,
    Compare,
    Condition,
    Expectation,
    MemoryAt,
    Not,
    Observable,
    Or,
    Pointer,
    Proposition,
    Value,
)
from litmus.source import Source
from litmus.syntax.question.condition_tree import Atom, Mention, Named, Tree
from litmus.syntax.question.reader import read

__all__ = ["START", "Mention", "Question", "Resolve", "memory", "parse"]

START = re.compile(r"(?<![\w.$%])(?:locations|filter|forall|final|(?:~|not)\s*exists|exists)\b")
"""Where the question of a test begins."""

Resolve: TypeAlias = Callable[[Mention], Observable]
"""What a mention stands for; raises InputError if it stands for nothing."""


@dataclass(frozen=True, slots=True)
class Question:
    """A parsed question.  `condition` is None if the test has only `locations` or a filter."""

    condition: Condition | None
    locations: tuple[Observable, ...]
    filter: Proposition | None
    expectations: tuple[Expectation, ...]


def parse(source: Source, text: str, offset: int, resolve: Resolve) -> Question:
    """The question `text`, which stands at `offset` in `source`; names mean what `resolve` says.

    `final p` asks `exists p`; the verdicts of its `with` clauses become expectations.
    Raises InputError with the place of the mistake.
    """
    written = read(source, text, offset)
    kind_and_tree = written.condition
    return Question(
        Condition(kind_and_tree[0], _proposition(kind_and_tree[1], resolve)) if kind_and_tree else None,
        tuple(resolve(mention) for mention in written.locations),
        None if written.filter is None else _proposition(written.filter, resolve),
        written.expectations,
    )


def memory(mention: Mention, element: int) -> MemoryAt:
    """The memory location that a mention names, in an array of elements of `element` bytes."""
    return MemoryAt(Pointer(mention.name, (mention.index or 0) * element), mention.shown)


def _proposition(tree: Tree, resolve: Resolve) -> Proposition:
    """The proposition with every name resolved."""
    if isinstance(tree, Atom):
        return Compare(resolve(tree.left), tree.op, _right(tree.right, resolve))
    arguments = tuple([_proposition(argument, resolve) for argument in tree.arguments])
    if tree.op == "not":
        return Not(arguments[0])
    return And(arguments) if tree.op == "and" else Or(arguments)


def _right(right: int | Named, resolve: Resolve) -> Value | Observable:
    """The right side of a comparison: a number, the address of a location, or what an observable holds."""
    if isinstance(right, int):
        return right
    found = resolve(right.mention)
    return found if right.content or not isinstance(found, MemoryAt) else found.pointer
