"""The body of a C thread: blocks, `if`, loops and declarations, taken apart by hand; the expressions go to lark."""

from __future__ import annotations

import re

from litmus.errors import InputError, UnsupportedError
from litmus.source import Source
from litmus.syntax.c.expression import expression
from litmus.syntax.c.tree import Block, Declared, If, Jump, Loop, Statement, Written, element

_BLANK = re.compile(r"\s*")
_KEYWORD = re.compile(
    r"(?P<head>if|while|for)\s*(?=\()|(?P<do>do)\b|(?P<jump>break|continue|return)\s*;"
    r"|(?P<refused>switch|case|goto|asm|return)\b|(?P<label>[A-Za-z_]\w*\s*:)"
)
_ELSE = re.compile(r"\s*else\b")
_WHILE = re.compile(r"\s*while\s*(?=\()")
_SEMICOLON = re.compile(r"\s*;")
_DECLARATION = re.compile(
    r"(?P<type>(?:(?:struct\s+)?[A-Za-z_]\w*\s+)*?(?:struct\s+)?[A-Za-z_]\w*(?:\s+|\s*(?:\*\s*)+))"
    r"[A-Za-z_]\w*\s*(?=$|,|\[|=(?!=))"
)
_DECLARATOR = re.compile(r"\s*(?P<stars>[*\s]*)(?P<name>[A-Za-z_]\w*)\s*(?:=(?P<value>.*))?", re.S)


def statements(text: str, start: int, end: int) -> Block:
    """The statements in `text[start:end]`, places counted from the start of `text`.

    Raises InputError with a span in a source that is `text` alone.
    """
    return _Reader(text, end).block(start, end)


