"""Exhibits: for an outcome of a test, an execution that the model allows, or one that it forbids and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from textwrap import wrap

from litmus.case import Case
from litmus.cat import UNDEFINED, Model, Theory
from litmus.check import Options, check
from litmus.errors import InternalError
from litmus.explain.cause import Violation, Way, asked, reason, ways
from litmus.explain.edge import Edge
from litmus.explain.story import story
from litmus.judge import Execution
from litmus.picture import Graph, Link, graph
from litmus.program import Condition, Program, Proposition, predicate
from litmus.report import condition_text, state_text
from litmus.solve import Budget
from litmus.verdict import State, Verdict

MOST_WAYS = 32
"""Of the ways to get a forbidden outcome, the one with the plainest cycle is taken among this many."""

STANDARD = Options()

CUT = "a loop was cut at the unrolling bound: what takes more rounds is not seen"

WIDEST = 100
"""The characters of a line under a title."""

COMMUNICATION = {"rfe": "rf", "rfi": "rf", "coe": "co", "coi": "co", "fre": "fr", "fri": "fr"}
"""Relations that pictures show under the name on the right; the columns tell whether they stay in a thread."""


@dataclass(frozen=True, slots=True)
class Told:
    """What there is to say of an execution: sentences, and the steps it was done in; empty where none are known."""

    sentences: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Exhibit:
    """An execution to be shown, and its final state; `violation` says why the model forbids it, None if it does not.

    `theory`: what the model says of executions with such events.  `arch`: the language of the instructions;
    `own_words`: they are those of the user, not what they were lowered to.
    """

    execution: Execution
    state: State
    violation: Violation | None
    theory: Theory
    arch: str
    own_words: bool

    @property
    def answer(self) -> str:
        """`allowed`, or by which axiom it is forbidden."""
        return "allowed" if self.violation is None else f"forbidden by {self.violation.axiom}"

    def graph(self, title: str, notes: Sequence[str] = ()) -> Graph:
        """The picture, under a title."""
        cycle = () if self.violation is None else links(self.violation)
        return graph(self.execution, title, notes, cycle)

    def poster(self, program: Program, verdict: Verdict) -> Graph:
        """The picture by itself: its title says what is shown; the question, the final state and flags are under it."""
        flags = (f"flag: {flag.describe()}" for flag in verdict.flagged)
        cut = [CUT] if verdict.bounded and self.violation is not None else []
        notes = (condition_text(program.condition), f"final state: {state_text(self.state)}", *flags, *cut)
        undefined = self.violation is not None and UNDEFINED in verdict.flags
        answer = f"possible by undefined behaviour only, else {self.answer}" if undefined else self.answer
        lines = [line for note in notes for line in wrap(note, WIDEST)]
        return self.graph(f"{program.name} under {verdict.model}: {answer}", lines)

    def told(self) -> Told:
        """Why the model forbids it, or how it comes about."""
        if self.violation is not None:
            return Told((reason(self.violation, self.execution, self.own_words).story,))
        found = story((self.execution,), (self.theory,), self.own_words, self.arch)
        return Told() if found is None else Told(found.reordered, found.steps)


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
    """The verdict on what a program asks, and an execution with the outcome.

    For `forall` it is one against the proposition; where nothing at all is against it, any that the model allows.
    Raises what `litmus.check.check` raises, and Undecided when the budget is spent on the way to a forbidden one.
    """
    verdict = check(program, model, options)
    case = Case.of(program, model)
    found = allowed(case, verdict)
    if found is None and verdict.observation is not None:
        found = forbidden(case, options)
    if found is None and program.condition.kind == "forall":
        found = allowed(case.asking(case.test.condition.proposition), verdict)
    return Shown(verdict, found)


def allowed(case: Case, verdict: Verdict) -> Exhibit | None:
    """The first witness of a verdict that ends in what the program asks; None if there is none."""
    holds = predicate(asked(case.test), case.wanted)
    for execution in witnesses(verdict):
        if holds(execution.final(case.wanted)):
            return exhibit(case, execution)
    return None


def witnesses(verdict: Verdict) -> tuple[Execution, ...]:
    """The witnesses of a verdict."""
    return tuple(found for found in verdict.witnesses if isinstance(found, Execution))


def forbidden(case: Case, options: Options = STANDARD, budget: Budget | None = None) -> Exhibit | None:
    """The candidate execution with the outcome that breaks an axiom most plainly; None if none ends in it.

    To be called only where the model does not allow the outcome: InternalError if it does all the same.  Raises
    Undecided when the budget is spent (by default that of the options).
    """
    budget = budget or Budget(options.timeout, options.rlimit)
    found = list(islice(ways(case, options.unroll, budget), MOST_WAYS))
    if any(way.violation is None for way in found):
        raise InternalError(f"{case.program.name}: an outcome that is said to be forbidden has an allowed execution")
    if not found:
        return None
    best = min(found, key=_plainness)
    return exhibit(case, best.execution, best.violation)


def exhibit(case: Case, execution: Execution, violation: Violation | None = None) -> Exhibit:
    """An execution of a program under a model."""
    values = zip(case.wanted, execution.final(case.wanted), strict=True)
    state = {item.name: str(value) for item, value in values}
    return Exhibit(execution, state, violation, case.theory(execution.structure), case.test.arch, case.own_words)


def _plainness(way: Way) -> tuple[bool, int]:
    """What is looked at last: a cycle that stays at one location, as its own coherence forbids that; then longer ones.

    The number of edges of the reason; none is the worst.
    """
    leaves = way.violation.leaves if way.violation else ()
    events = way.execution.structure.events
    places = {events[event].pointer for edge in leaves for event in (edge.source, edge.target)}
    return len(places - {None}) <= 1, len(leaves) or 1_000_000


def links(violation: Violation) -> tuple[Link, ...]:
    """The cycle as it is drawn: as edges of the execution, from its first event on."""
    found = [_link(edge) for edge in violation.leaves if edge.source != edge.target]
    first = min(range(len(found)), key=lambda i: found[i].source, default=0)
    return (*found[first:], *found[:first])


def _link(edge: Edge) -> Link:
    """An edge under its name in pictures."""
    return Link(edge.source, edge.target, COMMUNICATION.get(edge.relation, edge.relation))
