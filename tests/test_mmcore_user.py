"""Scenarios of users, with mistakes in them: each has an error that says where, and exit code 2."""

from pathlib import Path

import pytest

from mmcore.cli import main

HEAD = """from mmcore.scenario import NEVER, Scenario, Thread, Variant


def setup(memory):
    return memory.cell("x")


def reads(cpu, x):
    cpu.observe("r", cpu.read_once(x))


def make(routine, outcome=lambda end: end.a.r == 1):
    threads = (Thread("a", routine),)
    return Scenario("own", "A scenario", (), "x is 1", setup, threads, outcome, (Variant("fixed", NEVER, "no"),))


"""

MISTAKES = {
    "no scenario": ("x = 1", "own.py has no scenario"),
    "a name": ("SCENARIO = undefined", "own.py:17: NameError: name 'undefined' is not defined"),
    "syntax": ("SCENARIO = (", "own.py:17: SyntaxError"),
    "a division": ("SCENARIO = make(lambda cpu, x: cpu.read_once(x) / 2)", "own.py:17: TypeError"),
    "a text in memory": ("SCENARIO = make(lambda cpu, x: cpu.write_once(x, 'text'))", "'text' is no value of a cell"),
    "a lock not held": ("SCENARIO = make(lambda cpu, x: cpu.spin_unlock(x))", "only the holder of a lock releases it"),
    "an unknown thread": ("SCENARIO = make(reads, lambda end: end.b.r == 1)", "there is no thread 'b'"),
    "and": ("SCENARIO = make(reads, lambda end: end.a.r == 1 and end.a.r == 2)", "combine conditions with &"),
    "no condition": ("SCENARIO = make(reads, lambda end: True)", "no condition on what threads observe"),
    "an order": ("SCENARIO = make(reads, lambda end: end.a.r < 3)", "compare results with constants"),
}


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "own.py"


def test_a_scenario_without_mistakes(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own.write_text(HEAD + "SCENARIO = make(reads)\n", encoding="utf-8")
    assert main(["check", "own.py", "-m", "sc"]) == 0
    assert "fixed    Never" in capsys.readouterr().out


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes(own: Path, mistake: str, capsys: pytest.CaptureFixture[str]) -> None:
    line, message = MISTAKES[mistake]
    own.write_text(f"{HEAD}{line}\n", encoding="utf-8")
    assert main(["check", "own.py", "-m", "sc"]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert "Traceback" not in error
    assert "report it" not in error


def test_wrong_expectations_are_told(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own.write_text(HEAD + "SCENARIO = make(reads, lambda end: end.a.r == 0)\n", encoding="utf-8")
    assert main(["check", "own.py", "-m", "sc"]) == 1
    assert "Always (expected Never)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "gup_unmapp"], "did you mean gup_unmap?"),
        (["check"], "name scenarios, or give --all"),
        (["check", "none.py"], "there is no file none.py"),
        (["check", "gup_unmap", "--variant", "nobody"], "its variants: fixed"),
        (["check", "gup_unmap", "-m", "sparc"], "there is no model 'sparc'"),
        (["chekc"], "did you mean check"),
    ],
)
def test_wrong_arguments(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert message in capsys.readouterr().err
