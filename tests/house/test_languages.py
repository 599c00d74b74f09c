"""Facts about languages stand in one table: no other module asks which language it has by a literal name."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import litmus
from litmus.program import LANGUAGES, language_of

ROOT = Path(litmus.__file__).parent
NAMES = frozenset(LANGUAGES)
ASKS = frozenset({"arch", "language", "target"})
"""The last word of what holds the name of a language."""

ROOMS = ("syntax", "course")
"""The rooms of the languages themselves, and the lessons, which are folders with names of their own."""

EXCEPTIONS = frozenset({"program/language.py"})


def modules() -> list[Path]:
    """The modules outside the table and the rooms of languages."""
    inside = (path.relative_to(ROOT) for path in sorted(ROOT.rglob("*.py")))
    return [path for path in inside if path.parts[0] not in ROOMS and str(path) not in EXCEPTIONS]


def asked(node: ast.AST) -> Iterator[ast.expr]:
    """The places of a node where a literal would be a name that something is compared with."""
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        if any(isinstance(s, ast.Attribute | ast.Name) and ast.unparse(s).split(".")[-1] in ASKS for s in sides):
            yield from (part for side in sides for part in ast.walk(side) if isinstance(part, ast.expr))
    elif isinstance(node, ast.MatchValue):
        yield node.value
    elif isinstance(node, ast.Dict) and len([k for k in node.keys if _is_name(k)]) > 1:
        yield from (key for key in node.keys if key is not None)


def _is_name(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value in NAMES


@pytest.mark.parametrize("path", modules(), ids=str)
def test_no_module_compares_a_language_with_a_literal(path: Path) -> None:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    found = [place.lineno for node in ast.walk(tree) for place in asked(node) if _is_name(place)]
    assert not found, f"{path}: lines {found}; ask litmus.program.language"


def test_rows_are_told_apart() -> None:
    rows = LANGUAGES.values()
    for words in ([word for row in rows for word in row.words], [word for row in rows for word in row.title_words]):
        assert len(words) == len(set(words))


def test_a_name_without_a_row_is_a_language_of_which_nothing_is_known() -> None:
    assert language_of("mips").models == ()
