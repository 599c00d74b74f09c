"""The ways to get an outcome: candidate executions that end in it, whether the model allows them or not.

A candidate has a source for each read, a total coherence order for each location, and values that the paths taken need.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from litmus.cat.theory import Theory
from litmus.check import MOST_CANDIDATES, judge_of, lowered, wanted_of
from litmus.choices import Rules
from litmus.errors import InternalError
from litmus.evaluate import Evaluator
from litmus.events import EventStructure
from litmus.execution import Execution
from litmus.explain.cycle import Reasons, Violation
from litmus.ground import ground
from litmus.library import Model
from litmus.pairs import Pairs, make_pairs
from litmus.paths import Walker
from litmus.program import And, Not, Program, Proposition
from litmus.proposition import predicate
from litmus.question import literal
from litmus.registers import RegisterWalker
from litmus.solve.budget import Budget
from litmus.solve.found import Solver
from litmus.solve.tables import Table
from litmus.unfold import unfold

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


def ways(program: Program, model: Model, unroll: int = 2, budget: Budget | None = None) -> Iterator[Way]:
    """Every way to get the outcome of a program (`asked`) that keeps each location coherent, if the model wants that;
    then the others.  Portable programs are lowered for the model.

    Raises what `litmus.check.check` raises; Undecided when the budget is spent.
    """
    judge = judge_of(program, model)
    test, seen = lowered(program, judge), set[tuple[int, int, int]]()
    for coherent in (True, False):
        for number, structure in enumerate(_structures(test, judge, unroll)):
            theory = judge.theory(structure.signature)
            rules = Rules(theory.coherent, theory.ordered, theory.atomic) if coherent else INCOHERENT
            reasons = Reasons(Evaluator(theory, structure))
            for execution in candidates(test, structure, rules, budget or Budget()):
                key = (number, execution.rf, execution.co)
                if key not in seen:
                    seen.add(key)
                    yield Way(execution, reasons.violation(execution))


def forbidden_ways(program: Program, model: Model, unroll: int = 2) -> Iterator[Way]:
    """The ways that the model forbids; each has a violation."""
    return (way for way in ways(program, model, unroll) if way.violation is not None)


def _structures(program: Program, judge: Model, unroll: int) -> Iterator[EventStructure]:
    walker = RegisterWalker if judge.registers else Walker
    return unfold(program, unroll, walker).structures()


def candidates(program: Program, structure: EventStructure, rules: Rules, budget: Budget) -> Iterator[Execution]:
    """The candidate executions of a structure that end in what is asked and keep to the rules of each location."""
    pairs = make_pairs(structure, rules, MOST_CANDIDATES)
    if pairs.candidates == 0:
        return
    solver, question = _solver(program, pairs, budget)
    wanted = wanted_of(program)
    holds = predicate(asked(program), wanted)
    for execution in solver.executions(question):
        if not execution.feasible or not holds(execution.final(wanted)):
            raise InternalError(f"{program.name}: a candidate does not end in the outcome")
        yield execution


def _solver(program: Program, pairs: Pairs, budget: Budget) -> tuple[Solver, int]:
    """A back end with the values of a structure and no axiom, and the literal of what is asked."""
    wanted = wanted_of(program)
    problem = ground(pairs.structure, NO_AXIOMS, [], [], (pairs.rf, pairs.co, pairs.algebra), wanted, budget.spend)
    question = literal(asked(program), wanted, problem.observed, problem.algebra)
    problem.answers = [question]
    if pairs.tabled:
        return Table(problem, pairs, budget), question
    from litmus.solve.z3 import Z3Solver

    return Z3Solver(problem, pairs, wanted, budget), question
