"""The pipeline from a program to a verdict: the only place that runs the stages from top to bottom."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TypeAlias

from litmus.case import Case
from litmus.cat import UNDEFINED, Model, require_declared
from litmus.errors import InternalError, UsageError
from litmus.ground import Problem, Query, rules
from litmus.judge import Evaluator, Execution, Flagged
from litmus.program import NATIVE, TRUE, Not, Program, Value, expectation, observables, predicate
from litmus.solve import ENGINES, Budget, Found, Solver, Undecided, pose
from litmus.unfold import EventStructure
from litmus.verdict import Observation, State, Verdict, observe

MOST_WITNESSES = 1_000
"""So many witnesses are re-evaluated together."""


Counted: TypeAlias = tuple[tuple[Value, ...], int | None]
"""A final state and the number of its executions, None where a back end did not count."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to check.

    `engine`: one of `ENGINES`.  `unroll`: how often each backward jump may be taken.  `timeout`: seconds for
    the whole check.  `rlimit`: Z3's resource units for each query.  `compiler`: also consider the programs
    that a compiler may turn a native test into.  `verdict_only`: find the observation without listing the states.
    """

    engine: str = "auto"
    unroll: int = 2
    timeout: float | None = None
    rlimit: int | None = None
    compiler: bool = False
    verdict_only: bool = False


@dataclass(slots=True)
class _Tally:
    """What has been found so far: for each final state its executions and one witness."""

    counts: dict[tuple[Value, ...], int | None] = field(default_factory=dict)
    witnesses: dict[tuple[Value, ...], Execution] = field(default_factory=dict)
    flags: dict[str, Flagged] = field(default_factory=dict)
    bounded: bool = False

    def add(self, found: Found) -> None:
        """Counts a state."""
        before = self.counts.get(found.values, 0)
        self.counts[found.values] = None if before is None or found.count is None else before + found.count
        self.witnesses.setdefault(found.values, found.execution)


def check(program: Program, model: Model, options: Options = Options()) -> Verdict:
    """The verdict of a model on a program.

    A native or kernel C program is lowered to the model's language first.
    Raises UsageError when the model is for another architecture, UnsupportedError for what cannot be answered,
    InternalError when an answer does not survive its re-evaluation.
    """
    if options.engine not in ENGINES:
        raise UsageError(f"there is no engine '{options.engine}'", hint=f"known engines: {', '.join(ENGINES)}")
    start = time.process_time()
    verdict = _check(Case.of(program, model), options)
    return replace(verdict, seconds=time.process_time() - start)


def _check(case: Case, options: Options) -> Verdict:
    budget = Budget(options.timeout, options.rlimit)
    tally, undecided, reordered = _Tally(), None, None
    direct, written = False, None
    require_declared(case.test, case.model)
    question = _Question(case)
    try:
        for number, variant in enumerate(_variants(case, options)):
            _explore(variant, options, budget, tally, question)
            reached = options.compiler and any(map(question.interesting, tally.counts))
            if number == 0:
                direct = reached
                written = question.observation(tally.counts) if options.compiler else None
            elif reached and not direct and reordered is None:
                from litmus.lowering import render

                reordered = render(variant.program)
    except Undecided as limit:
        undecided = str(limit)
    except RecursionError:
        undecided = "the recursive definitions of the model go too deep in this test"
    verdict = _verdict(question, tally, undecided)
    if options.verdict_only:
        verdict = replace(verdict, states=(), satisfying=(), states_listed=False, positive=None, negative=None)
    return replace(verdict, compiler_only=reordered is not None, reordered=reordered, as_written=written)


def _variants(case: Case, options: Options) -> Iterator[Case]:
    """The case, and with `compiler` those of what a compiler may make of a native program."""
    yield case
    if options.compiler and case.program.arch == NATIVE.name:
        from litmus.lowering.compiler import reorderings

        for program in islice(reorderings(case.program), 1, None):
            yield Case.of(program, case.model)


def _explore(case: Case, options: Options, budget: Budget, tally: _Tally, question: _Question) -> None:
    """Adds the final states of a case to the tally, one event structure after the other."""
    unfolding = case.unfold(options.unroll, budget.spend)
    tally.bounded |= unfolding.bounded
    for structure in unfolding.structures():
        if options.verdict_only and question.settled(tally.counts):
            break
        _solve(case, structure, options, budget, tally)


# --- one event structure --------------------------------------------------------------------------------


def _solve(case: Case, structure: EventStructure, options: Options, budget: Budget, tally: _Tally) -> None:
    """Adds the final states of one event structure to the tally; every witness is re-evaluated."""
    budget.spend()
    theory = case.theory(structure)
    condition, filtered = case.test.condition.proposition, case.test.filter or TRUE
    query = Query(case.wanted, filtered, (condition, Not(condition)) if options.verdict_only else ())
    posed = pose(structure, theory, rules(theory), query, options.engine, budget)
    if posed is None:
        return
    problem, solver = posed.problem, posed.solver(budget)
    evaluator: Evaluator | None = None
    answers = filter(None, map(solver.witness, problem.answers))
    for batch in _batches(answers if options.verdict_only else solver.states()):
        if structure.refusal is not None:
            raise structure.refusal
        evaluator = evaluator or Evaluator(theory, structure)
        _confirm(case, evaluator, batch)
        for found in batch:
            tally.add(found)
    if evaluator is not None:
        _add_flags(case, evaluator, solver, problem, tally)
    if solver.out_of_thin_air():
        raise Undecided("the model allows values out of thin air")


def _add_flags(case: Case, evaluator: Evaluator, solver: Solver, problem: Problem, tally: _Tally) -> None:
    """Adds the flags that some allowed execution raises, each with what raised it there."""
    for name, raised in problem.flags:
        found = None if name in tally.flags else solver.witness(raised)
        if found is not None:
            what = next((flag for flag in evaluator.flags(found.execution) if flag.name == name), None)
            if what is None:
                raise InternalError(f"{case.test.name}: a witness does not raise the flag '{name}'")
            tally.flags[name] = what


def _batches(found: Iterable[Found]) -> Iterator[list[Found]]:
    """What is found, many at a time; also what was found before a limit was reached."""
    batch: list[Found] = []
    try:
        for one in found:
            batch.append(one)
            if len(batch) == MOST_WITNESSES:
                yield batch
                batch = []
    except Undecided:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def _confirm(case: Case, evaluator: Evaluator, batch: Sequence[Found]) -> None:
    """Re-evaluates witnesses by concrete sets; a disagreement is a bug, never a verdict."""
    for found in batch:
        if not found.execution.feasible or found.execution.final(case.wanted) != found.values:
            raise InternalError(f"{case.test.name}: a witness does not end in the state it was found for")
    failing = evaluator.violated([found.execution for found in batch])
    if failing is not None:
        raise InternalError(f"{case.test.name}: a witness violates the axiom '{failing.name}'")


# --- the verdict ----------------------------------------------------------------------------------------


class _Question:
    """What a program asks, about states in the order of `Case.wanted`.

    The values are those of the lowered program, whose elements of arrays have other addresses.
    """

    def __init__(self, case: Case) -> None:
        self.case = case
        self.kind = case.program.condition.kind
        self.satisfies = predicate(case.test.condition.proposition, case.wanted)
        self.passes = predicate(case.test.filter or TRUE, case.wanted)

    def settled(self, states: Iterable[tuple[Value, ...]]) -> bool:
        """Whether the states hold one that satisfies the proposition, and one that does not."""
        return self.observation(states) == "Sometimes"

    def observation(self, states: Iterable[tuple[Value, ...]]) -> Observation:
        """The observation where these are all final states."""
        found = {self.satisfies(values) for values in states if self.passes(values)}
        return observe(True in found, False in found)

    def interesting(self, values: Sequence[Value]) -> bool:
        """Whether a state decides the question: a witness, or for `forall` a counterexample."""
        return self.passes(values) and self.satisfies(values) == (self.kind != "forall")


def _verdict(question: _Question, tally: _Tally, undecided: str | None) -> Verdict:
    program, model = question.case.program, question.case.model
    counted = [item for item in sorted(tally.counts.items(), key=_state_key) if question.passes(item[0])]
    truth = [question.satisfies(values) for values, _ in counted]
    good = [count for (_, count), true in zip(counted, truth, strict=True) if true]
    bad = [count for (_, count), true in zip(counted, truth, strict=True) if not true]
    named = {} if UNDEFINED in tally.flags else _named(program, counted, truth)
    expected = expectation(program, model.name)
    return Verdict(
        test=program.name,
        arch=program.arch,
        model=model.name,
        kind=question.kind,
        observation=None if undecided else observe(bool(good), bool(bad)),
        holds=None if undecided else {"exists": bool(good), "~exists": not good, "forall": not bad}[question.kind],
        states=_shown(program, named),
        satisfying=tuple(named.values()),
        positive=_total(good),
        negative=_total(bad),
        path=program.source.name if program.source else None,
        flags=tuple(tally.flags),
        flagged=tuple(tally.flags.values()),
        bounded=tally.bounded,
        undecided=undecided,
        expected=expected.verdict if expected else None,
        witnesses=tuple(tally.witnesses[values] for values, _ in counted),
    )


def _named(program: Program, counted: Iterable[Counted], truth: Iterable[bool]) -> dict[tuple[Value, ...], bool]:
    """The states without what only the filter mentions, and whether each satisfies the proposition."""
    number = len(observables(program))
    return {values[:number]: true for (values, _), true in zip(counted, truth, strict=True)}


def _shown(program: Program, states: Iterable[tuple[Value, ...]]) -> tuple[State, ...]:
    """The states by the names of the test."""
    names = [item.name for item in observables(program)]
    return tuple(dict(zip(names, map(str, values), strict=True)) for values in states)


def _total(counts: list[int | None]) -> int | None:
    """The sum, or None when some back end did not count."""
    total = 0
    for count in counts:
        if count is None:
            return None
        total += count
    return total


def _state_key(item: Counted) -> tuple[tuple[bool, int, str], ...]:
    """States sort by their values, numbers before addresses."""
    return tuple([(False, v, "") if isinstance(v, int) else (True, 0, str(v)) for v in item[0]])
