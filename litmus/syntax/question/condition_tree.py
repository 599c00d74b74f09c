"""The syntax tree of questions as written, before their names are resolved: what can be remembered by text alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from litmus.program import Expectation, Kind

KINDS: dict[str, Kind] = {"exists": "exists", "final": "exists", "forall": "forall"}
OPERATORS = {"==": "=", "<>": "!="}


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a question, `thread:name`, `name` or `name[index]`; `start` to `end` is its place in the text."""

    thread: int | None
    name: str
    index: int | None
    start: int
    end: int

    @property
    def shown(self) -> str:
        """The name as results show it: `0:EAX`, `x`, `a[1]`."""
        if self.thread is not None:
            return f"{self.thread}:{self.name}"
        return self.name if self.index is None else f"{self.name}[{self.index}]"


@dataclass(frozen=True, slots=True)
class Named:
    """The right side of a comparison that is no number: the content of a name, or the address of it."""

    mention: Mention
    content: bool


@dataclass(frozen=True, slots=True)
class Atom:
    """A comparison, `op` as in `litmus.program.Compare`."""

    left: Mention
    op: str
    right: int | Named


@dataclass(frozen=True, slots=True)
class Logical:
    """A connective; `not` has one argument."""

    op: Literal["and", "or", "not"]
    arguments: tuple[Tree, ...]


Tree: TypeAlias = Atom | Logical


@dataclass(frozen=True, slots=True)
class Written:
    """A question as written."""

    condition: tuple[Kind, Tree] | None = None
    locations: tuple[Mention, ...] = ()
    filter: Tree | None = None
    expectations: tuple[Expectation, ...] = ()


def kind(quantifier: str) -> Kind:
    """The kind of question that a quantifier asks."""
    return KINDS.get(quantifier, "~exists")


def mention(text: str, index: int | None, start: int, end: int) -> Mention:
    """The mention of `0:name`, `P0:name` or `name`."""
    thread, colon, name = text.partition(":")
    if not colon:
        return Mention(None, text, index, start, end)
    return Mention(int(thread.strip().lstrip("P")), name.strip(), index, start, end)
