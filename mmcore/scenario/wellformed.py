"""What a scenario must be, whatever its routines do: names, types, expectations.  A mistake is a ScenarioError."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from mmcore.cpu.expression import Expression, finals
from mmcore.errors import ScenarioError
from mmcore.memory import Memory
from mmcore.scenario.scenario import Scenario, Thread, Variant

OBSERVATIONS = ("Never", "Sometimes", "Always")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_+.-]*")


def wellformed(scenario: Scenario) -> Scenario:
    """The scenario itself; raises ScenarioError with what is wrong with it."""
    _require_name("a scenario", scenario.name)
    for part in ("title", "bad"):
        _require(isinstance(getattr(scenario, part), str), f"the {part} of '{scenario.name}' is no text")
    for part in ("setup", "outcome"):
        _require(callable(getattr(scenario, part)), f"the {part} of '{scenario.name}' is no function")
    _require_all(scenario.threads, Thread, "threads", scenario)
    _require_all(scenario.variants, Variant, "variants", scenario)
    for thread in scenario.threads:
        _require(callable(thread.routine), f"the routine of the thread '{thread.name}' is no function")
    for variant in scenario.variants:
        _check_variant(variant, scenario)
    return scenario


def require_cells(condition: Expression, memory: Memory) -> None:
    """Raises ScenarioError where a condition asks for the final value of a cell that is not there."""
    for name in finals(condition):
        if name not in memory.cells:
            known = ", ".join(memory.cells)
            raise ScenarioError(f"the outcome asks for the cell '{name}'", hint=f"the cells are {known or 'none'}")


def _check_variant(variant: Variant, scenario: Scenario) -> None:
    """Raises ScenarioError for a variant that expects what no verdict is, or changes what is not there."""
    what = f"the variant '{variant.name}'"
    _require(isinstance(variant.expected, Mapping), f"{what} expects {variant.expected!r}",
             "give an observation for each model, such as NEVER or WEAK")  # fmt: skip
    for model, observation in variant.expected.items():
        _require(observation in OBSERVATIONS, f"{what} expects {observation!r} under {model}",
                 f"expect one of {', '.join(OBSERVATIONS)}")  # fmt: skip
    _require(isinstance(variant.without, (set, frozenset)), f"{what} leaves out {variant.without!r}",
             'give a set of labels: frozenset({"wmb"})')  # fmt: skip
    known = [thread.name for thread in scenario.threads]
    for name, routine in variant.threads.items():
        _require(name in known, f"{what} has a routine for the thread '{name}'", f"the threads are {', '.join(known)}")
        _require(callable(routine), f"{what}: the routine of the thread '{name}' is no function")


def _require_all(parts: Any, kind: type, what: str, scenario: Scenario) -> None:
    """Raises ScenarioError unless the parts are some of that kind, with names of their own."""
    right = isinstance(parts, Sequence) and parts and all(isinstance(part, kind) for part in parts)
    _require(bool(right), f"the {what} of '{scenario.name}' are {parts!r}",
             f"give a tuple of one or more: ({kind.__name__}(...), ...)")  # fmt: skip
    names = [part.name for part in parts]
    for name in names:
        _require_name(f"one of the {what}", name)
        _require(names.count(name) == 1, f"two {what} of '{scenario.name}' are named '{name}'")


def _require_name(what: str, name: object) -> None:
    """Raises ScenarioError for what is no name of a litmus test."""
    right = isinstance(name, str) and _NAME.fullmatch(name)
    _require(bool(right), f"the name of {what} is {name!r}", "a name has letters, digits, _, -, + and . only")


def _require(holds: bool, message: str, hint: str | None = None) -> None:
    if not holds:
        raise ScenarioError(message, hint=hint)
