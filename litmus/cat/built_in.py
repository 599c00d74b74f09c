"""What cat models may name without defining it, as nodes: base relations, event sets and tags of a signature."""

from __future__ import annotations

from litmus.cat.folding import Builder
from litmus.cat.graph import Node
from litmus.cat.vocabulary import (
    ABSENT_RELATIONS,
    ABSENT_SETS,
    BASE_RELATIONS,
    EVENT_SETS,
    REGISTER_RELATIONS,
    TAGS,
)

NAMES = (*sorted(BASE_RELATIONS), *sorted(EVENT_SETS), *sorted(TAGS), "id")
"""The names that a hint may propose."""


def set_of_tag(tag: str) -> str:
    """The name of the set of the events with a tag: `'before-atomic` is `Before-atomic`, `'MB` is `MB`."""
    return tag[:1].upper() + tag[1:]


class BuiltIn:
    """The built-in names, for tests whose non-empty sets are `signature`: every other set is empty."""

    def __init__(self, build: Builder, signature: frozenset[str]) -> None:
        self.build = build
        self._signature = signature

    def find(self, name: str) -> Node | None:
        """What a name stands for; None if it is not built in."""
        if name == "id":
            return self.build.identity
        if name in BASE_RELATIONS or name in REGISTER_RELATIONS:
            return self.relation(name)
        if name in self._signature:
            return self.build.base(name, True)
        if name in EVENT_SETS or name in TAGS or name in ABSENT_SETS:
            return self.build.empty_set
        return self.build.empty if name in ABSENT_RELATIONS else None

    def relation(self, name: str) -> Node:
        """A base relation."""
        return self.build.base(name, False)

    def tagged(self, tag: str) -> Node:
        """The events that carry a tag."""
        name = set_of_tag(tag)
        return self.build.base(name, True) if name in self._signature else self.build.empty_set
