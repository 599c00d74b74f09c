"""Batches from Python: many tests, in one process or in several, with answers that are kept."""

from __future__ import annotations

import importlib
import json
import multiprocessing
import time
from pathlib import Path

import pytest

import litmus
from litmus.batch import Batch, Setting, answers, check_all
from litmus.check import Options
from litmus.cli import main
from litmus.errors import InputError, UsageError
from litmus.files import find
from litmus.verdict import Answer

ROOT = Path(__file__).parents[2]
EXAMPLES = str(ROOT / "examples")
MODELS = ("sc", "x86-tso")


@pytest.fixture(scope="module")
def paths() -> tuple[str, ...]:
    """A dozen tests."""
    return find([str(ROOT / "tests" / "litmus" / "native")])[:12]


def told(answer: Answer) -> tuple[object, ...]:
    """What is the same in every run."""
    verdict = answer.verdict
    return answer.path, answer.test, answer.model, answer.problem, verdict and (verdict.observation, verdict.states)


def test_it_is_in_the_public_face() -> None:
    assert litmus.check_all is check_all
    assert litmus.Answer is Answer


def test_the_answers_come_in_order_one_for_each_test_and_model(paths: tuple[str, ...]) -> None:
    found = list(check_all(paths, MODELS))
    assert [(a.path, a.model) for a in found] == [(path, model) for path in paths for model in MODELS]
    assert all(a.verdict is not None for a in found)


def test_two_processes_give_the_same(paths: tuple[str, ...]) -> None:
    assert list(map(told, check_all(paths, MODELS, jobs=2))) == list(map(told, check_all(paths, MODELS)))


def test_without_models_each_test_is_asked_under_those_of_its_language(tmp_path: Path) -> None:
    native, kernel = f"{EXAMPLES}/SB.litmus", tmp_path / "R.litmus"
    kernel.write_text("C R\n{}\nP0(int *x)\n{\n\tint r0 = READ_ONCE(*x);\n}\nexists (0:r0=0)\n", encoding="utf-8")
    found = [(a.test, a.model) for a in check_all([native, str(kernel)])]
    assert found == [("SB", "sc"), ("SB", "x86-tso"), ("SB", "armv8"), ("SB", "power"), ("R", "lkmm")]


def test_it_says_what_the_command_line_says(paths: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", "-m", "all", "-o", "json", *paths])
    printed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    found = [(a.path, a.model, a.verdict.observation if a.verdict else None) for a in check_all(paths, ["all"])]
    assert found == [(line["path"], line["model"], line["observation"]) for line in printed]


def test_a_bad_test_has_its_own_problem(paths: tuple[str, ...], tmp_path: Path) -> None:
    bad = tmp_path / "bad.litmus"
    bad.write_text("no language\n", encoding="utf-8")
    first, second, third = check_all([paths[0], str(bad), paths[1]], ["sc"])
    assert first.verdict is not None and third.verdict is not None
    assert second.problem is not None and not second.problem.bug


@pytest.mark.parametrize(("name", "error"), [("x86-tos", UsageError), ("bad.cat", InputError)])
def test_a_bad_model_is_an_error_before_any_test(tmp_path: Path, name: str, error: type[Exception]) -> None:
    (tmp_path / "bad.cat").write_text('"bad"\nlet\n', encoding="utf-8")
    with pytest.raises(error):
        check_all([f"{EXAMPLES}/SB.litmus"], [str(tmp_path / name) if name.endswith(".cat") else name])


def test_a_batch_that_is_cut_ends_its_own_processes_only(paths: tuple[str, ...]) -> None:
    mine = multiprocessing.Process(target=time.sleep, args=(60,), daemon=True)
    mine.start()
    stream = check_all(paths, MODELS, jobs=2)
    next(stream)
    stream.close()
    for worker in set(multiprocessing.active_children()) - {mine}:
        worker.join(10)
    assert multiprocessing.active_children() == [mine]
    mine.kill()
    mine.join()


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_is_kept_is_not_asked_again(
    paths: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    monkeypatch.setattr(importlib.import_module("litmus.batch.kept"), "stamp", lambda: "this")
    monkeypatch.setenv("LITMUS_CACHE", str(tmp_path / "cache"))
    first = list(check_all(paths, MODELS, jobs=jobs, keep=True))
    monkeypatch.setattr(importlib.import_module("litmus.check"), "check", None)  # who asks now gets a problem
    assert list(check_all(paths, MODELS, jobs=jobs, keep=True)) == first
    assert all(a.problem for a in check_all(paths, MODELS))


def test_a_flag_of_a_model_of_ones_own_is_told(tmp_path: Path) -> None:
    """What would end it is looked for under the model as it was named."""
    (tmp_path / "mine.cat").write_text('"mine"\nflag ~empty rf as something\n', encoding="utf-8")
    batch = Batch(Setting(models=(str(tmp_path / "mine.cat"),)), Options(), advise=True)
    (answer,) = answers([f"{EXAMPLES}/SB.litmus"], batch)
    assert answer.verdict is not None
    assert answer.verdict.flags == ("something",)
