"""The script of the continuous integration, with tools that only say what they were asked: its steps, its last line."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CLOSING = "5 passed, 1 skipped in 1.50s"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose tests pass at once; each tool notes its arguments in `calls`."""
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci" / "run")
    for name in ("pytest", "coverage", "python"):
        tool(tmp_path, name)
    readme(tmp_path, f"echo '{CLOSING}'")
    return tmp_path


def tool(checkout: Path, name: str, code: int = 0) -> None:
    """Puts a tool into the environment that ends with a code."""
    path = checkout / ".venv" / "bin" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'#!/bin/sh\necho "{name} $*" >> "{checkout}/calls"\necho "9 failed in 9.00s"\nexit {code}\n')
    path.chmod(0o755)


def readme(checkout: Path, command: str) -> None:
    """A README with a test command."""
    (checkout / "README.md").write_text(f"<!-- the tests -->\n```sh\n{command}\n```\n<!-- end -->\n")


def run(checkout: Path) -> tuple[int, str, list[str]]:
    """The exit code, the last line, and the tools that were called, by name and first argument."""
    done = subprocess.run([".ci/run"], cwd=checkout, capture_output=True, text=True)
    calls = checkout / "calls"
    called = calls.read_text().splitlines() if calls.exists() else []
    return done.returncode, done.stdout.splitlines()[-1], [" ".join(line.split()[:2]) for line in called]


def test_the_last_line_is_that_of_the_tests_of_the_readme(checkout: Path) -> None:
    assert run(checkout) == (0, CLOSING, ["pytest -q", "coverage run", "coverage json", "python -m"])


def test_where_the_tests_fail_nothing_else_is_asked(checkout: Path) -> None:
    readme(checkout, "echo '1 failed, 4 passed in 1.00s'; exit 1")
    assert run(checkout) == (1, "1 failed, 4 passed in 1.00s", [])


def test_slow_tests_that_fail_are_a_failure_and_none_are_none(checkout: Path) -> None:
    tool(checkout, "pytest", 1)
    assert run(checkout) == (1, CLOSING, ["pytest -q"])
    tool(checkout, "pytest", 5)  # no tests were selected
    assert run(checkout)[:2] == (0, CLOSING)


def test_a_fall_below_a_floor_is_a_failure(checkout: Path) -> None:
    tool(checkout, "python", 1)
    assert run(checkout)[:2] == (1, CLOSING)
    tool(checkout, "coverage", 3)  # an error of pytest itself
    (checkout / "calls").unlink()
    assert run(checkout) == (3, CLOSING, ["pytest -q", "coverage run"])


def test_a_test_that_only_fails_while_it_is_traced_is_left_to_the_floors(checkout: Path) -> None:
    tool(checkout, "coverage", 1)
    assert run(checkout)[:2] == (0, CLOSING)


def test_a_readme_without_a_command_is_an_error(checkout: Path) -> None:
    (checkout / "README.md").write_text("nothing\n")
    done = subprocess.run([".ci/run"], cwd=checkout, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (2, "no test command in README.md\n")
