"""Lessons as text for a terminal: blocks of Markdown wrapped to a width, with colours or without."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from litmus.course.markdown import Block, Code, Heading, Item, Paragraph, Picture, Quote, Table

BOLD, DIM, ITALIC, CYAN, GREEN = "1", "2", "3", "36", "32"

_INLINE = re.compile(r"`([^`]+)`|\*\*(.+?)\*\*|\*([^*]+)\*|\[([^]]+)\]\(([^)]+)\)")
_ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
_MARGIN = "    "


def render(page: Iterable[Block], width: int, color: bool, folder: Path) -> str:
    """The blocks as lines of at most `width` characters, an empty line between blocks (tables and code are as wide
    as they are); `folder` is where their pictures are.
    """
    painter = _Painter(width, color, folder)
    lines: list[str] = []
    before: Block | None = None
    for block in page:
        if before is not None and not (isinstance(before, Item) and isinstance(block, Item)):
            lines.append("")
        lines += painter.block(block)
        before = block
    return "".join(f"{line.rstrip()}\n" for line in lines)


class _Painter:
    """How each kind of block looks."""

    def __init__(self, width: int, color: bool, folder: Path) -> None:
        self._width = width
        self._color = color
        self._folder = folder

    def block(self, block: Block) -> Iterator[str]:
        """The lines of a block."""
        match block:
            case Heading():
                yield from self._heading(block)
            case Paragraph():
                yield from self._wrapped(block.text)
            case Quote():
                yield from self._wrapped(f"*{block.text}*", _MARGIN, _MARGIN)
            case Item():
                yield from self._wrapped(block.text, f"  {block.mark} ", " " * (len(block.mark) + 3))
            case Table():
                yield from self._table(block.rows)
            case Code():
                yield from self._code(block)
            case Picture():
                yield from self._wrapped(f"{block.text} (picture: {self._folder / block.file})", _MARGIN, _MARGIN)

    def _heading(self, heading: Heading) -> Iterator[str]:
        """A title is underlined."""
        yield self._paint(heading.text, BOLD)
        if heading.level == 1:
            yield self._paint("=" * len(heading.text), DIM)

    def _code(self, code: Code) -> Iterator[str]:
        """An indented block; in a transcript the commands stand out."""
        for line in code.text.splitlines():
            style = GREEN if line.startswith("$ ") else CYAN
            yield _MARGIN + (self._paint(line, style) if line else "")

    def _table(self, rows: Sequence[Sequence[str]]) -> Iterator[str]:
        """Columns as wide as their widest cell, the heading in bold."""
        cells = [[self._inline(cell) for cell in row] for row in rows]
        widths = [max(map(_length, column)) for column in zip(*cells, strict=True)]
        for number, row in enumerate(cells):
            padded = (cell + " " * (size - _length(cell)) for cell, size in zip(row, widths, strict=True))
            line = "  " + "  ".join(padded).rstrip()
            yield self._paint(line, BOLD) if number == 0 else line
            if number == 0:
                yield "  " + self._paint("  ".join("-" * size for size in widths), DIM)

    def _wrapped(self, text: str, first: str = "", other: str = "") -> Iterator[str]:
        """A text in lines that fit; a longer word has a line of its own."""
        line, empty = first, True
        for word in self._inline(text).split():
            if not empty and _length(line) + 1 + _length(word) > self._width:
                yield line
                line, empty = other, True
            line, empty = f"{line}{'' if empty else ' '}{word}", False
        yield line

    def _inline(self, text: str) -> str:
        """The inline marks as colours; without colours only code keeps its marks."""
        return _INLINE.sub(self._mark, text)

    def _mark(self, found: re.Match[str]) -> str:
        """What one inline mark becomes."""
        code, strong, soft, label, target = found.groups()
        if code:
            return self._words(code, CYAN) if self._color else f"`{code}`"
        if label:
            return f"{label} ({target})" if "://" in target else str(label)
        return self._words(self._inline(strong), BOLD) if strong else self._words(self._inline(soft), ITALIC)

    def _words(self, text: str, style: str) -> str:
        """Each word painted, so that lines can end between them."""
        return " ".join(self._paint(word, style) for word in text.split(" "))

    def _paint(self, text: str, style: str) -> str:
        """The text in a style, if colours are on."""
        return f"\x1b[{style}m{text}\x1b[0m" if self._color else text


def _length(text: str) -> int:
    """How many characters show."""
    return len(_ESCAPE.sub("", text))
