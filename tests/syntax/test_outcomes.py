"""Tests with their expected outcomes beside them, as the command line prints both."""

from pathlib import Path

import pytest

from tests.golden import EXPECTED, HERE, cases, found, orphans

CASES = cases("litmus")


def test_each_test_has_an_outcome_and_each_outcome_a_test() -> None:
    assert orphans("litmus") == []


def test_the_folder_holds_nothing_else() -> None:
    files = [path for path in (HERE / "litmus").rglob("*") if path.is_file()]
    assert {path.suffix for path in files} <= {".litmus", EXPECTED}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.stem}")
def test_outcome(case: Path) -> None:
    assert found(case) == case.with_suffix(EXPECTED).read_text(encoding="utf-8")
