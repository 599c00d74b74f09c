"""Expressions and tests of cat, from lark's tree to the tree of `litmus.syntax.cat.tree`: one method a rule.

`litmus.syntax.cat` adds the instructions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from litmus.errors import InputError, UnsupportedError
from litmus.source import Source, Span
from litmus.syntax.cat import tree as cat

if TYPE_CHECKING:
    from lark import Token, Tree

Node: TypeAlias = "Tree[Token] | Token | None"
"""What lark hands over: a tree, a word, or nothing where an optional part is absent."""

MOST_NESTED = 60
"""Expressions and blocks may be nested this deep: far more than a model needs, far less than Python's stack."""

_OPERATORS: dict[str, Any] = {
    "union": "|", "add": "++", "sequence": ";", "difference": "\\", "intersection": "&", "cartesian": "*",
    "complement": "~", "star": "^*", "plus": "^+", "optional": "?", "inverse": "^-1", "identity": "[]",
}  # fmt: skip
_CLOSING = re.compile(r"\s*\)")
_CLAUSES = "match a set with `{}` and `x ++ xs`, or a tag with `'tag` clauses and at most a last `_`"


class ExpressionBuilder:
    """Builds the expressions of one source: `expression` and `test` go by the name of the grammar's rule."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._depth = 0

    def expression(self, node: Any) -> cat.Expression:
        """One expression: a word, an operator with its arguments, or what the rule's own method makes of it."""
        if isinstance(node, str):
            return self._word(node)
        if node.data in _OPERATORS:
            return self.nested("_operator", node)  # type: ignore[no-any-return]
        return self.nested(f"_{node.data}", node)  # type: ignore[no-any-return]

    def expressions(self, nodes: Sequence[Any]) -> tuple[cat.Expression, ...]:
        """Expressions one after the other."""
        return tuple(self.expression(node) for node in nodes)

    def test(self, node: Any) -> cat.Test:
        """One test of an `if`."""
        return self.nested(f"_{node.data}", node)  # type: ignore[no-any-return]

    def bindings(self, node: Any) -> tuple[cat.Binding, ...]:
        """The bindings of a let, joined by `and`."""
        return tuple(self.nested(f"_{child.data}", child) for child in node.children)

    def nested(self, method: str, tree: Any) -> Any:
        """What `method` makes of the tree, one level deeper.

        Raises UnsupportedError for the rule that `litmus.syntax.cat.tree` has no node for, InputError if too deep.
        """
        if tree.data == "member":
            raise UnsupportedError("`in` as a test of `if` is not supported", self.span(tree))
        if self._depth >= MOST_NESTED:
            raise InputError("nested too deep", self.span(tree), "name a part of it with `let`")
        self._depth += 1
        try:
            return getattr(self, method)(tree)
        finally:
            self._depth -= 1

    def span(self, tree: Any) -> Span:
        """Where a tree or a word was written."""
        at: Any = tree if isinstance(tree, str) else tree.meta
        return Span(self._source, at.start_pos, at.end_pos)

    # --- words and operators --------------------------------------------------------------------------------

    def _word(self, token: Any) -> cat.Expression:
        span = self.span(token)
        if token.type == "UNDERSCORE":
            return cat.Universe(span)
        if token.type == "ZERO":
            return cat.EmptyRelation(span)
        return cat.Tag(word(token), span) if token.type == "TAG" else cat.Name(word(token), span)

    def _operator(self, tree: Any) -> cat.Operator:
        return cat.Operator(_OPERATORS[tree.data], self.expressions(tree.children), self.span(tree))

    def _apply(self, tree: Any) -> cat.Apply:
        function, argument = self.expressions(tree.children)
        return cat.Apply(function, argument, self.closed(self.span(tree), argument.span))

    def closed(self, span: Span, argument: Span) -> Span:
        """The span of `f(x)` with its `)`: lark's ends at a word in parentheses."""
        text = self._source.text
        closing = _CLOSING.match(text, span.end)
        opened = text[: argument.start].rstrip().endswith("(")
        return Span(span.source, span.start, closing.end()) if opened and closing and span.end == argument.end else span

    def _tuple(self, tree: Any) -> cat.TupleLiteral:
        return cat.TupleLiteral(self.expressions(tree.children), self.span(tree))

    def _set_literal(self, tree: Any) -> cat.SetLiteral:
        (elements,) = tree.children
        return cat.SetLiteral(self.expressions(elements.children), self.span(tree))

    # --- functions and bindings -----------------------------------------------------------------------------

    def _function(self, tree: Any) -> cat.Function:
        formals, body = tree.children
        names = words(formals)
        return cat.Function(names, len(names) == 1, self.expression(body), self.span(tree))

    def _let_in(self, tree: Any) -> cat.LetIn:
        bindings, body = tree.children
        return cat.LetIn(self.bindings(bindings), False, self.expression(body), self.span(tree))

    def _let_rec_in(self, tree: Any) -> cat.LetIn:
        bindings, body = tree.children
        return cat.LetIn(self.bindings(bindings), True, self.expression(body), self.span(tree))

    def _bind_value(self, tree: Any) -> cat.Binding:
        names, body = tree.children
        return cat.Binding(words(names), self.expression(body), self.span(tree))

    def _bind_function(self, tree: Any) -> cat.Binding:
        name, formals, body = tree.children
        names, span = words(formals), self.span(tree)
        return cat.Binding((word(name),), cat.Function(names, len(names) == 1, self.expression(body), span), span)

    # --- choices --------------------------------------------------------------------------------------------

    def _try_with(self, tree: Any) -> cat.Try:
        body, handler = self.expressions(tree.children)
        return cat.Try(body, handler, self.span(tree))

    def _if_then_else(self, tree: Any) -> cat.If:
        test, then, otherwise = tree.children
        return cat.If(self.test(test), self.expression(then), self.expression(otherwise), self.span(tree))

    def _match(self, tree: Any) -> cat.MatchSet | cat.MatchTag:
        """By its clauses a match on a set (`{}`, `x ++ xs`) or on a tag (`'tag`, `_` last)."""
        subject, clauses = tree.children
        kinds = [clause.data for clause in clauses.children]
        if sorted(kinds) == ["element_clause", "empty_clause"]:
            return self._match_set(subject, clauses, self.span(tree))
        if set(kinds[:-1]) <= {"tag_clause"} and kinds[-1] in ("tag_clause", "default_clause"):
            found = tuple(self._tag_clause(clause) for clause in clauses.children)
            return cat.MatchTag(self.expression(subject), found, self.span(tree))
        raise InputError("these clauses do not make a match", self.span(clauses), _CLAUSES)

    def _tag_clause(self, tree: Any) -> tuple[str | None, cat.Expression]:
        *tag, body = tree.children
        return word(tag[0]) if tag else None, self.expression(body)

    def _match_set(self, subject: Any, clauses: Any, span: Span) -> cat.MatchSet:
        empty, step = sorted(clauses.children, key=lambda clause: clause.data != "empty_clause")
        element, rest, body = step.children
        then, otherwise = self.expression(empty.children[0]), self.expression(body)
        return cat.MatchSet(self.expression(subject), then, word(element), word(rest), otherwise, span)

    # --- tests ----------------------------------------------------------------------------------------------

    def _variant(self, tree: Any) -> cat.Variant:
        return cat.Variant(word(tree.children[0]), self.span(tree))

    def _negated(self, tree: Any) -> cat.NotTest:
        return cat.NotTest(self.test(tree.children[0]), self.span(tree))

    def _either(self, tree: Any) -> cat.Connective:
        left, right = tree.children
        return cat.Connective("||", self.test(left), self.test(right), self.span(tree))

    def _both(self, tree: Any) -> cat.Connective:
        left, right = tree.children
        return cat.Connective("&&", self.test(left), self.test(right), self.span(tree))

    def _equal(self, tree: Any) -> cat.CompareTest:
        left, right = self.expressions(tree.children)
        return cat.CompareTest("=", left, right, self.span(tree))

    def _subset(self, tree: Any) -> cat.CompareTest:
        left, right = self.expressions(tree.children)
        return cat.CompareTest("subset", left, right, self.span(tree))


def word(token: Any) -> str:
    """A word as the tree has it: strings without their quotes, tags without the leading one."""
    text = str(token)
    if token.type == "STRING":
        return text[1:-1]
    return text[1:] if token.type == "TAG" else text


def words(tree: Any) -> tuple[str, ...]:
    """The words of a list of names."""
    return tuple(word(token) for token in tree.children)
