"""Questions as written, before their names are resolved: what can be remembered by text alone.

`read` gives the tree of a question.  The grammar is `condition.lark`; questions that are only `exists`, `~exists`
or `forall` with connectives on comparisons of a name with a number, as nearly all are, are read by `_Quick`, in
a fifth of the time.  It gives the same trees (a test compares them) and leaves everything else to the grammar.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from litmus.errors import InputError
from litmus.program import Expectation, Expected, Kind
from litmus.source import Source
from litmus.syntax import reading

if TYPE_CHECKING:
    from lark import Lark, Token

KINDS: dict[str, Kind] = {"exists": "exists", "final": "exists", "forall": "forall"}
VERDICTS: dict[Kind, Expected] = {"exists": "allowed", "~exists": "forbidden", "forall": "always"}
MODELS = {"tso": "x86-tso"}
"""The names of models in `with` clauses that have another name here."""
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


def read(source: Source, text: str, offset: int) -> Written:
    """The question `text`, which stands at `offset` in `source`; mentions have their places in `text`."""
    try:
        return _remembered(text)
    except InputError:
        return by_grammar(source, text, offset)


@lru_cache(maxsize=4096)
def _remembered(text: str) -> Written:
    return quickly(text) or by_grammar(Source("condition", text), text, 0)


def by_grammar(source: Source, text: str, offset: int) -> Written:
    """The question, read by the grammar; raises InputError with the place of the first mistake."""
    written = reading.parse(_parser(), source, text, offset)
    assert isinstance(written, Written)
    return written


def _kind(quantifier: str) -> Kind:
    """The kind of question that a quantifier asks."""
    return KINDS.get(quantifier, "~exists")


def _mention(text: str, index: int | None, start: int, end: int) -> Mention:
    """The mention of `0:name`, `P0:name` or `name`."""
    thread, colon, name = text.partition(":")
    if not colon:
        return Mention(None, text, index, start, end)
    return Mention(int(thread.strip().lstrip("P")), name.strip(), index, start, end)


# --- quickly --------------------------------------------------------------------------------------------

_QUANTIFIER = re.compile(r"\s*(exists|forall|(?:~|not)\s*exists)\b")
_TOKEN = re.compile(
    r"""\s*(?:(P?\d+\s*:\s*[%$]?[A-Za-z_][\w.]*|[A-Za-z_.$][\w.$]*)\s*(==?|!=)\s*
              (-?(?:0[xX][0-9a-fA-F]+|\d+))(?![\w:.\[])
           |(/\\|\\/|\(|\)|~|not\b))""",
    re.X,
)


class _Quick:
    """The tokens of a proposition, and a recursive descent over them; raises IndexError where it gives up."""

    def __init__(self, text: str, start: int) -> None:
        self.tokens: list[Atom | str] = []
        self.at = 0
        while match := _TOKEN.match(text, start):
            name, op, number, sign = match.groups()
            if sign:
                self.tokens.append(sign)
            else:
                mention = _mention(name, None, *match.span(1))
                self.tokens.append(Atom(mention, OPERATORS.get(op, op), reading.number(number)))
            start = match.end()
        self.tokens.append("")
        self.end = start

    def connected(self, sign: str) -> Tree:
        r"""Operands joined by a connective: by `\/` conjunctions, by `/\` negations."""
        parts = [self._operand(sign)]
        while self.tokens[self.at] == sign:
            self.at += 1
            parts.append(self._operand(sign))
        if len(parts) == 1:
            return parts[0]
        return Logical("or" if sign == "\\/" else "and", tuple(parts))

    def _operand(self, sign: str) -> Tree:
        return self.connected("/\\") if sign == "\\/" else self._negation()

    def _negation(self) -> Tree:
        token = self.tokens[self.at]
        self.at += 1
        if isinstance(token, Atom):
            return token
        if token in ("~", "not"):
            return Logical("not", (self._negation(),))
        if token != "(":
            raise IndexError
        inner = self.connected("\\/")
        if self.tokens[self.at] != ")":
            raise IndexError
        self.at += 1
        return inner


def quickly(text: str) -> Written | None:
    """The question, if it is one that `_Quick` reads, else None."""
    quantifier = _QUANTIFIER.match(text)
    if not quantifier:
        return None
    quick = _Quick(text, quantifier.end())
    try:
        tree = quick.connected("\\/")
    except IndexError:
        return None
    if quick.at != len(quick.tokens) - 1 or text[quick.end :].strip() not in ("", ";"):
        return None
    return Written((_kind(quantifier[1]), tree))


# --- by the grammar -------------------------------------------------------------------------------------


@cache
def _parser() -> Lark:
    """The parser, which builds its result without a tree of lark in between."""
    return reading.parser("condition", transformer=_builder())


def _builder() -> Any:
    """The lark transformer for `condition.lark`; its methods are named after the rules."""
    from lark import Transformer

    class Builder(Transformer[Any, Written]):
        def start(self, parts: list[tuple[str, Any]]) -> Written:
            return Written(**dict(parts))

        def locations(self, mentions: list[Mention]) -> tuple[str, tuple[Mention, ...]]:
            return "locations", tuple(mentions)

        def filter(self, parts: list[Tree]) -> tuple[str, Tree]:
            return "filter", parts[0]

        def quantified(self, parts: list[Any]) -> tuple[str, tuple[Kind, Tree]]:
            return "condition", (_kind(parts[0]), parts[1])

        def expectations(self, parts: list[Token]) -> tuple[str, tuple[Expectation, ...]]:
            return "expectations", _expectations(parts)

        def disjunction(self, parts: list[Tree]) -> Logical:
            return Logical("or", tuple(parts))

        def conjunction(self, parts: list[Tree]) -> Logical:
            return Logical("and", tuple(parts))

        def implication(self, parts: list[Tree]) -> Logical:
            return Logical("or", (Logical("not", (parts[0],)), parts[1]))

        def negation(self, parts: list[Tree]) -> Logical:
            return Logical("not", (parts[0],))

        def constant(self, parts: list[Token]) -> Logical:
            return Logical("and" if parts[0] == "true" else "or", ())

        def compare(self, parts: list[Any]) -> Atom:
            left, op, right = parts
            return Atom(left, OPERATORS.get(op, str(op)), right if isinstance(right, Named) else reading.number(right))

        def observable(self, parts: list[Token]) -> Mention:
            return _indexed(parts)

        def content(self, parts: list[Token]) -> Named:
            return Named(_indexed(parts), content=True)

        def address(self, parts: list[Token]) -> Named:
            return Named(_indexed(parts), content=False)

    return Builder()


def _indexed(parts: list[Token]) -> Mention:
    """The mention of a name token, with the index token that may follow it."""
    index = reading.number(parts[1]) if len(parts) > 1 else None
    return _mention(str(parts[0]), index, parts[0].start_pos or 0, parts[-1].end_pos or 0)


def _expectations(parts: list[Token]) -> tuple[Expectation, ...]:
    """The expectations of a `with` clause: model, quantifier, model, quantifier ..."""
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return tuple(Expectation(MODELS.get(model, str(model)), VERDICTS[_kind(word)]) for model, word in pairs)
