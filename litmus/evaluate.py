"""A model on one execution, by concrete sets: the second opinion on every answer of the solvers.

Shares with the rest only the theory and the operators of relation algebra; uses no solver and no grounding.
"""

from __future__ import annotations

from litmus.cat.algebra import Values, evaluate_all, evaluate_static
from litmus.cat.theory import DIFFERENT_VALUES, Node, Theory, TheoryCheck
from litmus.events import EventStructure
from litmus.execution import Execution
from litmus.flagged import Flagged, flagged
from litmus.relation import Universe


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

    def flags(self, execution: Execution) -> tuple[Flagged, ...]:
        """The flags that the execution raises, with what raises them."""
        values = self.values(execution)
        u = self.structure.universe
        flags = (check for check in self.theory.checks if check.role != "axiom")
        return tuple(flagged(self.structure, c, values) for c in flags if passes(u, c, values) == (c.role == "flag"))


def passes(u: Universe, check: TheoryCheck, values: Values) -> bool:
    """Whether a check passes, given the values of the nodes."""
    value = values[check.node.id]
    if check.kind == "acyclic":
        result = u.is_acyclic(value)
    elif check.kind == "irreflexive":
        result = not value & u.identity
    else:
        result = not value
    return result != check.negated
