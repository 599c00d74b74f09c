"""Cat models as text: the reader of `.cat` and `.bell` files (grammar: `litmus/grammar/cat.lark`)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from litmus.errors import InputError
from litmus.source import Source
from litmus.syntax import reading
from litmus.syntax.cat import tree as cat
from litmus.syntax.cat.expression import ExpressionBuilder, word, words

_OPENING = re.compile(r'"[^"]*"|\(\*|(?://|#)[^\n]*')
_NESTING = re.compile(r"\(\*|\*\)")
_NOT_NEWLINE = re.compile(r"[^\n]")

_ROLES: dict[str, Any] = {
    "flag": "flag", "assert": "assert", "undefined_unless": "undefined", "requires": "undefined",
}  # fmt: skip


def parse(source: Source) -> cat.CatFile:
    """The tree of a cat (or bell) file; `show`, `unshow` and `debug` are read and dropped.

    Raises InputError at the first character that does not fit, and UnsupportedError, by name, for constructs
    that the tree has no place for.
    """
    tree = reading.parse(reading.parser("cat"), source, blank_comments(source))
    return _Builder(source).file(tree)


def blank_comments(source: Source) -> str:
    """The text with every comment replaced by blanks, so that all offsets and lines stay.

    Comments are `(* ... *)`, which nest, and from `//` or `#` to the end of the line; strings are left alone.
    Raises InputError where a comment is never closed.
    """
    pieces, done, at = [], 0, 0
    while mark := _OPENING.search(source.text, at):
        at = mark.end()
        if mark.group() == "(*":
            at = _comment_end(source, mark.start())
        if not mark.group().startswith('"'):
            pieces += [source.text[done : mark.start()], _NOT_NEWLINE.sub(" ", source.text[mark.start() : at])]
            done = at
    return "".join(pieces) + source.text[done:]


def _comment_end(source: Source, start: int) -> int:
    """The offset after the comment that opens at `start`, comments inside it included."""
    depth = 0
    for mark in _NESTING.finditer(source.text, start):
        depth += 1 if mark.group() == "(*" else -1
        if depth == 0:
            return mark.end()
    raise InputError("this comment is never closed", source.span(start, start + 2), "add `*)` where it ends")


class _Builder(ExpressionBuilder):
    """Builds the tree of one file from lark's: one method a rule."""

    def file(self, tree: Any) -> cat.CatFile:
        """The whole file."""
        title, options, *instructions = tree.children
        names = [word(token) for token in options.children]
        return cat.CatFile(self._title(title), tuple(names), self.block(instructions), self._source)

    def block(self, trees: Sequence[Any]) -> tuple[cat.Instruction, ...]:
        """Instructions one after the other; `show` and its like leave none, `let rec ... when ...` two."""
        return tuple(found for tree in trees for found in self._instructions(tree))

    def _instructions(self, tree: Any) -> tuple[cat.Instruction, ...]:
        found = self.nested(f"_{tree.data}", tree)
        return found if isinstance(found, tuple) else (found,)

    def _title(self, tree: Any) -> str | None:
        """The model's own name: the second word where an architecture stands first."""
        return None if tree is None else [word(token) for token in tree.children if token is not None][-1]

    def _ignored(self, tree: Any) -> tuple[cat.Instruction, ...]:
        return ()

    def _let(self, tree: Any) -> cat.Let:
        return cat.Let(self.bindings(tree.children[0]), False, self.span(tree))

    def _let_rec(self, tree: Any) -> cat.Let:
        return cat.Let(self.bindings(tree.children[0]), True, self.span(tree))

    def _let_rec_when(self, tree: Any) -> tuple[cat.Instruction, ...]:
        return self._let_rec(tree), self._constraint("axiom", tree.children[1])

    def _include(self, tree: Any) -> cat.Include:
        return cat.Include(word(tree.children[0]), self.span(tree))

    def _check(self, tree: Any) -> cat.Check:
        role, constraint = tree.children
        return self._constraint("axiom" if role is None else _ROLES[role.children[0]], constraint)

    def _constraint(self, role: Any, tree: Any) -> cat.Check:
        negation, kind, expression, name = tree.children
        body, which = self.expression(expression), kind.children[0].value
        return cat.Check(role, which, negation is not None, body, _maybe(name), self.span(tree))

    def _with_from(self, tree: Any) -> cat.With:
        name, expression = tree.children
        return cat.With(word(name), self.expression(expression), self.span(tree))

    def _procedure(self, tree: Any) -> cat.Procedure:
        _, name, formals, block = tree.children
        return cat.Procedure(word(name), words(formals), self.block(block.children), self.span(tree))

    def _call(self, tree: Any) -> cat.Call:
        procedure, argument, name = tree.children
        given = self.expression(argument)
        return cat.Call(word(procedure), given, _maybe(name), self.closed(self.span(tree), given.span))

    def _for_all(self, tree: Any) -> cat.ForAll:
        name, expression, block = tree.children
        return cat.ForAll(word(name), self.expression(expression), self.block(block.children), self.span(tree))

    def _if_instructions(self, tree: Any) -> cat.IfInstructions:
        test, *blocks = tree.children
        then, otherwise = [self.block(block.children) for block in blocks] + [()] * (2 - len(blocks))
        return cat.IfInstructions(self.test(test), then, otherwise, self.span(tree))

    def _enum(self, tree: Any) -> cat.Enum:
        name, *tags = words(tree)
        return cat.Enum(name, tuple(tags), self.span(tree))

    def _annotations(self, tree: Any) -> cat.Annotations:
        kind, elements = tree.children
        return cat.Annotations(word(kind), self.expressions(elements.children), self.span(tree))


def _maybe(token: Any) -> str | None:
    """The name after an optional `as`."""
    return None if token is None else word(token)
