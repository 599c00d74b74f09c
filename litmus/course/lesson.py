"""A lesson: a page whose first heading is its number and title, and whose first quote is the question it answers.

What follows the line `<details><summary>Answer</summary>` is the answer to its exercise.  The tests of a lesson are
its fenced blocks of the languages `litmus` (native) and `c`; each is named by its own first line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from litmus.course.markdown import Block, Code, Heading, Quote, blocks
from litmus.errors import InputError
from litmus.files import SUFFIX

ANSWER = "<details><summary>Answer</summary>"
TESTS = ("litmus", "c")

_TITLE = re.compile(r"(\d+)\. (.+)")


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson: its number, title and question, the blocks of its text, and those of the answer."""

    number: int
    title: str
    question: str
    text: tuple[Block, ...]
    answer: tuple[Block, ...]
    path: Path


def lesson(text: str, path: Path) -> Lesson:
    """The lesson of a page.

    Raises InputError for a page without a numbered title, a question, or an answer.
    """
    body, _, answer = text.partition(f"\n{ANSWER}\n")
    page = blocks(body)
    title = next((_TITLE.fullmatch(block.text) for block in page if isinstance(block, Heading)), None)
    question = next((block.text for block in page if isinstance(block, Quote)), None)
    if title is None or question is None or not answer:
        raise InputError(f"{path.name} is no lesson", hint=f"a lesson has `# 1. TITLE`, `> QUESTION` and `{ANSWER}`")
    return Lesson(int(title[1]), title[2], question, page, blocks(answer), path)


def tests(page: tuple[Block, ...]) -> dict[str, str]:
    """The tests among blocks: file names and contents, in order."""
    found = [block.text for block in page if isinstance(block, Code) and block.language in TESTS]
    return {f"{text.split(None, 2)[1]}{SUFFIX}": text for text in found}
