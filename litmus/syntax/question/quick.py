"""Questions that need no grammar, as nearly all are: read in a fifth of the time.

They are only `exists`, `~exists` or `forall` with connectives on comparisons of a name with a number.  `quickly` gives
the tree that the grammar gives (a test compares them), and leaves everything else to it.
"""

from __future__ import annotations

import re

from litmus.syntax import reading
from litmus.syntax.question.condition_tree import OPERATORS, Atom, Logical, Tree, Written, kind, mention

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
                left = mention(name, None, *match.span(1))
                self.tokens.append(Atom(left, OPERATORS.get(op, op), reading.number(number)))
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
    return Written((kind(quantifier[1]), tree))
