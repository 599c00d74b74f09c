"""The ways to get an outcome: candidate executions that end in it, whether the model allows them or not.

A candidate has a source for each read, a total coherence order for each location, and values that the paths taken need.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from litmus.cat.theory import Theory
from litmus.check import MOST_CANDIDATES, judge_of, lowered, wanted_of
from litmus.choices import Rules
from litmus.circuit import FALSE, TRUE
from litmus.errors import InternalError
from litmus.evaluate import Evaluator
from litmus.events import EventStructure
from litmus.execution import Execution
from litmus.explain.circles import constants, solutions
from litmus.explain.cycle import Reasons, Violation
from litmus.ground import Problem, ground
from litmus.library import Model
from litmus.pairs import Pairs, make_pairs
from litmus.paths import Walker
from litmus.program import And, Not, Observable, Program, Proposition
from litmus.proposition import predicate
from litmus.question import literal
from litmus.registers import RegisterWalker
from litmus.solve.budget import Budget
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
    for coherent in (True, False):
        for evaluator, execution in _all(program, model, unroll, budget or Budget(), coherent):
            yield Way(execution, Reasons(evaluator).violation(execution))


def allowed_executions(program: Program, model: Model, unroll: int, budget: Budget) -> Iterator[Execution]:
    """The ways that the model allows."""
    for evaluator, execution in _all(program, model, unroll, budget, True):
        if evaluator.failing(execution) is None:
            yield execution


def forbidden_ways(program: Program, model: Model, unroll: int = 2) -> Iterator[Way]:
    """The ways that the model forbids; each has a violation."""
    return (way for way in ways(program, model, unroll) if way.violation is not None)


def _all(
    program: Program, model: Model, unroll: int, budget: Budget, coherent: bool
) -> Iterator[tuple[Evaluator, Execution]]:
    """The candidates with the outcome, with the model on them: those that respect the model's rules of each location,
    or those that do not.
    """
    judge = judge_of(program, model)
    test = lowered(program, judge)
    for structure in unfold(test, unroll, RegisterWalker if judge.registers else Walker).structures():
        evaluator = Evaluator(judge.theory(structure.signature), structure)
        theory = evaluator.theory
        rules = Rules(theory.coherent, theory.ordered, theory.atomic)
        respecting = candidates(test, structure, rules, budget)
        if coherent:
            yield from ((evaluator, execution) for execution in respecting)
        elif rules != INCOHERENT:
            seen = {(execution.rf, execution.co) for execution in respecting}
            everything = candidates(test, structure, INCOHERENT, budget)
            yield from ((evaluator, e) for e in everything if (e.rf, e.co) not in seen)


def candidates(program: Program, structure: EventStructure, rules: Rules, budget: Budget) -> Iterator[Execution]:
    """The candidate executions of a structure that end in what is asked and keep to the rules of each location; last
    those with values out of thin air.
    """
    pairs = make_pairs(structure, rules, MOST_CANDIDATES)
    if pairs.candidates == 0:
        return
    problem, question = _problem(program, pairs, budget)
    wanted = wanted_of(program)
    holds = predicate(asked(program), wanted)
    for execution in _executions(problem, pairs, wanted, question, budget):
        if not execution.feasible or not holds(execution.final(wanted)):
            raise InternalError(f"{program.name}: a candidate does not end in the outcome")
        yield execution
    if problem.undefined != FALSE:
        guesses = constants(asked(program))
        problem = replace(problem, undefined=FALSE, constraints=[], required=[problem.undefined], answers=[TRUE])
        for circular in _executions(problem, pairs, wanted, TRUE, budget):
            for solved in solutions(circular, guesses):
                if solved.feasible and holds(solved.final(wanted)):
                    yield solved


def _problem(program: Program, pairs: Pairs, budget: Budget) -> tuple[Problem, int]:
    """The values of a structure without any axiom, and the literal of what is asked."""
    wanted = wanted_of(program)
    problem = ground(pairs.structure, NO_AXIOMS, [], [], (pairs.rf, pairs.co, pairs.algebra), wanted, budget.spend)
    question = literal(asked(program), wanted, problem.observed, problem.algebra)
    problem.answers = [question]
    return problem, question


def _executions(
    problem: Problem, pairs: Pairs, wanted: Sequence[Observable], question: int, budget: Budget
) -> Iterator[Execution]:
    """The candidates that make a literal true."""
    if pairs.tabled:
        return Table(problem, pairs, budget).executions(question)
    from litmus.solve.z3 import Z3Solver

    return Z3Solver(problem, pairs, wanted, budget).executions(question)
