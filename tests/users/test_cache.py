"""Answers kept between runs: never another answer than a fresh one, whatever changed, broke or ran beside it."""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import litmus.files.store
from litmus.batch import Setting
from litmus.batch.answers import Batch
from litmus.batch.kept import kept
from litmus.batch.record import read_back, written
from litmus.cli import main
from litmus.files.store import MOST_CHARACTERS, MOST_IN_SHELF, Store, digest, open_store, stamp, user_folder
from litmus.program import Program
from litmus.report.forms import FORMS
from litmus.source import Source
from litmus.verdict import Answer, Verdict

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests" / "litmus"
NAMES = ("cache.py", "a/b.cat", "a/c.lark")

RACE = """C race
{}
P0(int *x) { *x = 1; }
P1(int *x) { int r0 = *x; }
exists (1:r0=1)
"""

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of this test alone, used although somebody may be changing the package."""
    monkeypatch.setattr(importlib.import_module("litmus.batch.kept"), "stamp", lambda: "this")
    monkeypatch.setenv("LITMUS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def litmus_check(folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `litmus check` with that cache."""

    def run(*arguments: object) -> tuple[int, str, str]:
        code = main(["check", *map(str, arguments)])
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Two native tests, one of them with a loop, one with a wrong expectation; a racy C test."""
    place = tmp_path / "project"
    place.mkdir()
    for name in ("SB", "wrong-expectation"):
        (place / f"{name}.litmus").write_bytes((TESTS / "native" / f"{name}.litmus").read_bytes())
    (place / "race.litmus").write_text(RACE, encoding="utf-8")
    return place


@pytest.fixture
def no_engine(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From the call on, nothing is parsed and nothing is checked any more."""

    def refuse(*_: object) -> None:
        raise AssertionError("asked again")

    def switch() -> None:
        monkeypatch.setattr(importlib.import_module("litmus.check"), "check", refuse)
        monkeypatch.setattr(importlib.import_module("litmus.syntax"), "parse", refuse)

    return switch


# --- the store ------------------------------------------------------------------------------------------


