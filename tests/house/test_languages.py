"""Facts about languages stand in one table: no other module names one."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import litmus
from litmus.program import LANGUAGES, language_of

ROOT = Path(litmus.__file__).parent.parent
NAMES = frozenset(LANGUAGES)
PACKAGES = ("litmus", "mmcore", "pytest_litmus")

TABLE = "litmus/program/language.py"
EXCEPTIONS = {
    TABLE: "the table itself",
    "litmus/syntax/__init__.py": "the names of its packages",
    "litmus/lowering/translation.py": "which architectures have a table to be lowered by",
    "litmus/batch/models.py": "the model of RISC-V, which has the name of its language",
    "litmus/cat/library.py": "the same model",
    "litmus/course/lesson.py": "what Markdown calls a block of C",
    "mmcore/cli/arguments.py": "the languages that a scenario is exported in",
    "mmcore/cli/export.py": "the same languages",
    "mmcore/scenario/scenario.py": "the model of RISC-V",
    "mmcore/scenario/table.py": "a format of numbers",
    "mmcore/scenarios/migration.py": "the model of RISC-V",
    "mmcore/scenarios/table_free.py": "the model of RISC-V",
}
"""Modules that have such a word, and why."""


def of_a_language(path: str) -> bool:
    """Whether a module is in the room of one language, or the table that lowers to one."""
    parts = path.split("/")
    room = parts[:2] == ["litmus", "syntax"] and len(parts) > 3
    return room or (parts[:2] == ["litmus", "lowering"] and Path(path).stem in NAMES)


def named(path: str) -> list[int]:
    """The lines with a literal that is the name of a language."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Constant) and node.value in NAMES]


MODULES = [
    str(path.relative_to(ROOT).as_posix()) for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))
]


@pytest.mark.parametrize("path", [path for path in MODULES if not of_a_language(path) and path not in EXCEPTIONS])
def test_no_other_module_names_a_language(path: str) -> None:
    assert named(path) == [], "ask litmus.program.language"


@pytest.mark.parametrize("path", EXCEPTIONS)
def test_exceptions_are_needed(path: str) -> None:
    assert named(path)


def test_rows_are_told_apart() -> None:
    rows = LANGUAGES.values()
    for words in ([word for row in rows for word in row.words], [word for row in rows for word in row.title_words]):
        assert len(words) == len(set(words))


def test_a_name_without_a_row_is_a_language_of_which_nothing_is_known() -> None:
    assert language_of("mips").models == ()
