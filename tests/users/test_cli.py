"""The command line from end to end: answers, streams, exit codes, faults."""

import importlib
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from litmus.cli import main
from litmus.cli.progress import Progress
from litmus.errors import InternalError
from litmus.program import Program
from litmus.report.json import KEYS
from litmus.verdict import Answer, Verdict

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests" / "litmus"
SB = str(TESTS / "native" / "SB.litmus")
X86_SB = str(TESTS / "x86" / "SB.litmus")
X86_MP = str(TESTS / "x86" / "MP.litmus")
WRONG = str(TESTS / "native" / "wrong-expectation.litmus")
FOLDERS = (str(TESTS), str(ROOT / "tests" / "errors"))

INTERRUPTIBLE = (
    "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler);"
    "from litmus.cli import main; sys.exit(main())"
)

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def litmus(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line: exit code, standard output, standard error."""

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(arguments)
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Program], Verdict]], None]:
    """Puts another engine in the place of `litmus.check.check`."""

    def replace(check: Callable[[Program], Verdict]) -> None:
        monkeypatch.setattr(importlib.import_module("litmus.check"), "check", lambda program, *_: check(program))

    return replace


def undecided(program: Program) -> Verdict:
    """An engine that gives up."""
    return Verdict(program.name, program.arch, "x86-tso", "exists", None, None, (), undecided="timeout")


def started(*arguments: str) -> "subprocess.Popen[str]":
    """A process of its own with a command line, which can be interrupted even if these tests cannot."""
    command = [sys.executable, "-c", INTERRUPTIBLE, *arguments]
    return subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


# --- answers --------------------------------------------------------------------------------------------


def test_a_native_test_is_asked_under_four_models(litmus: Run) -> None:
    code, out, err = litmus("check", SB)
    assert (code, err) == (0, "")
    assert out.splitlines()[0].split() == ["test", "sc", "x86-tso", "armv8", "power"]
    assert out.splitlines()[1].split() == ["SB", "Never", "ok", *["Sometimes", "ok"] * 3]


def test_an_assembly_test_is_asked_under_its_own_model(litmus: Run) -> None:
    for folder, model in (("x86", "x86-tso"), ("aarch64", "armv8"), ("ppc", "power")):
        code, out, _ = litmus("check", "-o", "json", str(TESTS / folder / "MP.litmus"))
        assert code == 0
        assert json.loads(out)["model"] == model


def test_models_are_columns_each_once(litmus: Run) -> None:
    _, out, _ = litmus("check", "-m", "sc", "-m", "x86-tso", "-m", "sc", X86_SB)
    assert [line.split() for line in out.splitlines()[:2]] == [["test", "sc", "x86-tso"], ["SB", "Never", "Sometimes"]]


def test_the_users_own_model(litmus: Run, tmp_path: Path) -> None:
    (tmp_path / "part.cat").write_text("let ghb = po | rf | co | fr\n", encoding="utf-8")
    model = tmp_path / "mine.cat"
    model.write_text('"mine"\ninclude "part.cat"\nacyclic ghb as total\n', encoding="utf-8")
    _, out, _ = litmus("check", "-o", "json", "-m", str(model), X86_SB)
    assert json.loads(out)["observation"] == "Never"


def test_a_variant_is_one_that_the_model_asks_for(litmus: Run, tmp_path: Path) -> None:
    model = tmp_path / "mine.cat"
    model.write_text('"mine"\nlet r = if "strict" then po else 0\nacyclic r | rf | co | fr\n', encoding="utf-8")
    asked = ("check", "-o", "json", "-m", str(model), X86_SB)
    assert json.loads(litmus(*asked)[1])["observation"] == "Sometimes"
    assert json.loads(litmus(*asked, "--variant", "strict")[1])["observation"] == "Never"
    code, out, err = litmus(*asked, "--variant", "strickt")
    assert (code, out) == (2, "")
    assert "no model has the variant 'strickt'\nhint: did you mean strict?" in err


def test_states_are_listed_when_asked_for(litmus: Run) -> None:
    _, without, _ = litmus("check", X86_SB)
    _, out, _ = litmus("check", "--states", X86_SB)
    assert "0:EAX=0;" not in without
    assert [line.strip() for line in out.splitlines()[3:7]] == [
        "* 0:EAX=0; 1:EAX=0;", "0:EAX=0; 1:EAX=1;", "0:EAX=1; 1:EAX=0;", "0:EAX=1; 1:EAX=1;",
    ]  # fmt: skip


def test_json_is_one_line_a_verdict(litmus: Run) -> None:
    _, out, _ = litmus("check", "-o", "json", SB, X86_SB)
    rows = [json.loads(line) for line in out.splitlines()]
    assert [tuple(row) for row in rows] == [KEYS] * 5
    assert [row["model"] for row in rows] == ["sc", "x86-tso", "armv8", "power", "x86-tso"]
    assert [row["as_expected"] for row in rows] == [True] * 4 + [None]
    assert rows[4]["states"] == [{"0:EAX": a, "1:EAX": b} for a in "01" for b in "01"]


def test_herd_log_of_a_forbidden_outcome(litmus: Run) -> None:
    _, out, _ = litmus("check", "-o", "herd", str(TESTS / "x86" / "SB+mfences.litmus"))
    lines = out.splitlines()
    assert lines[:2] == ["Test SB+mfences Forbidden", "States 3"]
    assert lines[5:10] == [
        "Ok", "Witnesses", "Positive: 3 Negative: 0", "Condition ~exists (0:EAX=0 /\\ 1:EAX=0)",
        "Observation SB+mfences Never 0 3",
    ]  # fmt: skip


def test_tests_of_one_name_are_all_answered(litmus: Run) -> None:
    _, out, _ = litmus("check", X86_SB, X86_SB)
    assert out.splitlines()[1] == out.splitlines()[2] != ""


def test_standard_input(litmus: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(Path(X86_SB).read_bytes())))
    code, out, _ = litmus("check", "-o", "json", "-")
    assert (code, json.loads(out)["observation"]) == (0, "Sometimes")


def test_processes_give_the_same_answers_in_the_same_order(litmus: Run) -> None:
    def rows(jobs: str) -> list[dict[str, object]]:
        code, out, _ = litmus("check", "-o", "json", "-j", jobs, *FOLDERS)
        assert code == 2
        return [{**json.loads(line), "seconds": None} for line in out.splitlines()]

    one = rows("1")
    assert len(one) > 50
    assert rows("2") == one


# --- exit codes -----------------------------------------------------------------------------------------


def test_a_wrong_verdict_is_1(litmus: Run) -> None:
    code, out, _ = litmus("check", WRONG)
    assert code == 1
    assert "power: expected a forbidden outcome, found Sometimes" in out


def test_a_bad_test_is_2_and_the_others_are_answered(litmus: Run, tmp_path: Path) -> None:
    (tmp_path / "b.litmus").write_text("X86 broken\n{}\n P0 ;\n MOVE ;\nexists (x=1)\n", encoding="utf-8")
    for name, path in (("a", X86_SB), ("c", X86_MP)):
        (tmp_path / f"{name}.litmus").write_bytes(Path(path).read_bytes())
    code, out, err = litmus("check", str(tmp_path))
    assert code == 2
    assert [line.split()[0] for line in out.splitlines()[:3]] == ["test", "SB", "MP"]
    assert f"{tmp_path / 'b.litmus'}:4:2: error: " in err


def test_a_bad_test_outweighs_a_wrong_verdict(litmus: Run) -> None:
    assert litmus("check", "missing.litmus", WRONG)[0] == 2


def test_undecided_is_3(litmus: Run, engine: Callable[..., None]) -> None:
    engine(undecided)
    code, out, _ = litmus("check", X86_SB)
    assert code == 3
    assert "undecided: timeout" in out


def test_a_wrong_verdict_outweighs_an_undecided_one(litmus: Run, engine: Callable[..., None]) -> None:
    def check(program: Program) -> Verdict:
        wrong = Verdict(program.name, program.arch, "sc", "exists", "Never", False, (), expected="allowed")
        return wrong if program.name == "SB" else undecided(program)

    engine(check)
    assert litmus("check", X86_SB, X86_MP)[0] == 1


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_are_0(litmus: Run, option: str) -> None:
    with pytest.raises(SystemExit) as caught:
        litmus(option)
    assert caught.value.code == 0


# --- other commands -------------------------------------------------------------------------------------


def test_models_are_listed(litmus: Run) -> None:
    code, out, _ = litmus("models")
    assert code == 0
    assert {"sc", "x86-tso", "armv8", "power"} <= {line.split()[0] for line in out.splitlines()}


@pytest.mark.parametrize("target", ["x86", "aarch64", "ppc"])
def test_a_lowered_test_reads_back_with_the_same_answer(litmus: Run, target: str, tmp_path: Path) -> None:
    code, out, _ = litmus("lower", "--to", target, SB)
    assert code == 0
    lowered = tmp_path / "lowered.litmus"
    lowered.write_text(out, encoding="utf-8")
    assert json.loads(litmus("check", "-o", "json", str(lowered))[1])["observation"] == "Sometimes"


# --- faults ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [ZeroDivisionError("division by zero"), InternalError("a promise is broken")])
def test_a_bug_is_named_as_ours_and_the_run_goes_on(litmus: Run, engine: Callable[..., None], error: Exception) -> None:
    def check(program: Program) -> Verdict:
        if program.name == "SB":
            raise error
        return undecided(program)

    engine(check)
    code, out, err = litmus("check", X86_SB, X86_MP)
    assert code == 2
    assert err.startswith(f"internal error in {X86_SB}, model x86-tso: ")
    assert str(error) in err
    assert "please report it" in err
    assert "MP" in out


def test_recursion_too_deep_for_python_is_bad_input(litmus: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def parse(source: object, macros: object = None) -> Program:
        raise RecursionError

    monkeypatch.setattr(importlib.import_module("litmus.syntax"), "parse", parse)
    code, _, err = litmus("check", X86_SB)
    assert code == 2
    assert f"{X86_SB} is nested too deeply" in err


def test_what_is_done_stays_printed_on_interrupt(litmus: Run, engine: Callable[..., None]) -> None:
    def check(program: Program) -> Verdict:
        if program.name == "MP":
            raise KeyboardInterrupt
        return undecided(program)

    engine(check)
    code, out, err = litmus("check", X86_SB, X86_MP)
    assert code == 130
    assert out.splitlines()[1].split() == ["SB", "undecided"]
    assert err == "interrupted\n"


@pytest.mark.skipif(os.name == "nt", reason="signals of another kind")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_interrupt_ends_the_process_and_its_workers(jobs: str, tmp_path: Path) -> None:
    (tmp_path / "list").write_text(f"{X86_SB}\n" * 5_000, encoding="utf-8")
    process = started("check", "-o", "json", "-j", jobs, f"@{tmp_path / 'list'}")
    assert process.stdout is not None and process.stderr is not None
    assert json.loads(process.stdout.readline())["test"] == "SB"
    process.send_signal(signal.SIGINT)
    assert all(json.loads(line) for line in process.stdout)
    assert process.stderr.read() == "interrupted\n"
    assert process.wait(timeout=30) == 130


def test_a_closed_pipe_is_no_error_to_report(tmp_path: Path) -> None:
    (tmp_path / "list").write_text(f"{X86_SB}\n" * 1_000, encoding="utf-8")
    process = started("check", "-o", "json", f"@{tmp_path / 'list'}")
    assert process.stdout is not None and process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait(timeout=30) == 141


def process(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """A command line in a process of its own, with other streams than those of a test."""
    command = ["sh", "-c", f'"{sys.executable}" -m litmus {arguments[0]}', *arguments]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, encoding="utf-8", capture_output=True)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is full")
@pytest.mark.parametrize("command", [f"check '{X86_SB}'", "models"])
def test_an_answer_that_cannot_be_written_is_an_error(command: str) -> None:
    done = process(f"{command} > /dev/full")
    assert (done.returncode, done.stderr) == (2, "error: the answer cannot be written: No space left on device\n")


@pytest.mark.skipif(os.name == "nt", reason="a shell of another kind")
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-"])
def test_closed_streams_change_no_exit_code(closed: str) -> None:
    done = process(f"check '{WRONG}' {closed}")
    assert (done.returncode, done.stderr) == (1, "")


def test_what_no_locale_can_write_is_written(tmp_path: Path) -> None:
    test = tmp_path / "arrow.litmus"
    test.write_text("litmus T\nshared x\nthread P0 { x = 1 }\nexists x == \u2192\n", encoding="utf-8")
    done = process(f"check -o json '{test}'", PYTHONIOENCODING="ascii")
    assert done.returncode == 2
    assert "\u2192" in json.loads(done.stdout)["error"]
    assert "exists x == \u2192" in done.stderr


@pytest.mark.parametrize("outcome", ["(" * 20_000, "~" * 20_000 + "x=1"])
def test_an_outcome_that_is_nested_too_deeply(litmus: Run, outcome: str) -> None:
    code, _, err = litmus("explain", "--outcome", outcome, X86_SB)
    assert code == 2
    assert "nested too deeply" in err and "internal" not in err


# --- tables kept between runs -----------------------------------------------------------------------------


def started_with_cache(folder: Path) -> str:
    """What a process of its own answers, with its tables kept in a folder."""
    command = [sys.executable, "-m", "litmus", "check", "-o", "herd", X86_SB]
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder)}
    done = subprocess.run(command, cwd=ROOT, env=environment, text=True, capture_output=True)
    assert (done.returncode, done.stderr) == (0, "")
    return "".join(line for line in done.stdout.splitlines() if not line.startswith("Time"))


def test_kept_tables_change_no_answer_damaged_or_not(tmp_path: Path) -> None:
    first = started_with_cache(tmp_path)
    files = sorted((tmp_path / "litmus").iterdir())
    assert any(file.name.startswith("cat-") for file in files)
    assert started_with_cache(tmp_path) == first
    whole = files[0].read_bytes()
    for damaged in (b"", whole[: len(whole) // 2], b"0" * len(whole)):
        files[0].write_bytes(damaged)
        assert started_with_cache(tmp_path) == first


def test_tables_that_cannot_be_kept_are_built_again(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "Observation SB Sometimes" in started_with_cache(tmp_path / "file")
    assert "Observation SB Sometimes" in started_with_cache(Path("not-absolute"))
    assert not (ROOT / "not-absolute").exists()


# --- terminals ------------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_drawn_on_a_terminal_and_goes_away() -> None:
    screen = Terminal()
    progress = Progress(("a.litmus", "b.litmus"), screen)
    progress.show()
    assert "0 of 2 done, at a.litmus" in screen.getvalue()
    progress.clear()
    assert screen.getvalue().endswith("\r\x1b[K")


def test_progress_moves_on_with_the_last_answer_to_a_test() -> None:
    screen = Terminal()
    progress = Progress(("a.litmus", "b.litmus", "c.litmus"), screen)
    progress.show(Answer("a.litmus", last=False))
    assert "0 of 3 done" in screen.getvalue()
    time.sleep(0.11)
    progress.show(Answer("a.litmus"))
    assert "1 of 3 done, at b.litmus" in screen.getvalue()


def test_progress_says_how_long_the_rest_will_take(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 0.5, 150.0])
    monkeypatch.setattr("litmus.cli.progress.perf_counter", lambda: next(clock))
    screen = Terminal()
    progress = Progress(("a", "b", "c", "d"), screen)
    progress.show(Answer("a"))
    assert "left" not in screen.getvalue()
    progress.show(Answer("b"))
    assert "2 of 4 done, 2:30 left, at c" in screen.getvalue()


def test_no_progress_elsewhere() -> None:
    stream = io.StringIO()
    progress = Progress(("a.litmus", "b.litmus"), stream)
    progress.show()
    progress.clear()
    assert stream.getvalue() == ""


def test_colors_only_when_asked_for_or_on_a_terminal(litmus: Run) -> None:
    assert "\x1b[" not in litmus("check", SB)[1]
    assert "\x1b[32m" in litmus("check", "--color", "always", SB)[1]


def test_the_engines_of_the_command_line_are_those_of_the_solver() -> None:
    from litmus import solve
    from litmus.cli.arguments import ENGINES

    assert sorted(ENGINES) == sorted(solve.ENGINES)
