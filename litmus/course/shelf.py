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
    return tuple(map(_read, _pages()))


def find(name: str) -> Lesson:
    """The lesson with a number, as text, read alone; raises UsageError if there is none."""
    pages = _pages()
    for path in pages:
        if name.isascii() and name.isdigit() and int(name) == int(path.name[:2]):
            return _read(path)
    raise UsageError(f"there is no lesson {name!r}", hint=f"lessons are 1 to {len(pages)}: `litmus learn` lists them")


def _pages() -> list[Path]:
    """The pages, named after the numbers of their lessons."""
    return sorted(home().glob(PAGES))


def _read(path: Path) -> Lesson:
    """The lesson of a page."""
    return lesson(path.read_text(encoding="utf-8"), path)
