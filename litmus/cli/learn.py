"""`litmus learn`: the lessons, read in the terminal, their tests run or written."""

from __future__ import annotations

import os
import shutil
import sys
from argparse import Namespace
from pathlib import Path
from tempfile import TemporaryDirectory

from litmus.cli.color import colored
from litmus.course import Block, Lesson, tests
from litmus.errors import UsageError

WIDEST = 100
"""Longer lines are hard to read."""


def run(arguments: Namespace) -> int:
    """Lists the lessons, or shows one, runs its tests or writes them; gives the exit code.

    Raises UsageError for an unknown lesson, for options without a lesson, and for a folder that cannot be written.
    """
    from litmus.course import find

    if arguments.lesson is None:
        if arguments.answer or arguments.run_tests or arguments.save:
            raise UsageError("which lesson?", hint="give its number, as in `litmus learn 3 --answer`")
        return _list()
    lesson = find(arguments.lesson)
    page = lesson.answer if arguments.answer else lesson.text
    if arguments.save:
        return _save(page, Path(arguments.save))
    return _check(page) if arguments.run_tests else _show(lesson, page)


def _list() -> int:
    """Prints number, title and question of every lesson."""
    from litmus.course import Heading, Quote, home, lessons, render

    rows: list[Block] = []
    for lesson in lessons():
        rows += [Heading(2, f"{lesson.number:2}  {lesson.title}"), Quote(lesson.question)]
    text = render(rows, _width(), colored(sys.stdout), home())
    print(text.replace("\n\n", "\n"), end="")
    print("\n`litmus learn 1` opens a lesson, --answer shows the answer to its exercise, --run runs its tests.")
    return 0


def _show(lesson: Lesson, page: tuple[Block, ...]) -> int:
    """Shows a page, on a terminal through its pager."""
    from litmus.course import render

    text = render(_framed(lesson, page), _width(), colored(sys.stdout), lesson.path.parent)
    if not (sys.stdout.isatty() and sys.stdin.isatty()):
        print(text, end="")
        return 0
    from pydoc import pager

    os.environ.setdefault("LESS", "FRX")  # colours, and no waiting for a page that fits
    pager(text)
    return 0


def _framed(lesson: Lesson, page: tuple[Block, ...]) -> tuple[Block, ...]:
    """The answer with a title; the lesson with a line that says how to go on."""
    from litmus.course import Heading, Paragraph

    name = f"litmus learn {lesson.number}"
    if page is lesson.answer:
        return (Heading(1, f"{lesson.number}. {lesson.title}: the answer"), *page)
    further = f"`{name} --answer` shows the answer, `{name} --save DIR` writes the tests of the lesson."
    return (*page, Paragraph(further))


def _save(page: tuple[Block, ...], folder: Path) -> int:
    """Writes the tests of a page, one file each, and prints their names; files that are there stay."""
    found = tests(page)
    for name in found:
        if (folder / name).exists():
            raise UsageError(f"{str(folder / name)!r} is there already", hint="choose another folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in found.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write to {str(folder)!r}: {error.strerror}") from None
    print("".join(f"{folder / name}\n" for name in found), end="")
    return 0


def _check(page: tuple[Block, ...]) -> int:
    """Runs `litmus check` on the tests of a page; its exit code."""
    from litmus.cli.arguments import parse_arguments
    from litmus.cli.check import run as check

    with TemporaryDirectory() as folder:
        found = tests(page)
        for name, text in found.items():
            Path(folder, name).write_text(text, encoding="utf-8")
        return check(parse_arguments(["check", *(str(Path(folder, name)) for name in found)]))


def _width() -> int:
    """How wide the text may be."""
    return min(shutil.get_terminal_size().columns, WIDEST)
