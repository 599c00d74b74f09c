"""Scenarios under schedules: what is wrong in some order of steps is found, what is right never fails."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmcore.cli import main
from mmcore.cpu.cpu import Cpu
from mmcore.errors import ScenarioError
from mmcore.interleaved.graph import Failure, Graph
from mmcore.interleaved.outcome import graph_of
from mmcore.interleaved.report import Report, lines, wrong
from mmcore.interleaved.schedule import again, end, steps
from mmcore.interleaved.search import Found, exhaustively, randomly, simplest
from mmcore.memory import Memory
from mmcore.scenario.check import check as checked
from mmcore.scenario.scenario import NEVER, Scenario, Thread, Variant
from mmcore.scenarios import load, names

ROWS = [(name, variant.name) for name in names() for variant in load(name).variants]


def scenario(
    *routines: Callable[[Cpu, Any], None], bad: Callable[[Any], Any] = lambda end: end.t0.r == 1, cells: int = 3
) -> Scenario:
    """Threads t0, t1 ... over cells x, y, z."""
    threads = tuple(Thread(f"t{number}", routine) for number, routine in enumerate(routines))

    def setup(memory: Memory) -> list[Any]:
        return [memory.cell(name) for name in "xyz"[:cells]]

    return Scenario("made", "Made for a test", (), "it happens", setup, threads, bad, (Variant("only", NEVER, ""),))


def machine(*routines: Callable[[Cpu, Any], None], **options: Any) -> Graph:
    made = scenario(*routines, **options)
    return graph_of(made, made.variants[0])


def check(name: str, variant: str, found: Found) -> None:
    """Compares what was found with what the scenario expects."""
    expected = wrong(load(name).variant(variant))
    if expected is not None:
        assert ("bad" in found.failing) == expected
    if expected is False:
        assert found.failing == {}


@pytest.mark.parametrize(("name", "variant"), ROWS)
def test_every_schedule(name: str, variant: str) -> None:
    found = exhaustively(graph_of(load(name), load(name).variant(variant)))
    assert found.complete or found.given_up
    check(name, variant, found)


@pytest.mark.parametrize(("name", "variant"), ROWS)
def test_random_schedules(name: str, variant: str) -> None:
    found = randomly(graph_of(load(name), load(name).variant(variant)), 1_000, seed=1)
    check(name, variant, found)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "variant"), ROWS)
def test_many_random_schedules(name: str, variant: str) -> None:
    chosen = load(name).variant(variant)
    many = 10_000 if wrong(chosen) else 100_000
    check(name, variant, randomly(graph_of(load(name), chosen), many, seed=1))


@given(st.sampled_from(ROWS), st.data())
def test_any_schedule_can_be_recorded_and_run_again(row: tuple[str, str], data: st.DataObject) -> None:
    name, variant = row
    at = graph_of(load(name), load(name).variant(variant))
    state, taken = at.start, []
    while moves := at.moves(state):
        number, state = data.draw(st.sampled_from(moves))
        taken.append(number)
    recorded = [{"thread": step.thread, "primitive": step.primitive, "subject": step.subject}
                for step in steps(at, tuple(taken)) if step.visible]  # fmt: skip
    fresh = graph_of(load(name), load(name).variant(variant))
    assert again(fresh, recorded) == tuple(taken)
    assert end(fresh, tuple(taken)).shared == state.shared


def increments(cpu: Cpu, state: Any) -> None:
    cpu.write_once(state[0], cpu.read_once(state[0]) + 1)


def locked(cpu: Cpu, state: Any) -> None:
    with cpu.spinlock(state[1]):
        increments(cpu, state)


def lost(end: Any) -> Any:
    return end.final("x") != 2


def test_a_lost_update_is_found_and_told_with_one_switch_each_way() -> None:
    at = machine(increments, increments, bad=lost)
    assert "bad" in randomly(at, 1_000, 0).failing
    assert simplest(at, "bad") == (0, 1, 1, 0)
    assert [(step.thread, step.effect) for step in steps(at, (0, 1, 1, 0))] == [
        ("t0", "= 0"), ("t1", "= 0"), ("t1", "0 -> 1"), ("t0", "1 -> 1"),
    ]  # fmt: skip


def test_a_lock_keeps_updates_apart() -> None:
    found = exhaustively(machine(locked, locked, locked, bad=lambda end: end.final("x") != 3))
    assert found.complete and found.failing == {}


def test_two_locks_in_opposite_orders_are_a_deadlock() -> None:
    def one(cpu: Cpu, state: Any) -> None:
        with cpu.spinlock(state[0]), cpu.spinlock(state[1]):
            pass

    def other(cpu: Cpu, state: Any) -> None:
        with cpu.spinlock(state[1]), cpu.spinlock(state[0]):
            pass

    at = machine(one, other)
    assert list(exhaustively(at).failing) == ["deadlock"]
    failure = end(at, simplest(at, "deadlock") or ()).failure
    assert failure == Failure("deadlock", "waiting for ever: t0 in spin_lock(y), t1 in spin_lock(x)")


def test_a_misuse_that_some_schedule_reaches_is_found() -> None:
    def sleeper(cpu: Cpu, state: Any) -> None:
        cpu.preempt_disable()
        if cpu.read_once(state[0]):
            cpu.synchronize_rcu()
        cpu.preempt_enable()

    at = machine(sleeper, lambda cpu, state: cpu.write_once(state[0], 1))
    schedule = simplest(at, "misuse")
    assert schedule == (1, 0)
    failure = end(at, schedule).failure
    assert failure is not None and "atomic context" in failure.text and "__might_resched" in failure.text


def reader(cpu: Cpu, state: Any) -> None:
    cpu.rcu_read_lock()
    first, second = cpu.read_once(state[0]), cpu.read_once(state[1])
    cpu.rcu_read_unlock()
    cpu.observe("first", first)
    cpu.observe("second", second)


def updater(cpu: Cpu, state: Any) -> None:
    cpu.write_once(state[0], 1)
    cpu.synchronize_rcu()
    cpu.write_once(state[1], 1)


def test_a_grace_period_waits_for_the_sections_under_way() -> None:
    at = machine(reader, updater, bad=lambda end: (end.t0.first == 0) & (end.t0.second == 1))
    found = exhaustively(at)
    assert found.complete and found.failing == {}


def test_a_grace_period_does_not_wait_for_sections_that_begin_later() -> None:
    def late(cpu: Cpu, state: Any) -> None:
        cpu.rcu_read_lock()
        cpu.write_once(state[2], 1)
        cpu.observe("second", cpu.read_once(state[1]))
        cpu.rcu_read_unlock()

    def early(cpu: Cpu, state: Any) -> None:
        cpu.rcu_read_lock()
        cpu.observe("first", cpu.read_once(state[0]))
        cpu.observe("third", cpu.read_once(state[2]))
        cpu.rcu_read_unlock()

    def overlap(end: Any) -> Any:
        return (end.t0.first == 0) & (end.t0.third == 1) & (end.t1.second == 1)

    assert "bad" in exhaustively(machine(early, late, updater, bad=overlap)).failing


def test_a_loop_without_end_is_given_up_and_leaves_the_search_incomplete() -> None:
    def spins(cpu: Cpu, state: Any) -> None:
        while cpu.read_once(state[0]) == 0:
            pass

    found = exhaustively(machine(spins, lambda cpu, state: cpu.write_once(state[0], 1)))
    assert found.given_up and not found.complete and found.failing == {}
    assert randomly(machine(spins), 3, 0).given_up == 3


def test_pointers_and_waits() -> None:
    def publisher(cpu: Cpu, state: Any) -> None:
        cpu.write_once(state[1], 7)
        cpu.rcu_assign_pointer(state[0], state[1])

    def follower(cpu: Cpu, state: Any) -> None:
        pointer = cpu.smp_cond_load_acquire(state[0], lambda value: value != 0)
        cpu.observe("r", cpu.read_once(pointer) == 7)

    found = exhaustively(machine(follower, publisher, bad=lambda end: end.t0.r == 0))
    assert found.complete and found.failing == {}


@pytest.mark.parametrize(
    ("bad", "possible"),
    [(lambda end: (end.t0.r == 1) & (end.final("x") == 1), True),
     (lambda end: (end.t0.r == 1) & (end.final("x") == 0), False),
     (lambda end: (end.t0.r == 2) | (end.t0.r == 1), True), (lambda end: ~((end.t0.r == 0) | (end.t0.r == 1)), False),
     (lambda end: ~(end.t0.r == 0), True), (lambda end: end.t0.r != 0, True), (lambda end: end.t1.r != 0, False),
     (lambda end: end.final("x"), True)],
)  # fmt: skip
def test_outcomes_mean_what_they_mean_in_a_litmus_test(bad: Callable[[Any], Any], possible: bool) -> None:
    made = scenario(lambda cpu, state: cpu.observe("r", cpu.read_once(state[0])),
                    lambda cpu, state: cpu.write_once(state[0], 1), bad=bad)  # fmt: skip
    assert ("bad" in exhaustively(graph_of(made, made.variants[0])).failing) == possible
    assert (checked(made, made.variants[0], "sc").observation != "Never") == possible


def test_an_access_through_null_is_refused() -> None:
    with pytest.raises(ScenarioError, match="no cell"):
        exhaustively(machine(lambda cpu, state: cpu.observe("r", cpu.read_once(cpu.read_once(state[0])))))


def test_run_prints_steps_and_a_kept_schedule_runs_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = str(tmp_path / "schedule.json")
    assert main(["run", "gup_unmap", "--variant", "no_recheck", "--save", kept]) == 0
    told = capsys.readouterr().out
    assert "the bad outcome" in told and "mmcore/scenarios/gup_unmap.py:" in told
    assert main(["run", "--replay", kept]) == 1
    assert told.splitlines()[2:] == capsys.readouterr().out.splitlines()[1:]
    assert main(["run", "gup_unmap", "--variant", "fixed", "--replay", kept]) == 2
    assert "of the schedule is" in (error := capsys.readouterr().err) or "the schedule ends" in error


def test_the_same_seed_finds_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    def found() -> dict[str, Any]:
        assert main(["run", "gup_unmap", "--variant", "no_recheck", "--seed", "5", "-o", "json"]) == 0
        return {**json.loads(capsys.readouterr().out), "seconds": 0}

    assert found() == found()


def test_what_is_as_expected() -> None:
    def report(wrong: bool | None, exhaustive: bool = False, **found: Any) -> Report:
        return Report("s", "v", wrong, exhaustive, Found(**found), (), 0.0)

    assert not report(True, schedules=9).as_expected
    assert report(True, failing={"bad": (0,)}).as_expected
    assert not report(True, failing={"deadlock": (0,)}).as_expected
    assert not report(False, failing={"deadlock": (0,)}).as_expected
    assert report(False, schedules=9).as_expected and not report(False, schedules=9).undecided
    assert report(False, exhaustive=True, given_up=1).undecided
    assert "undecided" in next(lines(report(False, exhaustive=True, given_up=1), True))
    assert "expected: the bad outcome" in next(lines(report(True), True))


@pytest.mark.parametrize(
    ("content", "message"),
    [("", "no JSON"), ("[]", "no schedule"),
     ('{"scenario": "gup_unmap", "variant": "fixed", "steps": [1]}', "no schedule"),
     ('{"scenario": "gup_unmap", "variant": "fixed", "steps": []}', "ends after 0 steps"),
     ('{"scenario": "gup_unmap", "variant": "fixed", "steps": [{}]}', "step 1 of the schedule"),
     ('{"scenario": "nothing", "variant": "fixed", "steps": []}', "no scenario")],
)  # fmt: skip
def test_a_file_that_is_no_fitting_schedule(
    content: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "schedule.json").write_text(content)
    assert main(["run", "--replay", str(tmp_path / "schedule.json")]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["run", "gup_unmap", "--save", "f"], "one variant"), (["run", "nothing"], "no scenario"),
     (["run", "gup_unmap", "--variant", "x"], "no variant"), (["run", "--replay", "/nowhere/f"], "cannot read"),
     (["ran"], "did you mean"), (["run", "--schedules", "0"], "1 or more")],
)  # fmt: skip
def test_wrong_usage(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert message in capsys.readouterr().err


def test_more_states_than_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mmcore.interleaved.graph.MOST_KEPT", 5)
    at = machine(increments, increments, increments, bad=lambda end: end.final("x") == 1)
    found = exhaustively(at)
    assert not found.complete and found.states < 40
    assert simplest(at, "bad") is None
    assert "bad" in randomly(at, 1_000, 0).failing


def test_an_interrupted_run_tells_what_is_known(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(graph: Graph, schedules: int, seed: int, found: Found) -> Found:
        found.schedules = 7
        raise KeyboardInterrupt

    monkeypatch.setattr("mmcore.cli.run.randomly", interrupted)
    assert main(["run", "gup_unmap"]) == 130
    told = capsys.readouterr().out
    assert "nothing wrong" in told and "7 schedules" in told and "interrupted" in told


def test_a_scenario_in_a_file_is_kept_and_run_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, kept = tmp_path / "lost.py", str(tmp_path / "lost.json")
    file.write_text(LOST)
    assert main(["run", str(file), "--variant", "unlocked", "--save", kept]) == 0
    assert "lost.py:" in capsys.readouterr().out
    assert main(["run", str(file), "--replay", kept]) == 1
    assert main(["run", str(file), "--replay", kept, "-o", "json"]) == 1
    record = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert record["failures"][0]["kind"] == "bad" and len(record["failures"][0]["steps"]) == 4
    assert main(["run", "gup_unmap", "--replay", kept]) == 2
    assert "not of 'gup_unmap'" in capsys.readouterr().err


LOST = """
from mmcore.scenario import NEVER, SOMETIMES, Scenario, Thread, Variant


def count(cpu, cells):
    lock, x = cells
    with cpu.spinlock(lock, label="lock"):
        cpu.write_once(x, cpu.read_once(x) + 1)


SCENARIO = Scenario(
    name="lost", title="A lost update", source=(), bad="an update is lost",
    setup=lambda memory: (memory.cell("lock"), memory.cell("x")),
    threads=(Thread("a", count), Thread("b", count)), outcome=lambda end: end.final("x") == 1,
    variants=(Variant("locked", NEVER, ""), Variant("unlocked", SOMETIMES, "", frozenset({"lock"}))),
)
"""
