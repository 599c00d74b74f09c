"""The floors of coverage: counted by package, one for each, and a fall below is told."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.house import coverage_floor
from tests.house.coverage_floor import FLOORS, complaints, main, package, reached

ROOT = Path(__file__).parents[2]


def file(lines: int, covered: int, branches: int = 0, taken: int = 0) -> dict[str, Any]:
    return {"summary": {"num_statements": lines, "covered_lines": covered, "num_branches": branches,
                        "covered_branches": taken}}  # fmt: skip


REPORT = {
    "files": {
        "litmus/cat/a.py": file(10, 9, 10, 10),
        "litmus/cat/b/c.py": file(20, 20),
        "litmus/a.py": file(4, 1),
        "litmus/empty/__init__.py": file(0, 0),
    }
}


def test_files_are_counted_by_package() -> None:
    assert [package(f"litmus/{name}") for name in ("a.py", "cat/a.py", "syntax/c/a.py")] == [
        "litmus", "litmus.cat", "litmus.syntax",
    ]  # fmt: skip
    assert reached(REPORT) == {"litmus": 25.0, "litmus.cat": 97.5}


def test_what_is_wrong_is_told() -> None:
    assert list(complaints({"a": 90.0, "b": 80.0, "c": 99.0}, {"a": 90, "b": 81, "d": 1})) == [
        "b: reached 80.0 %, and the floor is 81 %", "c: no floor (reached 99.0 %)", "d: a floor, and no such package",
    ]  # fmt: skip


def test_comparing_and_promoting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(coverage_floor, "FLOORS", tmp_path / "floors.json")
    report = tmp_path / "report.json"
    report.write_text(json.dumps(REPORT), encoding="utf-8")
    assert main(["promote", str(report)]) == 0
    assert json.loads((tmp_path / "floors.json").read_text()) == {"litmus": 23, "litmus.cat": 95}
    assert main([str(report)]) == 0
    (tmp_path / "floors.json").write_text('{"litmus": 26, "litmus.cat": 95}')
    assert main([str(report)]) == 1
    assert "litmus: reached 25.0 %" in capsys.readouterr().out


def test_every_package_has_a_floor_that_is_worth_having() -> None:
    floors = json.loads(FLOORS.read_text(encoding="utf-8"))
    tops = [ROOT / name for name in ("litmus", "mmcore", "pytest_litmus")]
    inner = [path.parent for top in tops for path in top.glob("*/__init__.py")]
    named = {".".join(path.relative_to(ROOT).parts) for path in (*tops, *inner)}
    assert set(floors) == named
    assert min(floors.values()) >= 80
