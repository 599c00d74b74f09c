"""The Markdown of the lessons: a page as a sequence of blocks.

markdown-it-py parses; of what it finds, the lessons use headings, paragraphs, quotes, lists, tables, fenced blocks, and
pictures that stand alone.  Blocks of HTML (comments, `<details>`) are left out, and so is what is no text inside of a
quote or an item.  Inline marks stay in the texts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it.tree import SyntaxTreeNode


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


def blocks(text: str) -> tuple[Block, ...]:
    """The blocks of a page, in order."""
    from markdown_it import MarkdownIt
    from markdown_it.tree import SyntaxTreeNode

    page = MarkdownIt("commonmark").enable("table").parse(text)
    return tuple(block for node in SyntaxTreeNode(page).children for block in _blocks(node))


def _blocks(node: SyntaxTreeNode) -> Iterator[Block]:
    """What a block of the library is here; a list is its items."""
    match node.type:
        case "heading":
            yield Heading(int(node.tag[1:]), _text(node))
        case "paragraph":
            yield _paragraph(node)
        case "blockquote":
            yield Quote(_text(node))
        case "bullet_list" | "ordered_list":
            yield from (Item(item.info + item.markup, _text(item)) for item in node.children)
        case "table":
            yield Table(tuple(tuple(map(_text, row.children)) for part in node.children for row in part.children))
        case "fence" | "code_block":
            yield Code(node.info.partition(" ")[0], node.content)


def _paragraph(node: SyntaxTreeNode) -> Paragraph | Picture:
    """A paragraph, or the picture that is all of it."""
    match node.children[0].children:
        case [picture] if picture.type == "image":
            return Picture(_joined(picture.content), str(picture.attrs["src"]))
    return Paragraph(_text(node))


def _text(node: SyntaxTreeNode) -> str:
    """The texts in a block as one line, with their inline marks."""
    return _joined(" ".join(inline.content for inline in node.walk() if inline.type == "inline"))


def _joined(text: str) -> str:
    """Lines as one line."""
    return " ".join(text.split())
