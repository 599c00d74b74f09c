"""The scenarios, one module each: `SCENARIO` is the scenario of a module."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from mmcore.errors import ScenarioError
from mmcore.scenario import Scenario


def names() -> tuple[str, ...]:
    """The names of all scenarios, sorted."""
    return tuple(sorted(module.name for module in iter_modules(__path__)))


def load(name: str) -> Scenario:
    """The scenario of that name; raises ScenarioError if there is none."""
    if name not in names():
        raise ScenarioError(f"there is no scenario '{name}'", hint=f"known scenarios: {', '.join(names())}")
    scenario: Scenario = import_module(f"mmcore.scenarios.{name}").SCENARIO
    return scenario
