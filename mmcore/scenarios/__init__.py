"""The scenarios, one module each: `SCENARIO` is the scenario of a module.

A user's scenario is a file of its own, named by its path.
"""

from __future__ import annotations

import sys
import traceback
from difflib import get_close_matches
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

from litmus import LitmusError
from mmcore.errors import ScenarioError
from mmcore.scenario import Scenario
from mmcore.scenario.wellformed import wellformed

__all__ = ["load", "names"]


def names() -> tuple[str, ...]:
    """The names of all scenarios, sorted."""
    return tuple(sorted(module.name for module in iter_modules(__path__)))


def load(name: str) -> Scenario:
    """The scenario of that name, or in the file of that name; raises ScenarioError if there is none."""
    if name in names():
        module = import_module(f"mmcore.scenarios.{name}")
    elif name.endswith(".py"):
        module = _from_file(Path(name))
    else:
        close = get_close_matches(name, names(), 1)
        hint = f"did you mean {close[0]}?" if close else f"known scenarios: {', '.join(names())}; or give a .py file"
        raise ScenarioError(f"there is no scenario '{name}'", hint=hint)
    scenario = getattr(module, "SCENARIO", None)
    if not isinstance(scenario, Scenario):
        raise ScenarioError(f"{name} has no scenario", hint="end the file with SCENARIO = Scenario(...)")
    return wellformed(scenario)


def _from_file(path: Path) -> ModuleType:
    """A module run from a file; what it raises is told with its line."""
    spec = spec_from_file_location(f"mmcore_scenario_{path.stem}", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise ScenarioError(f"there is no file {path}", hint="give the path of a Python file that defines SCENARIO")
    module = module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    try:
        spec.loader.exec_module(module)
    except LitmusError:
        raise
    except (Exception, SystemExit) as error:
        raise ScenarioError(f"{_where(error, path)}: {type(error).__name__}: {error}") from None
    return module


def _where(error: BaseException, path: Path) -> str:
    """The place in the file that an error comes from."""
    if isinstance(error, SyntaxError):
        return f"{path}:{error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if Path(frame.filename).name == path.name]
    return f"{path}:{lines[-1]}" if lines else str(path)
