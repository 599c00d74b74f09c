"""A memory-model checker for litmus tests.

    from litmus import check, load_model, parse, read

    verdict = check(parse(read("SB.litmus")), load_model("x86-tso"))
    print(verdict.observation, verdict.states)

What is listed in `__all__` is the public interface; everything else may change.  Importing this loads neither
the parser generator nor the solver.
"""

from typing import TYPE_CHECKING

from litmus._version import VERSION as __version__
from litmus.cat import Model, ModelInfo, load_model, model_names
from litmus.check import Options, check
from litmus.errors import InputError, InternalError, LitmusError, UnsupportedError, UsageError
from litmus.explain import explain
from litmus.files import find, read
from litmus.judge import Execution
from litmus.program import Condition, Expectation, Program
from litmus.source import Source, Span
from litmus.syntax import parse
from litmus.verdict import State, Verdict

if TYPE_CHECKING:
    from litmus.explain.explanation import Explanation
    from litmus.lowering import lower, render

__all__ = [
    "Condition", "Execution", "Expectation", "Explanation", "InputError", "InternalError", "LitmusError", "Model",
    "ModelInfo", "Options", "Program", "Source", "Span", "State", "UnsupportedError", "UsageError", "Verdict",
    "__version__", "check", "explain", "find", "load_model", "lower", "model_names", "parse", "read", "render",
]  # fmt: skip


_LATER = {"lower": "litmus.lowering", "render": "litmus.lowering", "Explanation": "litmus.explain.explanation"}
"""Names that not every use needs, with the modules that they come from."""


def __getattr__(name: str) -> object:
    """The names of `_LATER`, imported when they are first used."""
    if name not in _LATER:
        raise AttributeError(f"module 'litmus' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_LATER[name]), name)
