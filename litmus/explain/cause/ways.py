"""The ways to get an outcome: candidate executions that end in it, whether the model allows them or not.

A candidate has a source for each read, a total coherence order for each location, and values that the paths taken need.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

from litmus.case import Case
from litmus.cat import Theory
from litmus.errors import InternalError
from litmus.explain.cause.circles import constants, solutions
from litmus.explain.cause.cycle import Reasons, Violation
from litmus.ground import Query, Rules, rules
from litmus.judge import Evaluator, Execution
from litmus.logic import FALSE, TRUE
from litmus.program import And, Not, Program, Proposition, predicate
from litmus.solve import Budget, Posed, pose
from litmus.unfold import EventStructure

NO_AXIOMS = Theory("", (), {}, (), (), False, False, False, (), 0)
"""The theory that allows every candidate."""

INCOHERENT = Rules(coherent=False, ordered=False, atomic=False)
"""The rules that leave every candidate."""


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """A candidate execution with the outcome, and why the model forbids it; None where it allows it."""

    execution: Execution
    violation: Violation | None


def asked(program: Program) -> Proposition:
    """What an explanation is about: the proposition of the test, or for `forall` its opposite, and the filter."""
    condition = program.condition
    outcome = Not(condition.proposition) if condition.kind == "forall" else condition.proposition
    return outcome if program.filter is None else And((program.filter, outcome))


def ways(case: Case, unroll: int = 2, budget: Budget | None = None) -> Iterator[Way]:
    """Every way to get the outcome of a program (`asked`) that keeps each location coherent, if the model wants that;
    then the others.

    Raises what `litmus.check.check` raises; Undecided when the budget is spent.
    """
    limit, seen = budget or Budget(), set[tuple[int, int, int]]()
    for number, evaluator in enumerate(_evaluators(case, unroll)):
        respecting = Candidates(case, evaluator.structure, rules(evaluator.theory), limit)
        for execution in chain(respecting.executions(), respecting.thin_air()):
            seen.add((number, execution.rf, execution.co))
            yield Way(execution, Reasons(evaluator).violation(execution))
    for number, evaluator in enumerate(_evaluators(case, unroll)):
        if rules(evaluator.theory) != INCOHERENT:
            for execution in Candidates(case, evaluator.structure, INCOHERENT, limit).executions():
                if (number, execution.rf, execution.co) not in seen:
                    yield Way(execution, Reasons(evaluator).violation(execution))


def allowed_executions(case: Case, unroll: int, budget: Budget) -> Iterator[Execution]:
    """The ways that the model allows."""
    for evaluator in _evaluators(case, unroll):
        found = Candidates(case, evaluator.structure, rules(evaluator.theory), budget)
        for execution in chain(found.executions(), found.thin_air()):
            if evaluator.failing(execution) is None:
                yield execution


def forbidden_ways(case: Case, unroll: int = 2) -> Iterator[Way]:
    """The ways that the model forbids; each has a violation."""
    return (way for way in ways(case, unroll) if way.violation is not None)


def _evaluators(case: Case, unroll: int) -> Iterator[Evaluator]:
    """The model on each of the event structures of a case."""
    for structure in case.unfold(unroll).structures():
        yield Evaluator(case.theory(structure), structure)


class Candidates:
    """The candidate executions of a structure that end in what is asked and keep to some rules of each location."""

    def __init__(self, case: Case, structure: EventStructure, demanded: Rules, budget: Budget) -> None:
        self.name = case.test.name
        self.asked = asked(case.test)
        self.wanted = case.wanted
        self.budget = budget
        self.structure = structure
        self.rules = demanded
        self._holds = predicate(self.asked, self.wanted)

    def executions(self) -> Iterator[Execution]:
        """Those whose values follow from one another."""
        if self._posed is None:
            return
        [question] = self._posed.problem.answers
        for execution in self._posed.solver(self.budget).executions(question):
            if not execution.feasible or not self._holds(execution.final(self.wanted)):
                raise InternalError(f"{self.name}: a candidate does not end in the outcome")
            yield execution

    def thin_air(self) -> Iterator[Execution]:
        """Those whose values depend on each other in a circle, as far as values are found."""
        if self._posed is None or self._posed.problem.undefined == FALSE:
            return
        undefined, guesses = self._posed.problem.undefined, constants(self.asked)
        problem = replace(
            self._posed.problem, undefined=FALSE, constraints=(), required=(undefined,), answers=(TRUE,)
        )
        for circular in self._posed.solver(self.budget, problem).executions(TRUE):
            for solved in solutions(circular, guesses):
                if solved.feasible and self._holds(solved.final(self.wanted)):
                    yield solved

    @cached_property
    def _posed(self) -> Posed | None:
        """The values of the structure without any axiom; what is asked is its answer."""
        query = Query(self.wanted, asked=(self.asked,))
        return pose(self.structure, NO_AXIOMS, self.rules, query, "auto", self.budget)
