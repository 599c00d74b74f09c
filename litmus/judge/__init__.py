"""The second opinion: executions judged by concrete sets.

In: a `Theory` and candidate `Execution`s.  Out: the axiom that fails, or none; what raises a flag.  Imports no solver
and no grounding: every witness of a back end is judged here again, and `enumerate` is the oracle of the tests.
"""

from litmus.judge.evaluate import Evaluator, passes
from litmus.judge.execution import Execution
from litmus.judge.flagged import DATA_RACE, Access, Flagged

__all__ = ["DATA_RACE", "Access", "Evaluator", "Execution", "Flagged", "enumerate", "passes"]
