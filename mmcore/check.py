"""From a scenario to a verdict: traced, written as a litmus test, and checked under a model."""

from __future__ import annotations

from litmus.check import Options
from litmus.check import check as check_program
from litmus.library import load_model
from litmus.program import Program
from litmus.source import Source
from litmus.syntax import parse
from litmus.verdict import Verdict
from mmcore.memory import Memory
from mmcore.scenario import Scenario, Variant
from mmcore.trace.explore import Exploration, Values, explore_all
from mmcore.trace.render import render


def traced(scenario: Scenario, variant: Variant) -> str:
    """The scenario as a litmus test in the kernel's C dialect, traced from its routines.

    Raises ScenarioError where the routines do what no litmus test can say, Misuse where they break a rule.
    """
    explorations, values = explored(scenario, variant)
    name, bad = f"{scenario.name}-{variant.name}", scenario.condition()
    return render(name, _comment(scenario, variant), explorations, values, bad)


def explored(scenario: Scenario, variant: Variant) -> tuple[list[Exploration], Values]:
    """The paths of every thread, and what each cell may hold; raises as `traced` does."""
    memory = Memory()
    scenario.setup(memory)
    return explore_all(scenario.runs(variant), memory)


def _comment(scenario: Scenario, variant: Variant) -> str:
    """What stands at the head of the test."""
    threads = ", ".join(f"P{number} {thread.name}" for number, thread in enumerate(scenario.threads))
    return f"{scenario.title}\nThreads: {threads}\nBad: {scenario.bad}\nVariant {variant.name}: {variant.why}\n"


def program(scenario: Scenario, variant: Variant) -> Program:
    """The traced scenario as a program of the checker."""
    text = traced(scenario, variant)
    return parse(Source(f"{scenario.name}-{variant.name}.litmus", text))


def check(scenario: Scenario, variant: Variant, model: str, options: Options | None = None) -> Verdict:
    """The verdict of a model, by its name or file, on a variant: `Never` if the bad outcome is impossible."""
    return check_program(program(scenario, variant), load_model(model), options or Options())
