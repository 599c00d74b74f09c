"""A scenario in words: what its sides do, which steps it stands on, and what each variant leaves out."""

from __future__ import annotations

import inspect
import linecache
from collections.abc import Iterator
from pathlib import Path

from mmcore.scenario.check import explored
from mmcore.scenario.scenario import Scenario, Thread, Variant


def explain(scenario: Scenario) -> Iterator[str]:
    """The lines of the explanation."""
    yield f"{scenario.name}: {scenario.title}"
    yield from _field("source", "; ".join(scenario.source))
    yield from _field("history", scenario.history)
    yield from _field("bad", scenario.bad)
    yield from _field("pairs", scenario.pairs)
    yield "threads"
    for thread in scenario.threads:
        yield f"  {thread.name}: {_said(thread)}"
    yield from _steps(scenario)
    yield "variants"
    for variant in scenario.variants:
        yield from _variant(variant)


def _field(name: str, text: str) -> Iterator[str]:
    if text:
        yield f"{name}: {text}"


def _said(thread: Thread) -> str:
    """The first paragraph of a routine's docstring on one line."""
    return " ".join((inspect.getdoc(thread.routine) or "").split("\n\n")[0].split())


def _steps(scenario: Scenario) -> Iterator[str]:
    """The labelled steps of the first variant, with their lines of code."""
    explorations, _ = explored(scenario, scenario.variants[0])
    found: dict[str, str] = {}
    for thread, exploration in zip(scenario.threads, explorations, strict=True):
        for label, (place, number) in exploration.labels.items():
            path, _, function = place.rpartition(":")
            line = linecache.getline(path, number).strip()
            found.setdefault(label, f"  {label}: {thread.name}, {Path(path).name}:{number} in {function}(): {line}")
    if found:
        yield "steps that a variant can leave out"
        yield from found.values()


def _variant(variant: Variant) -> Iterator[str]:
    """What a variant leaves out and why that matters, and where its outcome is possible."""
    changed = [f"without {', '.join(sorted(variant.without))}"] if variant.without else []
    changed += [f"{name} runs {routine.__name__}()" for name, routine in variant.threads.items()]
    what = f" ({'; '.join(changed)})" if changed else ""
    yield f"  {variant.name}{what}: {variant.why}"
    possible = [model for model, observation in variant.expected.items() if observation != "Never"]
    yield f"    possible under {', '.join(possible)}" if possible else "    impossible under every model"
    if variant.reason:
        yield f"    {variant.reason}"
