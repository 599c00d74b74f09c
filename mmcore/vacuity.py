"""Questions whose answer would say nothing: a result that no thread reports, a label that no step has, a thread that
never ends.  Each would be a "Never" that nobody has earned, and is a ScenarioError.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mmcore.errors import ScenarioError
from mmcore.scenario import Scenario, Variant
from mmcore.trace.explore import Exploration, explore_all
from mmcore.trace.step import Step
from mmcore.trace.term import LEAVES, Expression

ANY = -1
"""Stands for the thread of a label, which may be a step of any."""


def require_meaning(scenario: Scenario, variant: Variant, explorations: Sequence[Exploration]) -> None:
    """Raises ScenarioError where the threads of a variant, as explored, cannot give the outcome a meaning.

    A result or a label may be missing in one variant: it has to be there in some other one.
    """
    for thread, exploration in zip(scenario.threads, explorations, strict=True):
        if all(_cut_in_a_loop(path) for path in exploration.paths):
            hint = "let it end, or wait with smp_cond_load_acquire() or smp_cond_load_relaxed()"
            raise ScenarioError(f"the thread '{thread.name}' never comes out of its loops", hint=hint)
    missing = {*_asked(scenario.condition()), *((ANY, label) for label in variant.without)} - set(_there(explorations))
    for other in scenario.variants if missing else ():
        missing -= set(_there(explore_all(scenario.runs(other), scenario.memory())[0]))
    for thread_number, name in sorted(missing):
        raise _label(name, variant) if thread_number == ANY else _result(scenario, thread_number, name)


def _cut_in_a_loop(path: Sequence[object]) -> bool:
    last = path[-1] if path else None
    return isinstance(last, Step) and (last.kind, last.detail) == ("cut", "bound")


def _there(explorations: Sequence[Exploration]) -> Iterator[tuple[int, str]]:
    """The results that threads report, by number of the thread, and the labels of steps, by `ANY`."""
    for number, exploration in enumerate(explorations):
        for path in exploration.paths:
            for item in path:
                if isinstance(item, Step) and item.kind == "observe":
                    yield number, item.detail
        yield from ((ANY, label) for label in exploration.labels)


def _asked(condition: Expression) -> Iterator[tuple[int, str]]:
    """The results that a condition speaks of: number of the thread, and name."""
    if isinstance(condition, tuple) and condition[0] == "observed":
        yield condition[1], condition[2]
    elif isinstance(condition, tuple) and condition[0] not in LEAVES:
        for part in condition[1:]:
            yield from _asked(part)


def _result(scenario: Scenario, number: int, name: str) -> ScenarioError:
    thread = scenario.threads[number].name
    hint = f"let the thread call cpu.observe({name!r}, ...), or correct the name in the outcome"
    return ScenarioError(f"the outcome asks for {thread}.{name}, which the thread '{thread}' never reports", hint=hint)


def _label(label: str, variant: Variant) -> ScenarioError:
    hint = f"give the step label={label!r}, or correct the name in the variant"
    return ScenarioError(f"the variant '{variant.name}' leaves out '{label}', and no step has that label", hint=hint)
