"""litmus.testing: assertions and random programs for the tests of other projects."""

from __future__ import annotations

import importlib
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from litmus.cat.library import load_model
from litmus.check import Options, check
from litmus.errors import InputError, UsageError
from litmus.program import Program
from litmus.source import Source
from litmus.syntax import parse
from litmus.testing import assert_allowed, assert_always, assert_forbidden, outcomes, programs

ROOT = Path(__file__).parents[2]
SB = ROOT / "tests" / "litmus" / "native" / "SB.litmus"
TEXT = SB.read_text(encoding="utf-8")


@pytest.mark.parametrize("test", [SB, TEXT, parse(Source("SB", TEXT))], ids=["path", "text", "program"])
@pytest.mark.parametrize("model", ["sc", load_model("sc")], ids=["name", "model"])
def test_a_test_is_a_path_a_text_or_a_program(test: object, model: object) -> None:
    assert_forbidden(test, model)  # type: ignore[arg-type]
    with pytest.raises(AssertionError):
        assert_allowed(test, model)  # type: ignore[arg-type]


def test_what_is_allowed_is_not_forbidden() -> None:
    assert_allowed(TEXT, "x86-tso")
    with pytest.raises(AssertionError) as caught:
        assert_forbidden(TEXT, "x86-tso")
    lines = str(caught.value).splitlines()
    assert lines[0] == "SB under x86-tso: expected a forbidden outcome, found Sometimes"
    assert "    * 0:r0=0; 1:r0=0;" in lines
    assert "SB, x86-tso: allowed: 0:r0=0 /\\ 1:r0=0" in lines
    assert any("store buffer" in line for line in lines)


def test_what_is_forbidden_is_explained() -> None:
    with pytest.raises(AssertionError) as caught:
        assert_allowed(TEXT, "sc")
    assert "SB, sc: forbidden: 0:r0=0 /\\ 1:r0=0" in str(caught.value).splitlines()


def test_a_counterexample_to_always_is_explained() -> None:
    with pytest.raises(AssertionError) as caught:
        assert_always(TEXT.replace("P0:r0 == 0 && P1:r0 == 0", "P0:r0 == 1"), "sc")
    assert any(line.startswith("SB, sc: allowed: not (0:r0=1)") for line in str(caught.value).splitlines())


def test_an_explanation_that_fails_leaves_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    def explain(*_: object) -> None:
        raise ZeroDivisionError("no reason")

    monkeypatch.setattr(importlib.import_module("litmus.explain.why"), "why", explain)
    with pytest.raises(AssertionError) as caught:
        assert_allowed(TEXT, "sc")
    assert str(caught.value).startswith("SB under sc: expected an allowed outcome, found Never\n")
    assert str(caught.value).splitlines()[-1] == "  no explanation: no reason"


def test_always_is_more_than_allowed() -> None:
    always = TEXT.replace("exists", "exists P0:r0 == 1 || P0:r0 == 0 ||")
    assert_always(always, "armv8")
    with pytest.raises(AssertionError, match="expected this outcome always, found Sometimes"):
        assert_always(TEXT, "armv8")


def test_outcomes_are_the_lines_that_the_command_shows() -> None:
    assert outcomes(SB, "sc") == {"0:r0=0; 1:r0=1;", "0:r0=1; 1:r0=0;", "0:r0=1; 1:r0=1;"}
    assert outcomes(SB, "x86-tso") - outcomes(SB, "sc") == {"0:r0=0; 1:r0=0;"}
    assert outcomes(SB, "sc", Options(verdict_only=True)) == outcomes(SB, "sc")


@pytest.mark.parametrize("ask", [assert_allowed, assert_forbidden, assert_always, outcomes])
def test_undecided_is_neither_allowed_nor_forbidden(ask: object) -> None:
    with pytest.raises(AssertionError, match="undecided: "):
        ask(TEXT, "x86-tso", Options(timeout=1e-9))  # type: ignore[operator]


def test_bad_input_is_no_disagreement() -> None:
    with pytest.raises(InputError):
        assert_forbidden("litmus nonsense {", "sc")
    with pytest.raises(UsageError):
        assert_forbidden(TEXT, "no-such-model")
    with pytest.raises(UsageError):
        assert_forbidden(Path("missing.litmus"), "sc")


# --- random programs ------------------------------------------------------------------------------------

SAMPLE: list[Program] = []


@settings(max_examples=150)
@given(programs(threads=(2, 2)))
def test_a_sample(program: Program) -> None:
    SAMPLE.append(program)


@settings(max_examples=30)
@given(programs(threads=(2, 3), statements=(1, 2), variables=("a", "b", "c"), barriers=("Full",), branches=False))
def test_random_programs_are_what_was_asked_for(program: Program) -> None:
    assert program.source is not None
    text = program.source.text
    assert 2 <= len(program.threads) <= 3
    assert " if " not in text
    assert not any(word in text for word in ("LoadLoad", "StoreStore", "Acquire\n"))
    assert parse(program.source).threads == program.threads


@settings(max_examples=15)
@given(programs(statements=(1, 2)))
def test_random_programs_can_be_checked(program: Program) -> None:
    assert outcomes(program, "sc") <= outcomes(program, "x86-tso") <= outcomes(program, "weak")


@settings(max_examples=30)
@given(programs(threads=(2, 2), statements=(4, 4)))
def test_programs_show_all_that_they_can_observe(program: Program) -> None:
    verdict = check(program, load_model("sc"))
    threads = program.source.text.split("thread P")[1:] if program.source else []
    registers = {f"{index}:{name}" for index, text in enumerate(threads) for name in re.findall(r"(r\d+) = ", text)}
    assert set(verdict.states[0]) == {"x", "y"} | registers


PARTS = ["Full", "xchg", "fetch_add", "cmpxchg", "if r0", ".acquire", "r0 ^ r0", ".release ="]


@pytest.mark.parametrize("part", PARTS)
def test_every_kind_of_statement_occurs(part: str) -> None:
    assert any(part in program.source.text for program in SAMPLE if program.source)


def test_tso_is_weaker_than_sc_on_some_program() -> None:
    assert any(outcomes(program, "sc") < outcomes(program, "x86-tso") for program in SAMPLE)


@pytest.mark.parametrize("variables", [("r0",), ("1",), ("x y",), ()])
def test_variables_that_cannot_be(variables: tuple[str, ...]) -> None:
    with pytest.raises(ValueError):
        programs(variables=variables)


def test_programs_is_a_strategy() -> None:
    assert isinstance(programs(), st.SearchStrategy)


def test_assertions_need_no_hypothesis_and_no_pytest() -> None:
    program = f"import sys; sys.modules.update(hypothesis=None, pytest=None); from litmus.testing import outcomes; " \
              f"import pathlib; print(len(outcomes(pathlib.Path({str(SB)!r}), 'sc')))"  # fmt: skip
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("3\n", "")


# --- the page -------------------------------------------------------------------------------------------

PAGE = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("code", re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
def test_the_python_of_the_page_runs(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    exec(code, {})


def test_the_page_has_every_argument() -> None:
    for name in inspect.signature(programs).parameters:
        assert f"`{name}`" in PAGE
