"""The Markdown of the lessons: a page as a sequence of blocks.

Only what the lessons use: headings, paragraphs, quotes, lists, tables, fenced blocks, pictures that stand alone.
HTML comments and lines of tags (`<details>`) are left out.  Inline marks stay in the texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heading:
    """`## text`: level 2."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text, its lines joined."""

    text: str


@dataclass(frozen=True, slots=True)
class Quote:
    """`> text`."""

    text: str


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list: its mark (`-` or `2.`) and its text."""

    mark: str
    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells; the first row is the heading."""

    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Code:
    """A fenced block: the word after the fence, and the lines, each with its newline."""

    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that stands alone: the text for those who do not see it, and the file."""

    text: str
    file: str


Block = Heading | Paragraph | Quote | Item | Table | Code | Picture

_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$\n?", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)
_TAGS = re.compile(r"^<.*>$\n?", re.MULTILINE)
_HEADING = re.compile(r"(#+) (.*)")
_PICTURE = re.compile(r"!\[([^]]*)\]\(([^)]*)\)")
_MARK = re.compile(r"^(-|\d+\.) ", re.MULTILINE)


def blocks(text: str) -> tuple[Block, ...]:
    """The blocks of a page, in order."""
    return tuple(_blocks(text))


def _blocks(text: str) -> Iterator[Block]:
    """What stands between fenced blocks, and these."""
    done = 0
    for fenced in _FENCED.finditer(text):
        yield from _prose(text[done : fenced.start()])
        yield Code(fenced[1], fenced[2])
        done = fenced.end()
    yield from _prose(text[done:])


def _prose(text: str) -> Iterator[Block]:
    """The blocks of text without fences: parts between empty lines."""
    for part in re.split(r"\n\s*\n", _TAGS.sub("\n", _COMMENT.sub("", text))):
        if part.strip():
            yield from _part(part.strip())


def _part(part: str) -> Iterator[Block]:
    """One part: what it is stands at its beginning."""
    if heading := _HEADING.fullmatch(part):
        yield Heading(len(heading[1]), heading[2])
    elif picture := _PICTURE.fullmatch(part):
        yield Picture(_joined(picture[1]), picture[2])
    elif part.startswith("> "):
        yield Quote(_joined(re.sub(r"^> ?", "", part, flags=re.MULTILINE)))
    elif part.startswith("|"):
        yield Table(tuple(_rows(part)))
    elif _MARK.match(part):
        yield from _items(part)
    else:
        yield Paragraph(_joined(part))


def _rows(part: str) -> Iterator[tuple[str, ...]]:
    """The rows of a table, without the rule under its heading."""
    for number, line in enumerate(part.splitlines()):
        if number != 1:
            yield tuple(cell.strip() for cell in line.strip().strip("|").split("|"))


def _items(part: str) -> Iterator[Item]:
    """The items of a list."""
    _, *pieces = _MARK.split(part)
    for mark, text in zip(pieces[::2], pieces[1::2], strict=True):
        yield Item(mark, _joined(text))


def _joined(text: str) -> str:
    """Lines as one line."""
    return " ".join(text.split())
