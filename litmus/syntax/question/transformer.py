"""The rules of `litmus/grammar/condition.lark`: how a question becomes its tree."""

from __future__ import annotations

from typing import Any

from lark import Token

from litmus.program import Expectation, Expected, Kind
from litmus.syntax import reading
from litmus.syntax.question.condition_tree import OPERATORS, Atom, Logical, Mention, Named, Tree, Written, kind, mention
from litmus.syntax.transformer import Rules

VERDICTS: dict[Kind, Expected] = {"exists": "allowed", "~exists": "forbidden", "forall": "always"}
MODELS = {"tso": "x86-tso"}
"""The names of models in `with` clauses that have another name here."""


class Questions(Rules):
    """All rules of the grammar."""

    def start(self, parts: list[tuple[str, Any]]) -> Written:
        """The whole question, from its parts by name."""
        return Written(**dict(parts))

    def locations(self, mentions: list[Mention]) -> tuple[str, tuple[Mention, ...]]:
        """`locations [x; 0:r1]`."""
        return "locations", tuple(mentions)

    def filter(self, parts: list[Tree]) -> tuple[str, Tree]:
        """`filter p`."""
        return "filter", parts[0]

    def quantified(self, parts: list[Any]) -> tuple[str, tuple[Kind, Tree]]:
        """`exists p`, `~exists p`, `forall p`, `final p`."""
        return "condition", (kind(parts[0]), parts[1])

    def expectations(self, parts: list[Token]) -> tuple[str, tuple[Expectation, ...]]:
        """`with tso: ~exists; ...`."""
        return "expectations", _expectations(parts)

    def disjunction(self, parts: list[Tree]) -> Logical:
        r"""`p \/ q`."""
        return Logical("or", tuple(parts))

    def conjunction(self, parts: list[Tree]) -> Logical:
        r"""`p /\ q`."""
        return Logical("and", tuple(parts))

    def implication(self, parts: list[Tree]) -> Logical:
        """`p => q`."""
        return Logical("or", (Logical("not", (parts[0],)), parts[1]))

    def negation(self, parts: list[Tree]) -> Logical:
        """`~p`."""
        return Logical("not", (parts[0],))

    def constant(self, parts: list[Token]) -> Logical:
        """`true` and `false`."""
        return Logical("and" if parts[0] == "true" else "or", ())

    def compare(self, parts: list[Any]) -> Atom:
        """`x = 1`."""
        left, op, right = parts
        return Atom(left, OPERATORS.get(op, str(op)), right if isinstance(right, Named) else reading.number(right))

    def observable(self, parts: list[Token]) -> Mention:
        """The left side of a comparison, and what is listed."""
        return _indexed(parts)

    def content(self, parts: list[Token]) -> Named:
        """A right side that is what a name holds."""
        return Named(_indexed(parts), content=True)

    def address(self, parts: list[Token]) -> Named:
        """A right side that is the address of a name."""
        return Named(_indexed(parts), content=False)


def _indexed(parts: list[Token]) -> Mention:
    """The mention of a name token, with the index token that may follow it."""
    index = reading.number(parts[1]) if len(parts) > 1 else None
    return mention(str(parts[0]), index, parts[0].start_pos or 0, parts[-1].end_pos or 0)


def _expectations(parts: list[Token]) -> tuple[Expectation, ...]:
    """The expectations of a `with` clause: model, quantifier, model, quantifier ..."""
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return tuple(Expectation(MODELS.get(model, str(model)), VERDICTS[kind(word)]) for model, word in pairs)
