"""The question of a litmus test: `locations [...]`, `filter ...`, `exists`/`~exists`/`forall`/`final ...`.

Shared by every language of the field's format.  What a name stands for is the language's business: `parse`
asks its caller for each `Mention`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from litmus.errors import InputError
from litmus.program import (
    TRUE,
    And,
    Compare,
    Condition,
    Expectation,
    Expected,
    Kind,
    MemoryAt,
    Not,
    Observable,
    Or,
    Pointer,
    Proposition,
    Value,
)
from litmus.source import Source
from litmus.syntax import reading

if TYPE_CHECKING:
    from lark import Lark, Token

KINDS: dict[str, Kind] = {"exists": "exists", "final": "exists", "forall": "forall"}
VERDICTS: dict[Kind, Expected] = {"exists": "allowed", "~exists": "forbidden", "forall": "always"}
MODELS = {"tso": "x86-tso"}
"""The names of models in `with` clauses that have another name here."""
OPERATORS = {"==": "=", "<>": "!="}

START = re.compile(r"(?<![\w.$%])(?:locations|filter|forall|final|(?:~|not)\s*exists|exists)\b")
"""Where the question of a test begins."""

SIMPLE = re.compile(r"(.*?)\s*(==?|!=)\s*(.*)", re.S)
"""The parts of a COMPARISON token of the grammar."""


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
    try:
        unresolved = _unresolved(text)
    except InputError:
        reading.parse(_parser(), source, text, offset)
        raise
    question = unresolved.condition
    kept = unresolved.filter
    return Question(
        Condition(question[0], _proposition(question[1], resolve)) if question else None,
        tuple(resolve(mention) for mention in unresolved.locations),
        None if kept is None else _proposition(kept, resolve),
        unresolved.expectations,
    )


def memory(mention: Mention, element: int) -> MemoryAt:
    """The memory location that a mention names, in an array of elements of `element` bytes."""
    return MemoryAt(Pointer(mention.name, (mention.index or 0) * element), mention.shown)


# --- before names are resolved --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Value:
    """The right side of a comparison that is no number: the content of a name, or the address of it."""

    mention: Mention
    content: bool


@dataclass(frozen=True, slots=True)
class _Atom:
    """A comparison whose names are not resolved yet."""

    left: Mention
    op: str
    right: int | _Value


@dataclass(frozen=True, slots=True)
class _Logical:
    """A connective on unresolved propositions."""

    op: Literal["and", "or", "not"]
    arguments: tuple[_Proposition, ...]


_Proposition: TypeAlias = _Atom | _Logical


@dataclass(frozen=True, slots=True)
class _Unresolved:
    """A question before its names are resolved: what can be remembered by text."""

    condition: tuple[Kind, _Proposition] | None
    locations: tuple[Mention, ...]
    filter: _Proposition | None
    expectations: tuple[Expectation, ...]


def _proposition(proposition: _Proposition, resolve: Resolve) -> Proposition:
    """The proposition with every name resolved."""
    if isinstance(proposition, _Atom):
        return Compare(resolve(proposition.left), proposition.op, _right(proposition.right, resolve))
    arguments = tuple([_proposition(argument, resolve) for argument in proposition.arguments])
    if proposition.op == "not":
        return Not(arguments[0])
    if proposition.op == "and":
        return And(arguments) if arguments else TRUE
    return Or(arguments)


def _right(right: int | _Value, resolve: Resolve) -> Value | Observable:
    """The right side of a comparison: a number, the address of a location, or what an observable holds."""
    if isinstance(right, int):
        return right
    found = resolve(right.mention)
    return found if right.content or not isinstance(found, MemoryAt) else found.pointer


@lru_cache(maxsize=4096)
def _unresolved(text: str) -> _Unresolved:
    """The question of a text, each distinct text read once; errors have places in the text alone."""
    result = reading.parse(_parser(), Source("condition", text), text)
    assert isinstance(result, _Unresolved)
    return result


@cache
def _parser() -> Lark:
    """The condition parser, which builds its result without a tree in between."""
    return reading.parser("condition", transformer=_builder())


def _builder() -> Any:
    """The lark transformer for `condition.lark`; its methods are named after the rules."""
    from lark import Transformer

    class Builder(Transformer[Any, _Unresolved]):
        def start(self, parts: list[Any]) -> _Unresolved:
            found = dict(parts)
            return _Unresolved(
                found.get("quantified"), found.get("locations", ()), found.get("filter"), found.get("expectations", ())
            )

        def locations(self, mentions: list[Mention]) -> tuple[str, tuple[Mention, ...]]:
            return "locations", tuple(mentions)

        def filter(self, parts: list[_Proposition]) -> tuple[str, _Proposition]:
            return "filter", parts[0]

        def quantified(self, parts: list[Any]) -> tuple[str, tuple[Kind, _Proposition]]:
            return "quantified", (_kind(parts[0]), parts[1])

        def disjunction(self, parts: list[_Proposition]) -> _Logical:
            return _Logical("or", tuple(parts))

        def conjunction(self, parts: list[_Proposition]) -> _Logical:
            return _Logical("and", tuple(parts))

        def implication(self, parts: list[_Proposition]) -> _Logical:
            return _Logical("or", (_Logical("not", (parts[0],)), parts[1]))

        def negation(self, parts: list[Any]) -> _Logical:
            return _Logical("not", (parts[0],))

        def constant(self, parts: list[Token]) -> _Logical:
            return _Logical("and" if parts[0] == "true" else "or", ())

        def compare(self, parts: list[Any]) -> _Atom:
            left, op, right = parts
            return _Atom(
                left, OPERATORS.get(op, str(op)), right if isinstance(right, _Value) else reading.number(right)
            )

        def simple(self, parts: list[Token]) -> _Atom:
            return _simple(parts[0])

        def observable(self, parts: list[Token]) -> Mention:
            return _mention(parts)

        def content(self, parts: list[Token]) -> _Value:
            return _Value(_mention(parts), content=True)

        def address(self, parts: list[Token]) -> _Value:
            return _Value(_mention(parts), content=False)

        def expectations(self, parts: list[Token]) -> tuple[str, tuple[Expectation, ...]]:
            return "expectations", _expectations(parts)

    return Builder()


def _kind(quantifier: str) -> Kind:
    """The kind of question that a quantifier asks."""
    return KINDS.get(quantifier, "~exists")


def _expectations(parts: list[Token]) -> tuple[Expectation, ...]:
    """The expectations of a `with` clause: model, quantifier, model, quantifier ..."""
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return tuple(Expectation(MODELS.get(model, str(model)), VERDICTS[_kind(word)]) for model, word in pairs)


def _simple(token: Token) -> _Atom:
    """The comparison of a name with a number that one token holds."""
    name, op, number = SIMPLE.match(token).groups()  # type: ignore[union-attr]
    start = token.start_pos or 0
    return _Atom(_named(name, None, start, start + len(name)), OPERATORS.get(op, op), reading.number(number))


def _mention(parts: list[Token]) -> Mention:
    """The mention of a name token, with the index token that may follow it."""
    index = reading.number(parts[1]) if len(parts) > 1 else None
    return _named(str(parts[0]), index, parts[0].start_pos or 0, parts[-1].end_pos or 0)


def _named(text: str, index: int | None, start: int, end: int) -> Mention:
    """The mention of `0:name`, `P0:name` or `name`."""
    thread, colon, name = text.partition(":")
    if not colon:
        return Mention(None, text, index, start, end)
    return Mention(int(thread.strip().lstrip("P")), name.strip(), index, start, end)
