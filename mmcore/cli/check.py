"""`mmcore check`: variants by models, what is found beside what is expected."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterable, Iterator

from litmus import Options, UnsupportedError, UsageError, load_model
from litmus.cli.exit import AS_EXPECTED, DIFFERS, INTERRUPTED, UNDECIDED
from mmcore.cli.progress import progress
from mmcore.scenario import MODELS, Scenario, Variant
from mmcore.scenario.check import Traced, trace
from mmcore.scenario.table import Cell, table
from mmcore.scenarios import load, names


def run(arguments: Namespace) -> int:
    """Checks the scenarios, prints each when it is done, and gives the exit code.

    Raises UsageError if none is named, ScenarioError for an unknown one, Misuse where a routine breaks a rule.
    """
    if bool(arguments.scenarios) == arguments.all:
        raise UsageError("name scenarios, or give --all", hint="`mmcore list` shows what there is")
    scenarios = [load(name) for name in (names() if arguments.all else arguments.scenarios)]
    models = tuple(dict.fromkeys(arguments.models)) or MODELS
    for model in models:
        load_model(model)
    cells: list[Cell] = []
    try:
        for number, scenario in enumerate(scenarios):
            cells += _report(scenario, _variants(scenario, arguments.variants), models, arguments, number)
    except KeyboardInterrupt:
        progress("")
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    return _exit_code(cells)


def _variants(scenario: Scenario, chosen: list[str]) -> tuple[Variant, ...]:
    """The variants asked for."""
    return tuple(map(scenario.variant, chosen)) if chosen else scenario.variants


def _report(
    scenario: Scenario, variants: Iterable[Variant], models: tuple[str, ...], arguments: Namespace, number: int
) -> list[Cell]:
    """Checks and prints one scenario."""
    rows = []
    for variant in variants:
        rows.append(list(_row(scenario, variant, models, Options(timeout=arguments.timeout))))
        if arguments.output == "json":
            print("\n".join(cell.json() for cell in rows[-1]), flush=True)
    if arguments.output == "text":
        print("\n".join([*([""] if number else []), *table(scenario, models, rows)]), flush=True)
    return [cell for row in rows for cell in row]


def _row(scenario: Scenario, variant: Variant, models: tuple[str, ...], options: Options) -> Iterator[Cell]:
    """The answers of all models to a variant."""
    progress(f"{scenario.name} {variant.name}")
    traced = trace(scenario, variant)
    for model in models:
        progress(f"{scenario.name} {variant.name} under {model}")
        yield _cell(scenario, variant, model, traced, options)
    progress("")


def _cell(scenario: Scenario, variant: Variant, model: str, traced: Traced, options: Options) -> Cell:
    """The answer of one model; a primitive that has no form on its machine is a reason, and no error."""
    if model in variant.unchecked:
        return Cell(scenario, variant, model, reason=variant.unchecked[model])
    try:
        return Cell(scenario, variant, model, traced.check(model, options))
    except UnsupportedError as error:
        return Cell(scenario, variant, model, reason=error.message)


def _exit_code(cells: list[Cell]) -> int:
    """1 if an answer is not as expected, or one that is expected is missing; 3 if something is undecided."""
    if any(cell.as_expected is False or (cell.expected and cell.reason) for cell in cells):
        return DIFFERS
    undecided = any(cell.verdict is not None and cell.verdict.observation is None for cell in cells)
    return UNDECIDED if undecided else AS_EXPECTED
