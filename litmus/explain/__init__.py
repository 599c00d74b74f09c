"""Why a model forbids an outcome, or how it comes about: `explain`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from litmus.cat import Model
    from litmus.check import Options
    from litmus.explain.explanation import Explanation
    from litmus.program import Program

__all__ = ["cause", "edge", "explain", "explanation", "remedy", "story"]


def explain(program: Program, model: Model, options: Options | None = None) -> Explanation:
    """Why a model forbids the outcome that a test asks about, or how the outcome comes about.

    The outcome is the proposition of the condition, for `forall` its opposite.  Raises what `litmus.check` raises.
    """
    from litmus.check import Options
    from litmus.explain.why import why

    return why(program, model, options or Options())