@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=50))
def test_what_is_put_is_what_is_got(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    store = Store(tmp_path_factory.getbasetemp() / "store")
    store.put(digest("key"), text)
    assert store.get(digest("key")) == text
    assert store.get(digest("other")) is None


def key(number: int, shelf: str = "00") -> str:
    """A key on a shelf."""
    return f"{shelf}{number:062x}"


@pytest.mark.parametrize("damage", [lambda b: b"", lambda b: b[:-1], lambda b: b"\xff" + b, lambda b: b[:-2] + b"?}"])
def test_a_damaged_entry_is_no_entry(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    store = Store(tmp_path)
    store.put(key(1), '{"a": 1}')
    [file] = tmp_path.glob("*/*")
    file.write_bytes(damage(file.read_bytes()))
    assert store.get(key(1)) is None
    store.put(key(1), "again")
    assert store.get(key(1)) == "again"


def test_a_store_is_bounded(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for number in range(3 * MOST_IN_SHELF):
        store.put(key(number), "x")
    assert store.size()[0] <= MOST_IN_SHELF
    assert store.get(key(3 * MOST_IN_SHELF - 1)) == "x"
    store.put(key(0, "01"), "x" * (MOST_CHARACTERS + 1))
    assert store.get(key(0, "01")) is None


def test_the_oldest_entries_go_first(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for number in range(MOST_IN_SHELF):
        store.put(key(number), "x")
        os.utime(tmp_path / "00" / key(number)[2:], (1_000 - number, 1_000 - number))
    store.put(key(1_000), "x")
    assert store.get(key(1_000)) == store.get(key(0)) == "x"
    assert store.get(key(MOST_IN_SHELF - 1)) is None


def test_files_of_others_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "00").mkdir()
    names = {f"{number:038x}" for number in range(2 * MOST_IN_SHELF)}
    for name in names:
        (tmp_path / "00" / name).touch()
    store = Store(tmp_path)
    for number in range(2 * MOST_IN_SHELF):
        store.put(key(number), "x")
    store.clear()
    assert {file.name for file in tmp_path.glob("*/*")} == names


def test_a_folder_that_cannot_be_written_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    store = Store(tmp_path / "file")
    store.put(key(1), "x")
    assert store.get(key(1)) is None
    assert store.size() == (0, 0)


def test_where_the_store_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LITMUS_CACHE", str(tmp_path))
    assert open_store() == Store(tmp_path)
    for off in ("off", "0", ""):
        monkeypatch.setenv("LITMUS_CACHE", off)
        assert open_store() is None
    monkeypatch.delenv("LITMUS_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert open_store() == Store(tmp_path / "litmus" / "answers")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert user_folder() is None
    assert open_store() is None


def test_the_stamp_is_of_every_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def write(name: str, text: str) -> None:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
        os.utime(tmp_path / name, (1_000, 1_000))

    def now() -> str | None:
        stamp.cache_clear()
        return stamp()

    for name in NAMES:
        write(name, "1")
    monkeypatch.setattr(litmus.files.store, "__file__", str(tmp_path / "files" / "store.py"))
    try:
        seen = [now()]
        assert now() == seen[0]
        for name in NAMES:
            write(name, "2")
            seen.append(now())
        (tmp_path / "a" / "b.cat").rename(tmp_path / "a" / "d.cat")
        seen.append(now())
        assert len({*seen, None}) == 6
        (tmp_path / "a" / "d.cat").touch()
        assert now() is None
    finally:
        stamp.cache_clear()


# --- the same answers -----------------------------------------------------------------------------------


@pytest.mark.parametrize("output", FORMS)
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_second_run_prints_the_same_and_asks_nothing(
    litmus_check: Run, project: Path, no_engine: Callable[[], None], output: str, jobs: str
) -> None:
    first = litmus_check("-o", output, *(["--states"] if output == "text" else []), project)
    assert first[0] == 1
    no_engine()
    assert litmus_check("-o", output, "-j", jobs, *(["--states"] if output == "text" else []), project) == first


def test_every_field_of_an_answer_survives() -> None:
    """All of our tests, under all models: what is read back is equal to what was found."""
    found: list[tuple[Answer, ...]] = []
    batch = Batch(Setting(("all",)), importlib.import_module("litmus.check").Options(), advise=True)
    for path in sorted(TESTS.rglob("*.litmus")):
        source = Source(str(path), path.read_text(encoding="utf-8"))
        answers = tuple(importlib.import_module("litmus.batch.answers").answer_test(str(path), batch))
        if all(answer.problem is None for answer in answers):
            found.append(answers)
            again = read_back(written(answers, source), str(path), source)
            assert again is not None
            assert [without_code(a) for a in again] == [without_code(a) for a in answers]
    assert len(found) > 10
    assert any(a.verdict and a.verdict.flagged for answers in found for a in answers)


def without_code(answer: Answer) -> str:
    """All that reports can see of an answer."""
    rest = {f.name: getattr(answer, f.name) for f in fields(Answer) if f.name != "verdict"}
    verdict = answer.verdict
    if verdict is None:
        return repr(rest)
    shown = {f.name: getattr(verdict, f.name) for f in fields(Verdict) if f.name not in ("flagged", "witnesses")}
    return repr((rest, shown, [flag.describe() for flag in verdict.flagged]))


def test_a_file_that_moved_has_its_own_path(litmus_check: Run, project: Path, no_engine: Callable[[], None]) -> None:
    litmus_check("-o", "json", project)
    no_engine()
    moved = project.rename(project.parent / "moved")
    _, out, _ = litmus_check("-o", "json", moved)
    assert {json.loads(line)["path"] for line in out.splitlines()} == {str(p) for p in moved.iterdir()}


@pytest.mark.parametrize("text", ["", "[]x", "{}", "[1]", '[{"": "Answer"}]', '[{"": "Thread"}]', '[{"": 1}]', "[[]]"])
def test_a_text_that_is_no_record_is_none(text: str) -> None:
    assert read_back(text, "a.litmus", Source("a.litmus", "litmus a")) is None


# --- what makes an answer another ------------------------------------------------------------------------


def test_an_expectation_is_part_of_the_test(litmus_check: Run, project: Path) -> None:
    test = project / "SB.litmus"
    before = litmus_check("-o", "json", "-m", "sc", test, test)
    test.write_text(test.read_text(encoding="utf-8").replace("sc: forbidden", "sc: allowed"), encoding="utf-8")
    after = litmus_check("-o", "json", "-m", "sc", test, test)
    assert (before[0], after[0]) == (0, 1)
    assert [json.loads(line)["as_expected"] for line in after[1].splitlines()] == [False, False]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The models that the engine is asked about, as it goes."""
    module = importlib.import_module("litmus.check")
    real, seen = module.check, []

    def check(program: Program, model: object, options: object) -> Verdict:
        seen.append(model.name)  # type: ignore[attr-defined]
        verdict: Verdict = real(program, model, options)
        return verdict

    monkeypatch.setattr(module, "check", check)
    return seen


@pytest.mark.parametrize(
    "options", [("-m", "x86-tso"), ("--engine", "z3"), ("--unroll", "3"), ("--verdict-only",), ("--compiler",)]
)
def test_options_and_models_are_part_of_the_question(
    litmus_check: Run, project: Path, asked: list[str], options: tuple[str, ...]
) -> None:
    litmus_check("-o", "json", "-m", "sc", project)
    before = len(asked)
    litmus_check("-o", "json", *(() if "-m" in options else ("-m", "sc")), *options, project)
    assert len(asked) == 2 * before


@pytest.mark.parametrize("options", [("--timeout", "60"), ("--rlimit", "100000000"), ("-j", "2"), ("--states",)])
def test_limits_and_looks_are_not(litmus_check: Run, project: Path, asked: list[str], options: tuple[str, ...]) -> None:
    litmus_check("-m", "sc", project)
    before = len(asked)
    litmus_check("-m", "sc", *options, project)
    assert len(asked) == before > 0


def test_a_model_is_known_by_its_text_and_its_includes(litmus_check: Run, project: Path) -> None:
    model, part = project / "mine.cat", project / "part.cat"
    model.write_text('"mine"\ninclude "part.cat"\n', encoding="utf-8")

    def observations() -> set[str]:
        importlib.import_module("litmus.batch.models").model.cache_clear()
        _, out, _ = litmus_check("-o", "json", "-m", model, project / "SB.litmus", project / "SB.litmus")
        return {json.loads(line)["observation"] for line in out.splitlines()}

    part.write_text("acyclic po | rf | co | fr as sc\n", encoding="utf-8")
    assert observations() == {"Never"}
    part.write_text("acyclic po | rf | co as weaker\n", encoding="utf-8")
    assert observations() == {"Sometimes"}
    model.write_text('"mine"\nempty _ as nothing\n', encoding="utf-8")
    assert observations() == {"Never"}


def test_the_package_is_part_of_the_question(
    litmus_check: Run, project: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    litmus_check("-m", "sc", project)
    before = len(asked)
    monkeypatch.setattr(importlib.import_module("litmus.batch.kept"), "stamp", lambda: "another")
    litmus_check("-m", "sc", project)
    assert len(asked) == 2 * before


def test_macros_are_part_of_the_question(tmp_path: Path, folder: Path) -> None:
    def run(text: str) -> str:
        macros = tmp_path / f"{digest(text)}.def"
        macros.write_text(text, encoding="utf-8")
        options = importlib.import_module("litmus.check").Options()
        found = kept(Setting(macros=str(macros)), options)
        assert found is not None
        return found.run

    assert run("f() g()\n") != run("f() h()\n")


# --- what is not kept -----------------------------------------------------------------------------------


def test_undecided_is_asked_again(litmus_check: Run, project: Path, asked: list[str]) -> None:
    assert litmus_check("-m", "sc", "--timeout", "0.0000001", project)[0] == 3
    before = len(asked)
    assert litmus_check("-m", "sc", project)[0] == 1
    assert len(asked) > before


def test_an_error_is_reported_again(litmus_check: Run, project: Path) -> None:
    (project / "bad.litmus").write_text("X86 bad\n{}\n P0 ;\n MOVE ;\nexists (x=1)\n", encoding="utf-8")
    first = litmus_check("-o", "json", project)
    assert first[0] == 2
    assert litmus_check("-o", "json", project) == first


def test_a_single_test_pays_nothing(litmus_check: Run, project: Path, folder: Path) -> None:
    litmus_check(project / "SB.litmus")
    assert not folder.exists()


def test_no_cache_neither_reads_nor_writes(litmus_check: Run, project: Path, folder: Path, asked: list[str]) -> None:
    litmus_check("--no-cache", project)
    assert not folder.exists()
    litmus_check(project)
    before = len(asked)
    litmus_check("--no-cache", project)
    assert len(asked) > before


# --- beside each other, and cut short -------------------------------------------------------------------


def started(folder: Path, *arguments: object) -> subprocess.Popen[str]:
    """A process of its own with that cache."""
    code = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler);"
    command = [sys.executable, "-c", f"{code} from litmus.cli import main; sys.exit(main())", "check", "-o", "json"]
    environment = {**os.environ, "LITMUS_CACHE": str(folder)}
    return subprocess.Popen(
        [*command, *map(str, arguments)], cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )  # fmt: skip


def test_processes_share_a_cache(folder: Path, project: Path) -> None:
    if stamp() is None:
        pytest.skip("the package is being changed")
    processes = [started(folder, "-m", "sc", project) for _ in range(2)]
    printed = [process.communicate()[0] for process in processes]

    def rows(text: str) -> list[dict[str, object]]:
        return [{**json.loads(line), "seconds": 0} for line in text.splitlines()]

    assert len(rows(printed[0])) == 3
    assert rows(printed[0]) == rows(printed[1])
    assert Store(folder).size()[0] == 3


@pytest.mark.skipif(os.name == "nt", reason="signals of another kind")
def test_an_interrupt_keeps_what_is_done(folder: Path, tmp_path: Path) -> None:
    if stamp() is None:
        pytest.skip("the package is being changed")
    text = (TESTS / "native" / "SB.litmus").read_text(encoding="utf-8")
    many = tmp_path / "many"
    many.mkdir()
    for number in range(1_000):
        (many / f"{number:05}.litmus").write_text(text.replace("litmus SB", f"litmus SB{number}"), encoding="utf-8")
    process = started(folder, "-m", "sc", many)
    assert process.stdout is not None
    for _ in range(3):
        process.stdout.readline()
    process.send_signal(signal.SIGINT)
    process.communicate()
    assert process.returncode == 130
    assert 2 <= Store(folder).size()[0] < 1_000


# --- litmus cache ---------------------------------------------------------------------------------------


def test_the_cache_is_shown_and_cleared(
    litmus_check: Run, project: Path, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    litmus_check(project)
    assert main(["cache"]) == 0
    assert capsys.readouterr().out.startswith(f"{folder}: 3 entries, ")
    assert main(["cache", "--clear"]) == 0
    assert capsys.readouterr().out == f"{folder}: 3 entries removed\n"
    assert Store(folder).size() == (0, 0)
    monkeypatch.setenv("LITMUS_CACHE", "off")
    assert main(["cache"]) == 0
    assert "no answers are kept" in capsys.readouterr().out
