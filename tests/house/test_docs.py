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
