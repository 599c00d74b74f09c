"""Where the lessons are: `lessons/` in the installed package, `examples/lessons/` in a checkout."""

from __future__ import annotations

from pathlib import Path

from litmus.course.lesson import Lesson, lesson
from litmus.errors import UsageError

PACKAGE = Path(__file__).parent.parent
HOMES = (PACKAGE / "lessons", PACKAGE.parent / "examples" / "lessons")
PAGES = "[0-9][0-9]-*.md"


def home() -> Path:
    """The folder of the lessons; raises UsageError if there is none."""
    for folder in HOMES:
        if folder.is_dir():
            return folder
    raise UsageError("the lessons are not installed", hint="install litmus again, or use it from a checkout")


def lessons() -> tuple[Lesson, ...]:
    """All lessons, in the order in which they are read."""
    return tuple(lesson(path.read_text(encoding="utf-8"), path) for path in sorted(home().glob(PAGES)))


def find(name: str) -> Lesson:
    """The lesson with a number, as text; raises UsageError if there is none."""
    known = lessons()
    for one in known:
        if name.isascii() and name.isdigit() and int(name) == one.number:
            return one
    raise UsageError(f"there is no lesson {name!r}", hint=f"lessons are 1 to {len(known)}: `litmus learn` lists them")
