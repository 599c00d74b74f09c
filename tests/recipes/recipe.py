"""Recipes of CONTRIBUTING.md, performed: edits in a copy of the checkout, and what must be true there afterwards."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "CONTRIBUTING.md"
COPIED = ("litmus", "mmcore", "pytest_litmus", "examples", "docs", "tests", "README.md", "pyproject.toml")
"""What a copy has of the checkout."""


@dataclass(frozen=True, slots=True)
class Insert:
    """New lines of a file: after the first line that begins (blanks aside) with `after`, or before that of `before`."""

    text: str
    after: str = ""
    before: str = ""

    def apply(self, path: Path) -> None:
        """Puts the lines in; AssertionError where the anchor is not there."""
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        anchor = self.after or self.before
        found = [i for i, line in enumerate(lines) if line.strip().startswith(anchor)]
        assert found, f"no line {anchor!r} in {path.name}"
        lines.insert(found[0] + bool(self.after), self.text)
        path.write_text("".join(lines), encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Replace:
    """A piece of a file that is replaced, once."""

    old: str
    new: str

    def apply(self, path: Path) -> None:
        """Replaces it; AssertionError where it is not there."""
        text = path.read_text(encoding="utf-8")
        assert self.old in text, f"no {self.old!r} in {path.name}"
        path.write_text(text.replace(self.old, self.new, 1), encoding="utf-8")


@dataclass(frozen=True, slots=True)
class New:
    """A new file."""

    text: str

    def apply(self, path: Path) -> None:
        """Writes it."""
        assert not path.exists(), f"{path.name} is there already"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.text, encoding="utf-8")


Edit = Insert | Replace | New


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of the checkout, in which commands of the project are run."""

    folder: Path

    def run(self, *command: str, code: int = 0) -> str:
        """What `python -m COMMAND` prints in the copy; AssertionError with another exit code."""
        environment = {**os.environ, "PYTHONPATH": str(self.folder), "LITMUS_CACHE": "off"}
        line = [sys.executable, "-m", *command]
        done = subprocess.run(line, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def write(self, name: str, text: str) -> str:
        """A file of the user's, beside the copy's own; its name."""
        (self.folder / name).write_text(text, encoding="utf-8")
        return name


@dataclass(frozen=True, slots=True)
class Recipe:
    """One recipe: the heading it has in CONTRIBUTING.md, the edits, by path, and what is checked afterwards.

    `guides`: tests of the project that fail until the recipe is complete, and pass in the end.
    """

    heading: str
    edits: Mapping[str, Edit | tuple[Edit, ...]]
    check: Callable[[Copy], None]
    guides: tuple[str, ...] = ()

    def perform(self, folder: Path) -> Copy:
        """Makes a copy of the checkout and the edits in it."""
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
            else:
                shutil.copy(source, folder / name)
        for name, edits in self.edits.items():
            for edit in edits if isinstance(edits, tuple) else (edits,):
                edit.apply(folder / name)
        return Copy(folder)


def sections(page: str) -> dict[str, str]:
    """The recipes of the page, by heading."""
    parts = re.split(r"^### (.+)$", page, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def places(section: str) -> list[str]:
    """The paths that a recipe's numbered steps begin with: ``1. `path` ``."""
    return re.findall(r"^\d+\. `([^`]+)`", section, flags=re.MULTILINE)
