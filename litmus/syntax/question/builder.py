"""Questions: from the rules of `condition.lark` to the tree of what is written."""

from __future__ import annotations

from typing import Any

from lark import Token

from litmus.program import Expectation, Expected, Kind
from litmus.syntax import reading
from litmus.syntax.question.tree import OPERATORS, Atom, Logical, Mention, Named, Tree, Written, kind, mention
from litmus.syntax.transformer import Rules

VERDICTS: dict[Kind, Expected] = {"exists": "allowed", "~exists": "forbidden", "forall": "always"}
MODELS = {"tso": "x86-tso"}
"""The names of models in `with` clauses that have another name here."""


class Questions(Rules[Written]):
    """The rules of `condition.lark`."""

    def start(self, parts: list[tuple[str, Any]]) -> Written:
        """The whole question."""
        return Written(**dict(parts))

    def locations(self, mentions: list[Mention]) -> tuple[str, tuple[Mention, ...]]:
        """`locations [x; y]`."""
        return "locations", tuple(mentions)

    def filter(self, parts: list[Tree]) -> tuple[str, Tree]:
        """`filter P`."""
        return "filter", parts[0]

    def quantified(self, parts: list[Any]) -> tuple[str, tuple[Kind, Tree]]:
        """`exists P`, `~exists P`, `forall P`."""
        return "condition", (kind(parts[0]), parts[1])

    def expectations(self, parts: list[Token]) -> tuple[str, tuple[Expectation, ...]]:
        """`with model, quantifier ...`."""
        return "expectations", _expectations(parts)

    def disjunction(self, parts: list[Tree]) -> Logical:
        r"""`P \/ Q`."""
        return Logical("or", tuple(parts))

    def conjunction(self, parts: list[Tree]) -> Logical:
        r"""`P /\ Q`."""
        return Logical("and", tuple(parts))

    def implication(self, parts: list[Tree]) -> Logical:
        """`P => Q`."""
        return Logical("or", (Logical("not", (parts[0],)), parts[1]))

    def negation(self, parts: list[Tree]) -> Logical:
        """`~P`."""
        return Logical("not", (parts[0],))

    def constant(self, parts: list[Token]) -> Logical:
        """`true`, `false`."""
        return Logical("and" if parts[0] == "true" else "or", ())

    def compare(self, parts: list[Any]) -> Atom:
        """A name against a number or another name."""
        left, op, right = parts
        return Atom(left, OPERATORS.get(op, str(op)), right if isinstance(right, Named) else reading.number(right))

    def observable(self, parts: list[Token]) -> Mention:
        """A name on the left."""
        return _indexed(parts)

    def content(self, parts: list[Token]) -> Named:
        """A name on the right: what it holds."""
        return Named(_indexed(parts), content=True)

    def address(self, parts: list[Token]) -> Named:
        """A name on the right: where it is."""
        return Named(_indexed(parts), content=False)


def _indexed(parts: list[Token]) -> Mention:
    """The mention of a name token, with the index token that may follow it."""
    index = reading.number(parts[1]) if len(parts) > 1 else None
    return mention(str(parts[0]), index, parts[0].start_pos or 0, parts[-1].end_pos or 0)


def _expectations(parts: list[Token]) -> tuple[Expectation, ...]:
    """The expectations of a `with` clause: model, quantifier, model, quantifier ..."""
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return tuple(Expectation(MODELS.get(model, str(model)), VERDICTS[kind(word)]) for model, word in pairs)
