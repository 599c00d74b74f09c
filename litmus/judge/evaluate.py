"""A model on one execution, by concrete sets: the second opinion on every answer of the solvers.

Shares with the rest only the theory and the operators of relation algebra; uses no solver and no grounding.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from litmus.cat import (
    DIFFERENT_VALUES,
    Node,
    ScheduleStep,
    Theory,
    TheoryCheck,
    Values,
    evaluate_all,
    evaluate_static,
    is_static,
    schedule,
)
from litmus.errors import assert_never
from litmus.judge.columns import Many, columns
from litmus.judge.execution import Execution, co_columns, rf_columns
from litmus.judge.flagged import Flagged, flagged
from litmus.logic import Universe
from litmus.unfold import EventStructure

FEWEST_SIDE_BY_SIDE = 4
"""So many executions take less time side by side than one after the other."""


class Evaluator:
    """A theory on the executions of one event structure; what they share is evaluated once."""

    def __init__(self, theory: Theory, structure: EventStructure) -> None:
        self.theory = theory
        self.structure = structure
        self._static = evaluate_static(theory, structure)
        self._compares = any(isinstance(s, Node) and s.name == DIFFERENT_VALUES for s in theory.dynamic)

    def values(self, execution: Execution) -> Values:
        """The value of every node of the theory."""
        dynamic = {"rf": execution.rf, "co": execution.co}
        if self._compares:
            dynamic[DIFFERENT_VALUES] = execution.different_values()
        return evaluate_all(self.theory, self.structure, dynamic, self._static)

    def failing(self, execution: Execution) -> TheoryCheck | None:
        """The first axiom that the execution violates, or None: the model allows it."""
        values = self.values(execution)
        u = self.structure.universe
        for check in self.theory.checks:
            if check.role == "axiom" and not passes(u, check, values):
                return check
        return None

    def violated(self, executions: Sequence[Execution]) -> TheoryCheck | None:
        """The first axiom that one of the executions violates, or None: the model allows them all.

        A few are evaluated one by one, many side by side.
        """
        if len(executions) < FEWEST_SIDE_BY_SIDE:
            return next(filter(None, map(self.failing, executions)), None)
        axioms, steps = _axioms(self.theory)
        dynamic = {"rf": rf_columns(executions), "co": co_columns(executions)}
        if any(isinstance(s, Node) and s.name == DIFFERENT_VALUES for s in steps):
            dynamic[DIFFERENT_VALUES] = columns([execution.different_values() for execution in executions])
        many = Many(self.structure.universe, len(executions), self._static, dynamic, steps)
        return next(filter(many.failing, axioms), None)

    def flags(self, execution: Execution) -> tuple[Flagged, ...]:
        """The flags that the execution raises, with what raises them."""
        values = self.values(execution)
        u = self.structure.universe
        flags = (check for check in self.theory.checks if check.role != "axiom")
        return tuple(flagged(self.structure, c, values) for c in flags if passes(u, c, values) == (c.role == "flag"))


@lru_cache(maxsize=256)
def _axioms(theory: Theory) -> tuple[tuple[TheoryCheck, ...], tuple[ScheduleStep, ...]]:
    """The axioms of a theory, and the schedule of what depends on the execution and some axiom needs."""
    axioms = tuple(check for check in theory.checks if check.role == "axiom")
    steps = schedule(check.node for check in axioms)
    return axioms, tuple(step for step in steps if not is_static(step))


def passes(u: Universe, check: TheoryCheck, values: Values) -> bool:
    """Whether a check passes, given the values of the nodes."""
    value, kind = values[check.node.id], check.kind
    if kind == "acyclic":
        result = u.is_acyclic(value)
    elif kind == "irreflexive":
        result = not value & u.identity
    elif kind == "empty":
        result = not value
    else:
        assert_never(kind)
    return result != check.negated
