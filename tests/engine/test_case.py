"""A case: a program in the language of the model that judges it, with the events that the model needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from litmus.case import Case
from litmus.cat import load_model
from litmus.errors import UsageError
from litmus.program import And, Program, observables
from litmus.source import Source
from litmus.syntax import parse

EXAMPLES = Path(__file__).parents[2] / "examples"


def example(name: str) -> Program:
    """A test of the examples."""
    path = EXAMPLES / f"{name}.litmus"
    return parse(Source(path.name, path.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("model", "arch", "own_words"), [("sc", "native", True), ("lkmm", "c", True), ("x86-tso", "x86", False)]
)
def test_a_program_is_judged_in_the_language_of_the_model(model: str, arch: str, own_words: bool) -> None:
    case = Case.of(example("SB"), load_model(model))
    assert (case.test.arch, case.own_words) == (arch, own_words)
    assert case.wanted == observables(case.test)


def test_a_program_of_another_machine_is_refused() -> None:
    case = Case.of(example("SB"), load_model("x86-tso"))
    with pytest.raises(UsageError, match="'armv8' is for aarch64 programs"):
        Case.of(case.test, load_model("armv8"))


def test_another_question_leaves_the_rest() -> None:
    case = Case.of(example("SB"), load_model("x86-tso"))
    other = case.asking(And(()))
    assert (other.program, other.test.threads) == (case.program, case.test.threads)
    assert other.test.condition.proposition == And(())
    assert other.wanted == ()


def test_a_model_gets_the_events_that_it_computes_with(tmp_path: Path) -> None:
    """A model with `catdep` sees accesses to registers, every other one does not."""
    kinds = {}
    for option in ("", "catdep"):
        path = tmp_path / f"{option or 'plain'}.cat"
        path.write_text(f'"a model" {option}\nacyclic po | rf\n', encoding="utf-8")
        model = load_model(str(path))
        assert model.registers == bool(option)
        [structure] = Case.of(example("SB"), model).unfold(2).structures()
        kinds[option] = {event.kind for event in structure.events}
    assert kinds[""] == {"R", "W"}
    assert kinds["catdep"] == {"R", "W", "Wreg"}
