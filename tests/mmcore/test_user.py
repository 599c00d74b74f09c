"""Scenarios of users, with mistakes in them: each has an error that says where, and exit code 2."""

import json
from pathlib import Path

import pytest

from mmcore.cli import main

HEAD = """from mmcore.scenario import NEVER, Scenario, Thread, Variant


def setup(memory):
    return memory.cell("x")


def reads(cpu, x):
    cpu.observe("r", cpu.read_once(x))


def make(routine, outcome=lambda end: end.a.r == 1, without=()):
    variants = (Variant("fixed", NEVER, "no", frozenset(without)),)
    return Scenario("own", "A scenario", (), "x is 1", setup, (Thread("a", routine),), outcome, variants)


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
    "an exit": ("raise SystemExit(5)", "own.py:17: SystemExit: 5"),
    "an error of the routine": ("def r(cpu, x):\n    raise RuntimeError('no')\n\nSCENARIO = make(r)",
                                "own.py:18: RuntimeError: no"),
    "an exit of the routine": ("SCENARIO = make(lambda cpu, x: exit(3))", "SystemExit: 3"),
    "a routine without parameters": ("SCENARIO = make(lambda: None)", "error: TypeError: <lambda>() takes 0"),
    "no routine": ("SCENARIO = make(3)", "the routine of the thread 'a' is no function"),
    "an error of the outcome": ("SCENARIO = make(reads, lambda end: 1 / 0)", "own.py:17: ZeroDivisionError"),
    "no outcome": ("SCENARIO = make(reads, 3)", "the outcome of 'own' is no function"),
    "an unknown cell": ("SCENARIO = make(reads, lambda end: end.final('y') == 1)",
                        "the outcome asks for the cell 'y'\nhint: the cells are x"),
    "an error of setup": ("def setup(memory):\n    return memory.cel('x')\n\nSCENARIO = make(reads)",
                          "own.py:18: AttributeError"),
    "a number too large": ("def setup(memory):\n    return memory.cell('x', 2**64)\n\nSCENARIO = make(reads)",
                           "a cell is one word of 64 bits"),
    "an empty array": ("def setup(memory):\n    return memory.array('x', 0)\n\nSCENARIO = make(reads)",
                       "the array 'x' has 0 cells"),
    "no setup": ("setup = None\nSCENARIO = make(reads)", "the setup of 'own' is no function"),
    "no name": ("from dataclasses import replace\nSCENARIO = replace(make(reads), name='*) x')",
                "the name of a scenario is '*) x'"),
    "no title": ("from dataclasses import replace\nSCENARIO = replace(make(reads), title=None)", "is no text"),
    "no threads": ("from dataclasses import replace\nSCENARIO = replace(make(reads), threads=3)",
                   "the threads of 'own' are 3"),
    "no variants": ("from dataclasses import replace\nSCENARIO = replace(make(reads), variants=())",
                    "the variants of 'own' are ()"),
    "a variant twice": ("from dataclasses import replace\ns = make(reads)\n"
                        "SCENARIO = replace(s, variants=s.variants * 2)", "two variants of 'own' are named 'fixed'"),
    "a word that is no verdict": (
        "from dataclasses import replace\nv = (Variant('v', {'sc': 'never'}, ''),)\n"
        "SCENARIO = replace(make(reads), variants=v)", "expects 'never' under sc\nhint: expect one of Never"),
    "no expectations": ("from dataclasses import replace\nv = (Variant('v', None, ''),)\n"
                        "SCENARIO = replace(make(reads), variants=v)", "the variant 'v' expects None"),
    "a label for a set": ("from dataclasses import replace\nv = (Variant('v', NEVER, '', 'wmb'),)\n"
                          "SCENARIO = replace(make(reads), variants=v)", "the variant 'v' leaves out 'wmb'"),
    "a routine for no thread": (
        "from dataclasses import replace\nv = (Variant('v', NEVER, '', threads={'b': reads}),)\n"
        "SCENARIO = replace(make(reads), variants=v)", "has a routine for the thread 'b'"),
    "no way out": ("def r(cpu, x):\n    while True:\n        cpu.read_once(x)\n\nSCENARIO = make(r)",
                   "'a' never comes out of its loops"),
    "a misspelt label": ("SCENARIO = make(reads, without={'mbb'})", "leaves out 'mbb', and no step has that label"),
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


@pytest.mark.parametrize("mistake", ["an error of setup", "an unknown cell", "an error of the outcome"])
def test_mistakes_are_told_by_run_too(own: Path, mistake: str, capsys: pytest.CaptureFixture[str]) -> None:
    line, message = MISTAKES[mistake]
    own.write_text(f"{HEAD}{line}\n", encoding="utf-8")
    assert main(["run", "own.py"]) == 2
    assert message in capsys.readouterr().err


def test_a_loop_that_nothing_can_end_is_refused(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    loop = "def r(cpu, x):\n    while True:\n        cpu.smp_mb()\n\nSCENARIO = make(r)\n"
    own.write_text(HEAD + loop, encoding="utf-8")
    assert main(["run", "own.py"]) == 2
    assert "own.py:19: a loop in which nothing is read or written, at smp_mb()" in capsys.readouterr().err


def test_schedules_that_are_all_cut_decide_nothing(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    loop = "def r(cpu, x):\n    while True:\n        cpu.read_once(x)\n\nSCENARIO = make(r)\n"
    own.write_text(HEAD + loop, encoding="utf-8")
    assert main(["run", "own.py", "--schedules", "5"]) == 3
    assert "undecided: no schedule was seen to its end" in capsys.readouterr().out
    assert main(["run", "own.py", "--schedules", "5", "-o", "json"]) == 3
    assert json.loads(capsys.readouterr().out)["undecided"] is True
