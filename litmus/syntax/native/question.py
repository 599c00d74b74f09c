"""From lark's tree to what a native test asks: condition, `locations`, `filter`, and where they name things."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from litmus.errors import InputError
from litmus.program import (
    And,
    Compare,
    Condition,
    Kind,
    MemoryAt,
    Not,
    Observable,
    Or,
    Pointer,
    Proposition,
    RegisterAt,
    Value,
)
from litmus.source import Source, Span
from litmus.syntax.native.tree import ELEMENT, Mention
from litmus.syntax.reading import suggestion

KINDS: dict[str, Kind] = {"exists": "exists", "forall": "forall", "never": "~exists", "~exists": "~exists"}

POSITION = re.compile(r"P?(\d+)")
"""A thread by its number."""

Mentioned = TypeVar("Mentioned", RegisterAt, MemoryAt, Pointer)


def span_of(source: Source, node: Any) -> Span:
    """The place of a lark tree or token."""
    place = getattr(node, "meta", node)
    return source.span(place.start_pos, place.end_pos)


def number_of(node: Any) -> int:
    """The integer of a `number` or `negative` tree, or of a NUMBER token."""
    if isinstance(node, str):
        return int(node, 16) if node.lower().startswith("0x") else int(node)
    value = number_of(node.children[-1])
    return -value if node.data == "negative" else value


def at_most_one(source: Source, sections: Sequence[Any], what: str) -> Any:
    """The only section, or None; a second one is an error at its place."""
    if len(sections) > 1:
        raise InputError(f"a second {what}", span_of(source, sections[1]), "join the two, or remove one")
    return sections[0] if sections else None


@dataclass
class Questions:
    """Builds propositions; `mentions` collects the names they use, for the checks."""

    source: Source
    threads: tuple[str, ...]
    mentions: list[Mention] = field(default_factory=list)

    def condition(self, sections: Sequence[Any]) -> Condition:
        """The one condition of the test."""
        section = at_most_one(self.source, sections, "condition")
        if section is None:
            end = len(self.source.text.rstrip())
            hint = "end the test with `exists P0:r0 == 0`, `forall ...` or `never ...`"
            raise InputError("the test has no condition", self.source.span(end), hint)
        kind, proposition = section.children
        return Condition(KINDS[kind], self.proposition(proposition))

    def locations(self, sections: Sequence[Any]) -> tuple[Observable, ...]:
        """What `locations` lists."""
        section = at_most_one(self.source, sections, "`locations`")
        return tuple(self.observed(node) for node in section.children) if section else ()

    def filter(self, sections: Sequence[Any]) -> Proposition | None:
        """The proposition of `filter`, if there is one."""
        section = at_most_one(self.source, sections, "`filter`")
        return self.proposition(section.children[0]) if section else None

    def proposition(self, node: Any) -> Proposition:
        """A proposition; a conjunction of one is that one."""
        match node.data:
            case "true":
                return And(())
            case "not":
                return Not(self.proposition(node.children[1]))
            case "compare":
                left, op, right = node.children
                return Compare(self.observed(left), "=" if op == "==" else str(op), self.value(right))
        arguments = tuple(self.proposition(child) for child in node.children[::2])
        if len(arguments) == 1:
            return arguments[0]
        return And(arguments) if node.data == "all" else Or(arguments)

    def value(self, node: Any) -> Value | Observable:
        """The right side of a comparison."""
        if node.data in ("number", "negative"):
            return number_of(node)
        if node.data == "constant_address":
            _, name, index = node.children
            return self._mention(Pointer(str(name), ELEMENT * number_of(index or "0")), node)
        return self.observed(node)

    def observed(self, node: Any) -> Observable:
        """A register of a thread, a variable, or an element of an array."""
        first, second = node.children
        if node.data == "register":
            thread = self._thread(first)
            return self._mention(RegisterAt(thread, str(second), f"{thread}:{second}"), node)
        index = 0 if second is None else number_of(second)
        shown = str(first) if second is None else f"{first}[{index}]"
        return self._mention(MemoryAt(Pointer(str(first), ELEMENT * index), shown), node)

    def _thread(self, word: Any) -> int:
        """The number of a thread, from its name, `1` or `P1`."""
        if word in self.threads:
            return self.threads.index(word)
        number = POSITION.fullmatch(word)
        if number and int(number[1]) < len(self.threads):
            return int(number[1])
        known = ", ".join(self.threads) or "none"
        hint = suggestion(str(word), list(self.threads)) or f"the threads are: {known}"
        raise InputError(f"there is no thread {word}", span_of(self.source, word), hint)

    def _mention(self, what: Mentioned, node: Any) -> Mentioned:
        """Notes where a name is used, and passes it on."""
        self.mentions.append(Mention(what, span=span_of(self.source, node)))
        return what
