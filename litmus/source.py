"""Source texts and spans in them: every syntax node knows where it was written."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

EXCERPT_WIDTH = 100


@dataclass(frozen=True)
class Source:
    """A named text: `name` is a path as the user gave it, `<stdin>`, or a description."""

    name: str
    text: str

    @cached_property
    def _starts(self) -> list[int]:
        """Offset of the first character of each line."""
        lengths = (len(line) for line in self.text.splitlines(keepends=True))
        return [0, *accumulate(lengths)]

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of a character offset, both from 1."""
        offset = min(max(offset, 0), len(self.text))
        line = max(bisect_right(self._starts, offset) - 1, 0)
        if line and self._starts[line] == len(self.text):  # the end of a text that ends in a newline
            line -= 1
        return line + 1, offset - self._starts[line] + 1

    def line(self, number: int) -> str:
        """The text of a line (from 1), without its newline."""
        start = self._starts[number - 1]
        return self.text[start:].split("\n", 1)[0].rstrip("\r")

    def span(self, start: int, end: int | None = None) -> Span:
        """The span from offset `start` up to, not including, `end` (one character by default)."""
        return Span(self, start, start + 1 if end is None else end)


@dataclass(frozen=True)
class Span:
    """The characters `start` (included) to `end` (excluded) of a source."""

    source: Source
    start: int
    end: int

    @property
    def line(self) -> int:
        """Line of the first character, from 1."""
        return self.source.position(self.start)[0]

    @property
    def column(self) -> int:
        """Column of the first character, from 1."""
        return self.source.position(self.start)[1]

    @property
    def text(self) -> str:
        """The characters themselves."""
        return self.source.text[self.start : self.end]

    def describe(self) -> str:
        """`file:line:column`, counted from 1."""
        return f"{self.source.name}:{self.line}:{self.column}"

    def excerpt(self) -> str:
        """The source line and a caret line under the span; long lines are cut around the caret."""
        line, column = self.source.position(self.start)
        text = self.source.line(line).replace("\t", " ")
        left = max(0, column - 1 - EXCERPT_WIDTH // 2)
        shown = text[left : left + EXCERPT_WIDTH]
        width = max(1, min(self.end - self.start, len(shown) - (column - 1 - left)))
        printable = "".join(c if c.isprintable() else "?" for c in shown)
        return f"    {printable}\n    {' ' * (column - 1 - left)}{'^' * width}"
