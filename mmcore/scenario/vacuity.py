"""Questions whose answer would say nothing: a variant without a step that is not there, a thread that never ends.

Each would be a "Never" that nobody has earned, and is a ScenarioError.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mmcore.errors import ScenarioError
from mmcore.scenario.scenario import Scenario, Variant
from mmcore.traced import Cut, Exploration, explore_all


def require_meaning(scenario: Scenario, variant: Variant, explorations: Sequence[Exploration]) -> None:
    """Raises ScenarioError where the threads of a variant, as explored, cannot give the outcome a meaning.

    A label may be missing in one variant: it has to be there in some other one.
    """
    for thread, exploration in zip(scenario.threads, explorations, strict=True):
        if all(_cut_in_a_loop(path) for path in exploration.paths):
            hint = "let it end, or wait with smp_cond_load_acquire() or smp_cond_load_relaxed()"
            raise ScenarioError(f"the thread '{thread.name}' never comes out of its loops", hint=hint)
    missing = variant.without - _labels(explorations)
    for other in scenario.variants if missing else ():
        missing -= _labels(explore_all(scenario.runs(other), scenario.memory())[0])
    for label in sorted(missing):
        hint = f"give the step label={label!r}, or correct the name in the variant"
        raise ScenarioError(f"the variant '{variant.name}' leaves out '{label}', and no step has that label", hint=hint)


def _cut_in_a_loop(path: Sequence[object]) -> bool:
    last = path[-1] if path else None
    return isinstance(last, Cut) and last.why == "bound"


def _labels(explorations: Iterable[Exploration]) -> frozenset[str]:
    """The labels of the steps of all threads."""
    return frozenset(label for exploration in explorations for label in exploration.labels)
