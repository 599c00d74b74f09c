"""The command line of mmcore: what each command prints, and its exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from litmus import check, load_model, parse
from litmus.source import Source
from mmcore.cli import check as command
from mmcore.cli import main
from mmcore.cli import progress as line
from mmcore.scenarios import load, names

ROOT = Path(__file__).parents[2]


def out(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    """What a command line prints; its exit code has to be `code`."""
    assert main(arguments) == code
    return capsys.readouterr().out


def test_list_names_every_scenario_with_its_variants(capsys: pytest.CaptureFixture[str]) -> None:
    lines = out(capsys, "list").splitlines()
    scenarios = [load(name) for name in names()]
    assert lines[::2] == [f"{scenario.name}: {scenario.title}" for scenario in scenarios]
    assert lines[1::2] == [f"    {', '.join(v.name for v in scenario.variants)}" for scenario in scenarios]


@pytest.mark.parametrize("form", ["c", "native"])
def test_what_is_exported_stands_alone(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = out(capsys, "export", "gup_unmap", "--variant", "no_mb", "--format", form)
    assert check(parse(Source("t.litmus", text)), load_model("armv8")).observation == "Sometimes"


def test_a_scenario_is_explained_alone_and_with_a_model(capsys: pytest.CaptureFixture[str]) -> None:
    alone = out(capsys, "explain", "gup_unmap")
    both = out(capsys, "explain", "gup_unmap", "--variant", "fixed", "-m", "armv8", "-m", "sc")
    assert both.startswith(alone)
    assert both.count("gup_unmap") > alone.count("gup_unmap")
    assert "forbidden" in both


def test_answers_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    text = out(capsys, "check", "gup_unmap", "--variant", "fixed", "--variant", "no_mb", "-m", "armv8", "-o", "json")
    lines = [json.loads(line) for line in text.splitlines()]
    assert [(line["scenario"], line["variant"], line["observation"]) for line in lines] == [
        ("gup_unmap", "fixed", "Never"), ("gup_unmap", "no_mb", "Sometimes"),
    ]  # fmt: skip
    assert all(line["as_expected"] is True and line["path"] is None for line in lines)
    assert [line["expected"] for line in lines] == ["forbidden", "allowed"]


def test_what_is_not_decided_in_time(capsys: pytest.CaptureFixture[str]) -> None:
    text = out(capsys, "check", "gup_unmap", "--variant", "fixed", "-m", "lkmm", "--timeout", "0.000001", code=3)
    assert "undecided" in text
    assert "fixed under lkmm: undecided, " in text


def test_a_model_that_is_not_asked_has_a_reason(capsys: pytest.CaptureFixture[str]) -> None:
    unchecked = [(s.name, v.name, m) for s in map(load, names()) for v in s.variants for m in v.unchecked]
    name, variant, model = unchecked[0]
    text = out(capsys, "check", name, "--variant", variant, "-m", model)
    reason = load(name).variant(variant).unchecked[model]
    assert f"{model}: {reason}" in text
    assert text.splitlines()[3].split() == [variant, "-"]


def test_an_interrupt_keeps_what_is_done(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "trace", interrupted)
    assert main(["check", "gup_unmap", "-m", "sc"]) == 130
    assert capsys.readouterr().err == "interrupted\n"


def test_progress_is_for_terminals(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    line.progress("nothing is said in a pipe")
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    line.progress("half way")
    line.progress("")
    assert capsys.readouterr().err == "\r\x1b[Khalf way\r\x1b[K"


@pytest.mark.parametrize("program", ["litmus", "mmcore"])
def test_the_modules_run_as_programs(program: str) -> None:
    done = subprocess.run([sys.executable, "-m", program, "--version"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0
    assert done.stdout.startswith(program)
