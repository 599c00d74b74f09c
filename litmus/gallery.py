"""Executions to be shown: for an outcome of a test, one that the model allows, or one that it forbids and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice

from litmus.check import Options, check, judge_of, lowered, wanted_of
from litmus.execution import Execution
from litmus.explain.cycle import Violation
from litmus.explain.edge import Edge
from litmus.explain.ways import Way, asked, ways
from litmus.library import Model
from litmus.program import Condition, Program, Proposition
from litmus.proposition import predicate
from litmus.report.picture.graph import Link
from litmus.solve.budget import Budget
from litmus.verdict import State, Verdict

MOST_WAYS = 32
"""Of the ways to get a forbidden outcome, the one with the shortest cycle is taken among this many."""

STANDARD = Options()

COMMUNICATION = {"rfe": "rf", "rfi": "rf", "coe": "co", "coi": "co", "fre": "fr", "fri": "fr"}
"""Relations that pictures show under the name on the right; the columns tell whether they stay in a thread."""


@dataclass(frozen=True, slots=True, eq=False)
class Exhibit:
    """An execution to be shown, and its final state.

    `axiom`: the axiom that forbids it, None where the model allows it; `cycle` is what the axiom has against it.
    """

    execution: Execution
    state: State
    axiom: str | None = None
    cycle: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """A verdict on an outcome, and an execution that ends in it, allowed if there is one.

    `exhibit` is None where no execution can end in it, whatever the model, or where the model left it open.
    """

    verdict: Verdict
    exhibit: Exhibit | None


def asking(program: Program, proposition: Proposition) -> Program:
    """The program, with the question whether the proposition can come true."""
    return replace(program, condition=Condition("exists", proposition))


def show(program: Program, model: Model, options: Options = STANDARD) -> Shown:
    """The verdict on what a program asks, and an execution with the outcome (for `forall`: against it).

    Raises what `litmus.check.check` raises.
    """
    verdict = check(program, model, options)
    found = allowed(program, model, verdict)
    if found is None and verdict.observation is not None:
        found = forbidden(program, model, options)
    return Shown(verdict, found)


def allowed(program: Program, model: Model, verdict: Verdict) -> Exhibit | None:
    """The first witness of a verdict that ends in what the program asks; None if there is none."""
    test = lowered(program, judge_of(program, model))
    holds = predicate(asked(test), wanted_of(test))
    for execution in verdict.witnesses:
        assert isinstance(execution, Execution), "witnesses are executions"
        if holds(execution.final(wanted_of(test))):
            return Exhibit(execution, _state(test, execution))
    return None


def forbidden(program: Program, model: Model, options: Options = STANDARD) -> Exhibit | None:
    """The candidate execution with the outcome that breaks an axiom most plainly; None if none ends in it.

    Raises Undecided when the budget is spent.
    """
    test = lowered(program, judge_of(program, model))
    budget = Budget(options.timeout, options.rlimit)
    found = [way for way in islice(ways(program, model, options.unroll, budget), MOST_WAYS) if way.violation]
    if not found:
        return None
    best = min(found, key=_length)
    assert best.violation is not None, "chosen for it"
    return Exhibit(best.execution, _state(test, best.execution), best.violation.axiom, _links(best.violation))


def _length(way: Way) -> int:
    """The number of edges of the reason; none is the worst."""
    return (len(way.violation.leaves) if way.violation else 0) or 1_000_000


def _state(test: Program, execution: Execution) -> State:
    """The final state of an execution, by the names of the test."""
    wanted = wanted_of(test)
    return {item.name: str(value) for item, value in zip(wanted, execution.final(wanted), strict=True)}


def _links(violation: Violation) -> tuple[Link, ...]:
    """The cycle as it is drawn: as edges of the execution, from its first event on."""
    links = [_link(edge) for edge in violation.leaves if edge.source != edge.target]
    first = min(range(len(links)), key=lambda i: links[i].source, default=0)
    return (*links[first:], *links[:first])


def _link(edge: Edge) -> Link:
    """An edge under its name in pictures."""
    return Link(edge.source, edge.target, COMMUNICATION.get(edge.relation, edge.relation))
