"""A memory-model checker for litmus tests.

    from litmus import check, load_model, parse, read

    verdict = check(parse(read("SB.litmus")), load_model("x86-tso"))
    print(verdict.observation, verdict.states)

What is listed in `__all__` is the public interface; everything else may change.  Each name is imported when it is first
used, so that importing this loads nothing of the checker.
"""

import sys
from types import ModuleType
from typing import TYPE_CHECKING

from litmus._version import VERSION as __version__

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from litmus.batch import check_all
    from litmus.cat import Model, ModelInfo, load_model, model_names
    from litmus.check import Options, check
    from litmus.errors import InputError, InternalError, LitmusError, UnsupportedError, UsageError
    from litmus.explain import explain
    from litmus.explain.explanation import Explanation
    from litmus.files import find, read
    from litmus.judge import Execution
    from litmus.lowering import lower, render
    from litmus.picture.graphml import network
    from litmus.program import Condition, Expectation, Program
    from litmus.source import Source, Span
    from litmus.syntax import parse
    from litmus.verdict import Answer, Problem, State, Verdict

__all__ = [
    "Answer", "Condition", "Execution", "Expectation", "Explanation", "InputError", "InternalError", "LitmusError",
    "Model", "ModelInfo", "Options", "Problem", "Program", "Source", "Span", "State", "UnsupportedError",
    "UsageError", "Verdict", "__version__", "check", "check_all", "explain", "find", "load_model", "lower",
    "model_names", "network", "parse", "read", "render",
]  # fmt: skip

_HOMES = {
    "litmus.batch": ("check_all",),
    "litmus.cat": ("Model", "ModelInfo", "load_model", "model_names"),
    "litmus.check": ("Options", "check"),
    "litmus.errors": ("InputError", "InternalError", "LitmusError", "UnsupportedError", "UsageError"),
    "litmus.explain": ("explain",),
    "litmus.explain.explanation": ("Explanation",),
    "litmus.files": ("find", "read"),
    "litmus.judge": ("Execution",),
    "litmus.lowering": ("lower", "render"),
    "litmus.picture.graphml": ("network",),
    "litmus.program": ("Condition", "Expectation", "Program"),
    "litmus.source": ("Source", "Span"),
    "litmus.syntax": ("parse",),
    "litmus.verdict": ("Answer", "Problem", "State", "Verdict"),
}
"""Where the public names are at home."""

_HOME = {name: home for home, names in _HOMES.items() for name in names}


class _Face(ModuleType):
    """This package as a module whose public names stay what they are.

    `check` and `explain` are functions here and modules below: the import system puts a module into its package under
    its name as soon as anybody has imported it, and would so hide the function.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _HOME and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Face


def __getattr__(name: str) -> object:
    """A public name, imported when it is first used."""
    if name not in _HOME:
        raise AttributeError(f"module 'litmus' has no attribute {name!r}")
    from importlib import import_module

    found = globals()[name] = getattr(import_module(_HOME[name]), name)
    return found


def __dir__() -> list[str]:
    """The public names, and what is there already."""
    return sorted({*__all__, *globals()})


def load_ipython_extension(shell: "InteractiveShell") -> None:
    """`%load_ext litmus`: a notebook shows executions and verdicts; importing litmus in one does the same."""
    from litmus.gallery.notebook import register

    register(shell)


if "IPython" in sys.modules:
    from IPython import get_ipython

    if (_shell := get_ipython()) is not None:
        load_ipython_extension(_shell)
