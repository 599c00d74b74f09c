"""The cat language, interpreted once: a model as a graph of relational operators.

In: the trees of a model's files (`litmus.syntax.cat`).  Out: a `Theory` for each set of event kinds that tests have,
and its value in one execution.  What is not understood is refused by name, with its place.
"""

from litmus.cat.algebra import Unary, Values, evaluate_all, evaluate_static, operate
from litmus.cat.annotations import require_declared
from litmus.cat.graph import DIFFERENT_VALUES, OPERATORS, Monotone, Node, Op
from litmus.cat.library import BUNDLED, Model, ModelInfo, load_model, model_names
from litmus.cat.schedule import Fixpoint, ScheduleStep, is_static, schedule
from litmus.cat.theory import Theory, TheoryCheck
from litmus.cat.vocabulary import UNDEFINED
from litmus.syntax.cat.tree import CheckKind

__all__ = [
    "BUNDLED", "DIFFERENT_VALUES", "OPERATORS", "UNDEFINED", "CheckKind", "Fixpoint", "Model", "ModelInfo", "Monotone",
    "Node", "Op", "ScheduleStep", "Theory", "TheoryCheck", "Unary", "Values", "evaluate_all", "evaluate_static",
    "is_static", "load_model", "model_names", "operate", "require_declared", "schedule"
]  # fmt: skip
