"""From a scenario to a verdict: traced, written as a litmus test, and checked under a model."""

from __future__ import annotations

from dataclasses import dataclass, replace

from litmus import Options, Program, Source, Verdict, load_model, parse
from litmus import check as check_program
from mmcore.scenario.scenario import Scenario, Variant
from mmcore.scenario.vacuity import require_meaning
from mmcore.scenario.wellformed import require_cells
from mmcore.traced import Exploration, Values, explore_all, render


@dataclass(frozen=True, slots=True)
class Traced:
    """A variant as a litmus test: its text in the kernel's C dialect, and the program that this is.

    `bounded`: a loop of a routine was cut, so that longer runs of it are not in the test.
    """

    text: str
    program: Program
    bounded: bool

    def check(self, model: str, options: Options | None = None) -> Verdict:
        """The verdict of a model, by its name or file: `Never` if the bad outcome is impossible."""
        verdict = check_program(self.program, load_model(model), options or Options())
        return replace(verdict, bounded=verdict.bounded or self.bounded)


def trace(scenario: Scenario, variant: Variant) -> Traced:
    """The scenario as a litmus test, traced from its routines.

    Raises ScenarioError where the routines do what no litmus test can say, Misuse where they break a rule.
    """
    explorations, values = explored(scenario, variant)
    name = f"{scenario.name}-{variant.name}"
    require_cells(scenario.condition(), scenario.memory())
    require_meaning(scenario, variant, explorations)
    text = render(name, _comment(scenario, variant), explorations, values, scenario.condition())
    bounded = any(exploration.bounded for exploration in explorations)
    return Traced(text, parse(Source(f"{name}.litmus", text)), bounded)


def explored(scenario: Scenario, variant: Variant) -> tuple[list[Exploration], Values]:
    """The paths of every thread, and what each cell may hold; raises as `trace` does."""
    return explore_all(scenario.runs(variant), scenario.memory())


def _comment(scenario: Scenario, variant: Variant) -> str:
    """What stands at the head of the test."""
    threads = ", ".join(f"P{number} {thread.name}" for number, thread in enumerate(scenario.threads))
    return f"{scenario.title}\nThreads: {threads}\nBad: {scenario.bad}\nVariant {variant.name}: {variant.why}\n"


def check(scenario: Scenario, variant: Variant, model: str, options: Options | None = None) -> Verdict:
    """The verdict of a model, by its name or file, on a variant: `Never` if the bad outcome is impossible."""
    return trace(scenario, variant).check(model, options)
