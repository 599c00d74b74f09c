"""A memory-model checker for litmus tests.

    from litmus import check, load_model, parse, read

    verdict = check(parse(read("SB.litmus")), load_model("x86-tso"))
    print(verdict.observation, verdict.states)

What is listed in `__all__` is the public interface; everything else may change.  Importing this loads neither
the parser generator nor the solver.
"""

from typing import TYPE_CHECKING

from litmus._version import VERSION as __version__
from litmus.check import Options, check
from litmus.errors import InputError, InternalError, LitmusError, UnsupportedError, UsageError
from litmus.execution import Execution
from litmus.inputs import find, read
from litmus.library import Model, ModelInfo, load_model, model_names
from litmus.program import Condition, Expectation, Program
from litmus.source import Source, Span
from litmus.syntax import parse
from litmus.verdict import State, Verdict

if TYPE_CHECKING:
    from litmus.lowering import lower, render

__all__ = [
    "Condition", "Execution", "Expectation", "InputError", "InternalError", "LitmusError", "Model", "ModelInfo",
    "Options", "Program", "Source", "Span", "State", "UnsupportedError", "UsageError", "Verdict", "__version__",
    "check", "find", "load_model", "lower", "model_names", "parse", "read", "render",
]  # fmt: skip


def __getattr__(name: str) -> object:
    """The names of `litmus.lowering`, which only native tests need, imported when they are first used."""
    if name not in ("lower", "render"):
        raise AttributeError(f"module 'litmus' has no attribute {name!r}")
    import litmus.lowering

    return getattr(litmus.lowering, name)
