"""The forms of the answer for continuous integration, and the recipe that uses them."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from litmus.cli import main
from litmus.program import Compare, Condition, MemoryAt, Pointer
from litmus.report.github import Github
from litmus.report.junit import Junit
from litmus.verdict import Answer, Problem, Verdict

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests" / "litmus" / "native"
X = Compare(MemoryAt(Pointer("x"), "x"), "=", 1)

COMMAND = re.compile(r"::(error|warning|notice) ((?:[a-z]+=[^,:\n]*,?)+)::(.*)")
"""A workflow command: nothing in a property is a separator."""


def answer(test: str = "SB", problem: Problem | None = None, line: int | None = None, **changes: object) -> Answer:
    """An answer with a verdict, unless it has a problem."""
    fields: dict[str, object] = {
        "test": test, "arch": "x86", "model": "sc", "kind": "exists", "observation": "Never", "holds": False,
        "states": ({"x": "0"},), "satisfying": (False,), "seconds": 0.5,
    }  # fmt: skip
    verdict = None if problem else Verdict(**(fields | changes))  # type: ignore[arg-type]
    return Answer(f"a/{test}.litmus", test, "x86", "sc", Condition("exists", X), verdict=verdict, problem=problem,
                  line=line)  # fmt: skip


RIGHT = answer(expected="forbidden")
WRONG = answer(expected="allowed", line=7)
UNDECIDED = answer(observation=None, undecided="timeout", expected="allowed")
UNASKED = answer()
BAD = answer(problem=Problem("no such thing", "a/SB.litmus:4:2: error: no such thing", place=("a/SB.litmus", 4, 2)))
UNCOMPILED = Answer("a/SB.litmus", "SB", "c", "sc", Condition("exists", X), uncompiled="no RCU there")


def junit(*answers: Answer) -> ElementTree.Element:
    """The document, parsed."""
    report = Junit()
    assert "".join(map(report.add, answers)) == ""
    return ElementTree.fromstring(report.finish())


def github(*answers: Answer) -> list[tuple[str, dict[str, str], str]]:
    """The commands: level, properties, message, all unescaped."""
    report = Github()
    lines = "".join(map(report.add, answers)).splitlines()
    found = [COMMAND.fullmatch(line) for line in lines]
    assert all(found)
    return [(m[1], dict(p.split("=", 1) for p in m[2].split(",")), unescaped(m[3])) for m in found if m]


def unescaped(text: str) -> str:
    """The text of a command as GitHub shows it."""
    for code, character in (("0A", "\n"), ("0D", "\r"), ("3A", ":"), ("2C", ","), ("25", "%")):
        text = text.replace(f"%{code}", character)
    return text


# --- JUnit ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("found", "kind"),
    [(RIGHT, "system-out"), (UNASKED, "system-out"), (WRONG, "failure"), (UNDECIDED, "error"), (BAD, "error"),
     (UNCOMPILED, "skipped")],
    ids=["right", "unasked", "wrong", "undecided", "bad", "uncompiled"],
)  # fmt: skip
def test_what_is_wrong_is_a_failure_and_what_is_unknown_an_error(found: Answer, kind: str) -> None:
    [case] = junit(found).iter("testcase")
    assert [child.tag for child in case] == [kind]


def test_suites_count_what_is_in_them() -> None:
    root = junit(RIGHT, WRONG, UNDECIDED, BAD, UNCOMPILED)
    counts = {"tests": "5", "failures": "1", "errors": "2", "skipped": "1", "time": "1.500000"}
    assert root.attrib == {"name": "litmus", **counts}
    assert [suite.attrib for suite in root] == [{"name": "sc", **counts}]


def test_a_failure_says_what_was_found() -> None:
    [failure] = junit(WRONG).iter("failure")
    assert failure.attrib == {"message": "expected allowed, found Never"}
    first, *_ = (failure.text or "").splitlines()
    assert first == "SB under sc (a/SB.litmus): expected an allowed outcome, found Never"
    [case] = junit(WRONG).iter("testcase")
    assert (case.get("file"), case.get("line"), case.get("classname")) == ("a/SB.litmus", "7", "sc")


def test_an_error_has_our_report() -> None:
    [error] = junit(BAD).iter("error")
    assert (error.get("message"), error.text) == ("no such thing", "a/SB.litmus:4:2: error: no such thing")


def test_hostile_names_stay_inside_the_document() -> None:
    name = '</testcase>"&\x00\ud800]]>'
    [case] = junit(answer(test=name)).iter("testcase")
    assert case.get("name") == '</testcase>"&??]]>'


def test_an_empty_run_is_a_document() -> None:
    assert junit().attrib["tests"] == "0"


# --- GitHub ---------------------------------------------------------------------------------------------


def test_a_wrong_verdict_is_an_error_at_its_expectation() -> None:
    [(level, properties, message)] = github(WRONG)
    assert level == "error"
    assert properties == {"file": "a/SB.litmus", "line": "7", "title": "SB under sc"}
    assert message.splitlines()[0] == "SB under sc: expected an allowed outcome, found Never"


def test_a_mistake_is_an_error_at_its_place_once() -> None:
    [(level, properties, message)] = github(BAD, BAD)
    assert level == "error"
    assert properties == {"file": "a/SB.litmus", "line": "4", "col": "2", "title": "litmus"}
    assert message == "a/SB.litmus:4:2: error: no such thing"


@pytest.mark.parametrize("changes", [{"observation": None, "undecided": "timeout"}, {"bounded": True}])
def test_what_to_know_is_a_warning(changes: dict[str, object]) -> None:
    assert [level for level, _, _ in github(answer(**changes))] == ["warning"]  # type: ignore[arg-type]


def test_what_is_right_is_silent() -> None:
    assert github(RIGHT, UNASKED, UNCOMPILED) == []


def test_hostile_names_stay_inside_the_command() -> None:
    [(_, properties, message)] = github(answer(test="a,b:c%0A::error\n::x", expected="allowed"))
    assert unescaped(properties["title"]) == "a,b:c%0A::error\n::x under sc"
    assert message.startswith("a,b:c%0A::error\n::x under sc")


def test_the_last_line_counts() -> None:
    report = Github()
    for found in (RIGHT, WRONG, UNDECIDED, BAD):
        report.add(found)
    assert report.finish() == "litmus: 3 verdicts, 2 errors, 1 warnings\n"


# --- from the command line ------------------------------------------------------------------------------


def test_both_from_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    test = str(TESTS / "wrong-expectation.litmus")
    assert main(["check", "-o", "junit", test]) == 1
    root = ElementTree.fromstring(capsys.readouterr().out)
    assert (root.get("tests"), root.get("failures")) == ("4", "2")
    assert main(["check", "-o", "github", test]) == 1
    lines = capsys.readouterr().out.splitlines()
    text = Path(test).read_text(encoding="utf-8").splitlines()
    places = [int(line) for line in re.findall(r"^::error file=[^,]*,line=(\d+)", "\n".join(lines), re.MULTILINE)]
    assert len(places) == 2
    assert all(text[place - 1].startswith("expect") for place in places)


# --- the recipe -----------------------------------------------------------------------------------------

RECIPE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The code blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", RECIPE, re.MULTILINE | re.DOTALL)


def litmus_lines() -> list[str]:
    """Every command line of the page that runs litmus."""
    text = "\n".join((*blocks("sh"), *blocks("yaml")))
    return re.findall(r"\blitmus ((?:check|compare|cache) [^|>&\n]*)", text)


def test_the_page_has_both_recipes() -> None:
    assert blocks("yaml") and blocks("sh")
    assert len(litmus_lines()) >= 3


@pytest.mark.parametrize("line", litmus_lines())
def test_the_commands_of_the_page_run(
    line: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    project = tmp_path / "litmus-tests"
    project.mkdir()
    (project / "SB.litmus").write_bytes((TESTS / "SB.litmus").read_bytes())
    monkeypatch.chdir(tmp_path)
    for name in ("before.log", "after.log"):
        main(["check", "-o", "herd", "-m", "sc", str(project)])
        (tmp_path / name).write_text(capsys.readouterr().out, encoding="utf-8")
    assert main(line.split()) == 0


@pytest.mark.parametrize("block", [block for block in blocks("yaml") if "jobs:" in block])
def test_the_workflows_are_yaml(block: str) -> None:
    yaml = pytest.importorskip("yaml")
    workflow = yaml.safe_load(block)
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    assert all("uses" in step or "run" in step for step in steps)
    assert any("litmus check" in step.get("run", "") or "/litmus@" in step.get("uses", "") for step in steps)