class _Reader:
    """Reads statements of a text; methods that give a pair give what they read and where it ends."""

    def __init__(self, text: str, end: int) -> None:
        self.text = text
        self.end = end

    def block(self, start: int, end: int) -> Block:
        """The statements between two places."""
        found = []
        at = self.skip(start)
        while at < end:
            statement, at = self.statement(at)
            found.append(statement)
            at = self.skip(at)
        return Block(tuple(found))

    def skip(self, at: int) -> int:
        """The first place from `at` on that is not blank."""
        match = _BLANK.match(self.text, at, self.end)
        return match.end() if match else at

    def statement(self, at: int) -> tuple[Statement, int]:
        """The statement that begins at `at`."""
        if self.text[at] == "{":
            close = self.partner(at)
            return self.block(at + 1, close), close + 1
        keyword = _KEYWORD.match(self.text, at, self.end)
        if keyword is None:
            return self.simple(at)
        if refused := keyword["refused"] or keyword["label"]:
            raise self.error(UnsupportedError, f"'{refused}' is not supported", at, at + len(refused),
                             "use if, while, for or do")  # fmt: skip
        if keyword["jump"]:
            return Jump(keyword["jump"], at), keyword.end()
        read = {"if": self.branch, "while": self.loop, "for": self.counted, None: self.do}[keyword["head"]]
        return read(keyword.end())

    # --- structured statements --------------------------------------------------------------------------

    def branch(self, opening: int) -> tuple[Statement, int]:
        """`(...) statement [else statement]`."""
        condition, close = self.condition(opening)
        then, end = self.inner(close + 1)
        if follows := _ELSE.match(self.text, end, self.end):
            otherwise, end = self.inner(follows.end())
            return If(condition, then, otherwise), end
        return If(condition, then, None), end

    def loop(self, opening: int) -> tuple[Statement, int]:
        """`(...) statement`, after `while`."""
        condition, close = self.condition(opening)
        body, end = self.inner(close + 1)
        return Loop(condition, body), end

    def do(self, at: int) -> tuple[Statement, int]:
        """`statement while (...);`, after `do`."""
        body, end = self.inner(at)
        follows = self.expected(_WHILE, end, "while (")
        condition, close = self.condition(follows)
        return Loop(condition, body, body_first=True), self.expected(_SEMICOLON, close + 1, ";")

    def counted(self, opening: int) -> tuple[Statement, int]:
        """`(first; condition; step) statement`, after `for`."""
        close = self.partner(opening)
        parts = self.parts(opening + 1, close, ";")
        if len(parts) != 3:
            raise self.error(InputError, "expected 'for (first; condition; step)'", opening, close + 1,
                             "separate the three parts by ';'")  # fmt: skip
        condition, step = (self.expression(*part) if self.skip(part[0]) < part[1] else None for part in parts[1:])
        body, end = self.inner(close + 1)
        return Block((*self.simple_parts(*parts[0]), Loop(condition, body, step))), end

    def condition(self, opening: int) -> tuple[Written, int]:
        """What the bracket at `opening` holds, and where it closes."""
        close = self.partner(opening)
        return self.expression(opening + 1, close), close

    def inner(self, at: int) -> tuple[Statement, int]:
        """The statement that is part of another one."""
        at = self.skip(at)
        if at >= self.end:
            raise self.error(InputError, "expected a statement", self.end - 1, self.end, "add ';' or '{ ... }'")
        return self.statement(at)

    # --- simple statements ------------------------------------------------------------------------------

    def simple(self, at: int) -> tuple[Statement, int]:
        """A declaration or an expression, up to its semicolon."""
        end = self.text.find(";", at, self.end)
        if end < 0:
            raise self.endless(at, len(self.text[: self.end].rstrip()))
        found = self.simple_parts(at, end)
        return found[0] if len(found) == 1 else Block(tuple(found)), end + 1

    def simple_parts(self, start: int, end: int) -> list[Statement]:
        """The declarations, or the expression, between two places; none if there is nothing."""
        start = self.skip(start)
        if start >= end:
            return []
        declaration = _DECLARATION.match(self.text, start, end)
        if declaration is None:
            return [self.expression(start, end)]
        kind = declaration["type"].rstrip("* \t\n")
        declarators = self.parts(start + len(kind), end, ",")
        return [self.declared(kind, *place) for place in declarators]

    def declared(self, kind: str, start: int, end: int) -> Declared:
        """One declarator `*name = value`, with its type without stars."""
        match = _DECLARATOR.fullmatch(self.text, start, end)
        if not match:
            raise self.error(UnsupportedError, "this is no declaration of a local number or pointer", start, end,
                             "declare local variables as in 'int r1 = 0;'")  # fmt: skip
        value = match.span("value")
        written = self.expression(*value, self.shown(match.start("name"), end)) if value[0] >= 0 else None
        return Declared(match["name"], element(kind + match["stars"]), written)

    def parts(self, start: int, end: int, separator: str) -> list[tuple[int, int]]:
        """The places of what separators outside brackets separate."""
        found, depth, begin = [], 0, start
        for at in range(start, end):
            depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(self.text[at], 0)
            if self.text[at] == separator and not depth:
                found.append((begin, at))
                begin = at + 1
        return [*found, (begin, end)]

    # --- pieces -----------------------------------------------------------------------------------------

    def expression(self, start: int, end: int, shown: str | None = None) -> Written:
        """The expression between two places; its errors are moved there."""
        begin = min(self.skip(start), end)
        text = self.text[begin:end].rstrip()
        try:
            return Written(expression(text), shown or self.shown(begin, end), begin)
        except InputError as error:
            first, last = getattr(error.span, "start", 0), getattr(error.span, "end", len(text))
            before = text[:first].rstrip()
            if before and "\n" in text[len(before) : first]:
                raise self.endless(begin, begin + len(before)) from None
            raise self.error(type(error), error.message, begin + first, begin + last, error.hint) from None

    def expected(self, pattern: re.Pattern[str], at: int, shown: str) -> int:
        """Where the pattern ends that must be at `at`."""
        match = pattern.match(self.text, at, self.end)
        if not match:
            raise self.error(InputError, f"expected '{shown}'", at, at + 1, f"add '{shown}'")
        return match.end()

    def partner(self, opening: int) -> int:
        """The place of the bracket that closes the one at `opening`."""
        close = {"(": ")", "{": "}"}[self.text[opening]]
        depth = 0
        for match in re.compile(rf"\{self.text[opening]}|\{close}").finditer(self.text, opening, self.end):
            depth += -1 if match[0] == close else 1
            if not depth:
                return match.start()
        raise self.error(InputError, f"this '{self.text[opening]}' is not closed", opening, opening, f"add '{close}'")

    def endless(self, start: int, end: int) -> InputError:
        """The error about a statement that goes on where the next one begins."""
        return self.error(InputError, "this statement does not end, expected ';'", start, end, "add ';'")

    def shown(self, start: int, end: int) -> str:
        """What stands between two places, on one line."""
        return " ".join(self.text[start:end].split())

    def error(self, kind: type[InputError], message: str, start: int, end: int, hint: str | None) -> InputError:
        """An error about what stands between two places."""
        return kind(message, Source("C", self.text).span(start, max(end, start + 1)), hint)
