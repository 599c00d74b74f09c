"""A memory-model checker for litmus tests.

    from litmus import check, load_model, parse, read

    verdict = check(parse(read("SB.litmus")), load_model("x86-tso"))
    print(verdict.observation, verdict.states)

What is listed in `__all__` is the public interface; everything else may change.  Names are imported when they
are first used, so that `import litmus` costs nothing.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from litmus._version import VERSION as __version__
    from litmus.check import Options, check
    from litmus.errors import InputError, InternalError, LitmusError, UnsupportedError, UsageError
    from litmus.inputs import find, read
    from litmus.library import ModelInfo, load_model, model_names
    from litmus.lowering import lower, render
    from litmus.program import Condition, Expectation, Program
    from litmus.source import Source, Span
    from litmus.syntax import parse
    from litmus.verdict import State, Verdict

__all__ = [
    "Condition", "Expectation", "InputError", "InternalError", "LitmusError", "ModelInfo", "Options", "Program",
    "Source", "Span", "State", "UnsupportedError", "UsageError", "Verdict", "__version__", "check", "find",
    "load_model", "lower", "model_names", "parse", "read", "render",
]  # fmt: skip

_HOMES = {
    "check": ("Options", "check"),
    "errors": ("InputError", "InternalError", "LitmusError", "UnsupportedError", "UsageError"),
    "inputs": ("find", "read"),
    "library": ("ModelInfo", "load_model", "model_names"),
    "lowering": ("lower", "render"),
    "program": ("Condition", "Expectation", "Program"),
    "source": ("Source", "Span"),
    "syntax": ("parse",),
    "verdict": ("State", "Verdict"),
}


def __getattr__(name: str) -> object:
    """A public name, from the module where it lives."""
    from importlib import import_module

    if name == "__version__":
        return import_module("litmus._version").VERSION
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"litmus.{home}"), name)
    raise AttributeError(f"module 'litmus' has no attribute {name!r}")
