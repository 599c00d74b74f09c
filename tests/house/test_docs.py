"""Pages that explain the house: their examples run, their links lead somewhere, decisions have their parts."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
INTERNALS = (DOCS / "internals.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", INTERNALS, re.MULTILINE | re.DOTALL)


def test_the_examples_of_the_internals_run_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    names: dict[str, Any] = {}
    for block in BLOCKS:
        start = INTERNALS[: INTERNALS.index(block)].count("\n")
        exec(compile("\n" * start + block, str(DOCS / "internals.md"), "exec"), names)


def test_every_section_of_the_internals_but_few_has_an_example() -> None:
    sections = re.split(r"^##+ ", INTERNALS, flags=re.MULTILINE)[1:]
    assert len(BLOCKS) >= 10
    assert sum("```python" in section for section in sections) >= len(sections) - 3  # two that only lead to others


def test_the_modules_that_the_internals_name_are_there() -> None:
    named = re.findall(r"`((?:\w+/)+\w+\.py)`", INTERNALS)
    assert named
    assert [name for name in named if not (ROOT / name).exists() and not (ROOT / "litmus" / name).exists()] == []


def anchor(heading: str) -> str:
    """What a forge makes of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_links_inside_the_internals_lead_to_sections() -> None:
    headings = {anchor(heading) for heading in re.findall(r"^##+ (.*)$", INTERNALS, re.MULTILINE)}
    assert [link for link in re.findall(r"\]\(#([^)]+)\)", INTERNALS) if link not in headings] == []


# --- decisions ------------------------------------------------------------------------------------------

DECISIONS = sorted((DOCS / "decisions").glob("[0-9]*.md"))
PARTS = ("Context", "Decision", "Consequences")


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_has_its_parts_and_is_short(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert re.fullmatch(rf"# {int(path.name[:3])}\. \S.*", lines[0])
    assert tuple(re.findall(r"^\*\*(\w+)\.\*\* \S", "\n".join(lines), re.MULTILINE)) == PARTS
    assert len(lines) <= 16
    assert max(map(len, lines)) <= 120


def test_decisions_are_numbered_and_in_the_index() -> None:
    assert [int(path.name[:3]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))
    index = (DOCS / "decisions" / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d{3}) \| \[(.*)\]\((.*)\) \|$", index, re.MULTILINE)
    titles = [path.read_text(encoding="utf-8").splitlines()[0].split(". ", 1)[1] for path in DECISIONS]
    assert rows == [(p.name[:3], title, p.name) for p, title in zip(DECISIONS, titles, strict=True)]


@pytest.mark.parametrize("path", [DOCS / "internals.md", *DECISIONS], ids=lambda path: path.stem)
def test_links_of_these_pages_lead_to_files(path: Path) -> None:
    links = re.findall(r"\]\(([^):#]+)", path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_files_that_a_decision_names_are_there(path: Path) -> None:
    named = re.findall(r"`((?:litmus|mmcore|tests)/[\w/.]*)`", path.read_text(encoding="utf-8"))
    assert [name for name in named if not (ROOT / name).exists()] == []
