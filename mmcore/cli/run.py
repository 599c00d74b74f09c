"""`mmcore run`: scenarios under random schedules, under all schedules, or under one that was kept."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

from litmus import InputError, UsageError
from litmus.cli.exit import AS_EXPECTED, DIFFERS, INTERRUPTED, UNDECIDED, worst
from mmcore.cli.progress import progress
from mmcore.interleaved.graph import Graph
from mmcore.interleaved.outcome import graph_of
from mmcore.interleaved.report import Failing, Report, kept, lines, record, table, wrong
from mmcore.interleaved.schedule import again, end, steps
from mmcore.interleaved.search import Found, Schedule, exhaustively, randomly, simplest
from mmcore.scenario import Scenario, Variant
from mmcore.scenarios import load, names


def run(arguments: Namespace) -> int:
    """Runs the variants asked for, or the schedule of a file; the exit code."""
    if arguments.replay is not None:
        return _replay(arguments)
    if arguments.save is not None and (arguments.scenario is None or arguments.variant == "all"):
        raise UsageError("--save keeps the schedule of one variant", hint="name a scenario, and one with --variant")
    reports = []
    for scenario, variant in _chosen(arguments):
        progress(f"{scenario.name}/{variant.name}")
        reports.append(_searched(scenario, variant, arguments))
        progress("")
        _print(reports[-1], arguments)
        if reports[-1].stopped:
            return INTERRUPTED
    return _code(reports)


def _chosen(arguments: Namespace) -> Iterator[tuple[Scenario, Variant]]:
    """The variants that are asked for."""
    for name in names() if arguments.scenario is None else [arguments.scenario]:
        scenario = load(name)
        for variant in scenario.variants if arguments.variant == "all" else [scenario.variant(arguments.variant)]:
            yield scenario, variant


def _searched(scenario: Scenario, variant: Variant, arguments: Namespace) -> Report:
    """A variant that was run; what is known so far, if the run is interrupted."""
    began, found, stopped = perf_counter(), Found(), False
    graph = graph_of(scenario, variant)
    try:
        if arguments.exhaustive:
            exhaustively(graph, found)
        else:
            randomly(graph, arguments.schedules, arguments.seed, found)
        failing = tuple(_failing(graph, simplest(graph, kind) or way) for kind, way in found.failing.items())
    except KeyboardInterrupt:
        stopped = True
        failing = tuple(_failing(graph, way) for way in found.failing.values())
    seconds = perf_counter() - began
    expected = wrong(variant)
    return Report(scenario.name, variant.name, expected, arguments.exhaustive, found, failing, seconds, stopped)


def _failing(graph: Graph, schedule: Schedule) -> Failing:
    failure = end(graph, schedule).failure
    assert failure is not None, "the schedule fails"
    return Failing(failure, tuple(steps(graph, schedule)))


def _print(report: Report, arguments: Namespace) -> None:
    """Prints a report, and keeps its schedule where asked to."""
    if arguments.output == "json":
        print(json.dumps(record(report)), flush=True)
    else:
        with_steps = arguments.scenario is not None or not report.as_expected
        print("\n".join(lines(report, with_steps)), flush=True)
    if arguments.save is not None and report.failing:
        content = {"scenario": report.scenario, "variant": report.variant, **kept(report.failing[0])}
        _write(arguments.save, json.dumps(content, indent=1) + "\n")


def _code(reports: list[Report]) -> int:
    """1 if something is not as expected, else 3 if something is undecided, else 0."""
    unexpected = [DIFFERS for report in reports if not report.as_expected]
    return worst([*unexpected, *(UNDECIDED for report in reports if report.undecided)])


def _replay(arguments: Namespace) -> int:
    """Runs a schedule that was kept, on its variant or the one that is named; 1 if it fails."""
    content = _read(arguments.replay)
    scenario = load(arguments.scenario or content["scenario"])
    if scenario.name != content["scenario"]:
        raise UsageError(f"the schedule is one of '{content['scenario']}', not of '{scenario.name}'")
    variant = scenario.variant(content["variant"] if arguments.variant == "all" else arguments.variant)
    graph = graph_of(scenario, variant)
    schedule = again(graph, content["steps"])
    failure = end(graph, schedule).failure
    taken = tuple(steps(graph, schedule))
    if arguments.output == "json":
        failures = [kept(Failing(failure, taken))] if failure else []
        print(json.dumps({"scenario": scenario.name, "variant": variant.name, "failures": failures}))
    else:
        told = f"{failure.kind}: {failure.text}" if failure else "nothing wrong"
        print("\n".join([f"{scenario.name}/{variant.name}: {told}", *(f"    {line}" for line in table(taken))]))
    return DIFFERS if failure else AS_EXPECTED


def _read(name: str) -> dict[str, Any]:
    """The content of a schedule's file; raises UsageError or InputError."""
    try:
        content = json.loads(Path(name).read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"cannot read {name}: {error.strerror}") from None
    except ValueError as error:
        raise InputError(f"{name} is no JSON: {error}", hint="a schedule is a file written by --save") from None
    if not _is_schedule(content):
        raise InputError(f"{name} is no schedule", hint="a schedule is a file written by --save")
    return dict(content)


def _is_schedule(content: Any) -> bool:
    """Whether a JSON value has the form of a schedule that was kept."""
    return (
        isinstance(content, dict)
        and all(isinstance(content.get(key), str) for key in ("scenario", "variant"))
        and isinstance(content.get("steps"), list)
        and all(isinstance(step, dict) for step in content["steps"])
    )


def _write(name: str, text: str) -> None:
    try:
        Path(name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write {name}: {error.strerror}") from None
