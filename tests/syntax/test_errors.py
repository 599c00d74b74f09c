"""Malformed inputs and command lines: each has its expected message, exit code 2 and no traceback."""

from pathlib import Path

import pytest

from tests.golden import EXPECTED, cases, found, orphans

CASES = cases("errors")


def test_there_are_many() -> None:
    assert len(CASES) >= 30


def test_each_input_has_an_expectation_and_each_expectation_an_input() -> None:
    assert orphans("errors") == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_error(case: Path) -> None:
    text = found(case)
    assert text.endswith("--- exit 2\n")
    assert "error: " in text
    assert "Traceback" not in text
    assert "internal error" not in text
    assert text == case.with_suffix(EXPECTED).read_text(encoding="utf-8")
