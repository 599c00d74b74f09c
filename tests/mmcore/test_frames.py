"""A place in a routine is the same wherever the machinery lies: a moved copy of mmcore sees what it sees."""

import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import mmcore

MOVED = {"mmcore.cpu.cpu": "elsewhere.kernel.interface", "mmcore.cpu.term": "elsewhere.term",
         "mmcore.traced": "elsewhere.paths.of_threads", "mmcore.interleaved.replay": "elsewhere.again",
         "mmcore.scenarios": "elsewhere.races", "mmcore": "elsewhere"}  # fmt: skip
"""Modules and packages, and where they lie in the copy; the longer names first."""

SCENARIOS = ("gup_owner", "fork_gup", "pkmap", "table_free", "kmap_preempt")


def moved(name: str) -> str:
    """The name in the copy of a module."""
    return next((new + name.removeprefix(old) for old, new in MOVED.items() if name.startswith(old)), name)


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The copy, at hand as the package `elsewhere`."""
    root = tmp_path / "elsewhere"
    shutil.copytree(Path(mmcore.__file__).parent, root, ignore=shutil.ignore_patterns("__pycache__"))
    for path in root.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        for old, new in MOVED.items():
            text = text.replace(old, new)
        path.write_text(text.replace("from elsewhere.cpu import term\n", "from elsewhere import term\n"), "utf-8")
    for old, new in MOVED.items():
        was, now = (tmp_path.joinpath(*name.split(".")) for name in (old.replace("mmcore", "elsewhere"), new))
        suffix = "" if was.is_dir() else ".py"
        now.parent.mkdir(exist_ok=True)
        was.with_suffix(suffix).rename(now.with_suffix(suffix))
    monkeypatch.syspath_prepend(tmp_path)
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "elsewhere"]:
        del sys.modules[name]


def of(name: str, at_home: bool) -> Any:
    """A module, of mmcore or of its copy."""
    return import_module(name if at_home else moved(name))


def places(scenario: str, at_home: bool) -> list[Any]:
    """Where each step of each path of each thread and variant is, from the routine inwards; and the test."""
    check, found = of("mmcore.scenario.check", at_home), of("mmcore.scenarios", at_home).load(scenario)
    points = [item.point for variant in found.variants for thread in check.explored(found, variant)[0]
              for path in thread.paths for item in path]  # fmt: skip
    texts = [check.trace(found, variant).text for variant in found.variants]
    return [[(Path(place).name, line) for place, line in point] for point in points] + texts


def calls(scenario: str, at_home: bool) -> list[Any]:
    """The primitives that the threads come to, with their places, over all schedules of the first variant."""
    outcome, found = of("mmcore.interleaved.outcome", at_home), of("mmcore.scenarios", at_home).load(scenario)
    machine = outcome.graph_of(found, found.variants[0])
    of("mmcore.interleaved.search", at_home).exhaustively(machine)
    points = [point for state in machine.known.values() for point in state.points]
    called = [call for point in points for call in (*point.quiet, point.call) if call is not None]
    return [(call.primitive, call.subject, Path(call.file).name, call.line) for call in called]


def mistake(at_home: bool) -> str:
    """What is told of an error in a scenario's own module."""
    module = of("mmcore.scenarios.gup_owner", at_home)
    made: dict[str, Any] = vars(module)
    exec(compile("def broken(memory):\n    return memory.cell('x', 2**63) / 2\n", "own.py", "exec"), made)
    try:
        replace(module.SCENARIO, setup=made.pop("broken")).memory()
    except Exception as error:
        return str(error)
    raise AssertionError("nothing was wrong")


@pytest.mark.usefixtures("elsewhere")
def test_a_copy_under_other_names_sees_the_same_places() -> None:
    for scenario in SCENARIOS:
        assert places(scenario, at_home=True) == places(scenario, at_home=False), scenario
        assert calls(scenario, at_home=True) == calls(scenario, at_home=False), scenario
    assert "own.py:2: TypeError" in mistake(at_home=True)
    assert mistake(at_home=True) == mistake(at_home=False)


def test_a_place_begins_in_the_routine() -> None:
    """No call of the machinery is in a place: its innermost is in the routine or in the mm core."""
    for point in (point for point in places("gup_owner", at_home=True) if isinstance(point, list)):
        assert point[-1][0].partition(":")[0] in ("gup_owner.py", "gup_fast.py", "page.py", "pin.py"), point
