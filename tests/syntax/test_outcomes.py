"""Tests with their expected outcomes beside them, as the command line prints both; and their README."""

import json
import re
from pathlib import Path

import pytest

from litmus.cli import main
from tests.golden import EXPECTED, HERE, cases, found, orphans

CASES = cases("litmus")
README = HERE / "litmus" / "README.md"
ANSWER = ("model", "observation", "holds", "states", "flags", "bounded", "undecided", "as_expected")


def test_each_test_has_an_outcome_and_each_outcome_a_test() -> None:
    assert orphans("litmus") == []


def test_the_folder_holds_nothing_else() -> None:
    files = [path for path in (HERE / "litmus").rglob("*") if path.is_file() and path != README]
    assert {path.suffix for path in files} <= {".litmus", EXPECTED}


def test_the_readme_tells_of_each_folder() -> None:
    told = re.findall(r"^\| `([\w-]+)` \|", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(told) == sorted(path.name for path in (HERE / "litmus").iterdir() if path.is_dir())


def test_every_folder_has_some_tests_of_the_classic_shapes() -> None:
    for folder in ("arm", "c11", "riscv", "x86"):
        shapes = {re.split(r"[+.]", case.stem)[0] for case in CASES if case.parent.name == folder}
        assert {"MP", "SB", "IRIW"} <= shapes, folder


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.stem}")
def test_a_test_is_called_what_its_file_is(case: Path) -> None:
    words = case.read_text(encoding="utf-8").split("\n", 1)[0].split()
    assert words[1] == case.stem


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.stem}")
def test_the_solver_says_the_same(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = {}
    for engine in ("auto", "z3"):
        main(["check", "-o", "json", "--engine", engine, str(case)])
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        found[engine] = [{key: line[key] for key in ANSWER} for line in lines]
    assert found["auto"] and found["auto"] == found["z3"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.stem}")
def test_outcome(case: Path) -> None:
    assert found(case) == case.with_suffix(EXPECTED).read_text(encoding="utf-8")
