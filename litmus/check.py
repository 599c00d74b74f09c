"""The pipeline from a program to a verdict: the only place that runs the stages from top to bottom."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from litmus.cat.algebra import bound_all
from litmus.cat.theory import Theory
from litmus.choices import Rules
from litmus.errors import InternalError, UnsupportedError, UsageError
from litmus.evaluate import Evaluator
from litmus.events import EventStructure
from litmus.execution import Execution
from litmus.ground import ground
from litmus.library import Model
from litmus.pairs import make_pairs
from litmus.paths import Walker
from litmus.program import (
    TRUE,
    Expectation,
    Observable,
    Pointer,
    Program,
    Value,
    mentioned,
    observables,
)
from litmus.proposition import predicate
from litmus.registers import RegisterWalker
from litmus.solve.budget import Budget, Undecided
from litmus.solve.found import Found, Solver
from litmus.unfold import unfold
from litmus.verdict import Verdict, observe

MOST_CANDIDATES = 100_000
"""`auto` and `table` use truth tables up to this many candidate executions; beyond it `auto` uses Z3."""

ENGINES = ("auto", "z3", "table")


@dataclass(frozen=True, slots=True)
class Options:
    """How to check.

    `engine`: one of `ENGINES`.  `unroll`: how often each backward jump may be taken.  `timeout`: seconds for
    the whole check.  `rlimit`: Z3's resource units for each query.  `compiler`: also consider the programs
    that a compiler may turn a native test into.
    """

    engine: str = "auto"
    unroll: int = 2
    timeout: float | None = None
    rlimit: int | None = None
    compiler: bool = False


@dataclass(slots=True)
class _Tally:
    """What has been found so far: for each final state its executions and one witness."""

    counts: dict[tuple[Value, ...], int | None] = field(default_factory=dict)
    witnesses: dict[tuple[Value, ...], Execution] = field(default_factory=dict)
    flags: dict[str, None] = field(default_factory=dict)

    def add(self, found: Found) -> None:
        """Counts a state."""
        before = self.counts.get(found.values, 0)
        self.counts[found.values] = None if before is None or found.count is None else before + found.count
        self.witnesses.setdefault(found.values, found.execution)


def check(program: Program, model: Model, options: Options = Options()) -> Verdict:
    """The verdict of a model on a program.

    A native program is lowered to the model's architecture first.  Raises UsageError when the model is for
    another architecture, UnsupportedError for what cannot be answered, InternalError when an answer does not
    survive its re-evaluation.
    """
    if options.engine not in ENGINES:
        raise UsageError(f"there is no engine '{options.engine}'", hint=f"known engines: {', '.join(ENGINES)}")
    start = time.process_time()
    verdict = _check(program, model, options)
    return _with_time(verdict, time.process_time() - start)


def _check(program: Program, model: Model, options: Options) -> Verdict:
    lowered = _lowered(program, model)
    asked = observables(lowered)
    filtered = mentioned(lowered.filter) if lowered.filter is not None else ()
    wanted = tuple(dict.fromkeys((*asked, *filtered)))
    tally, undecided, bounded = _Tally(), None, False
    budget = Budget(options.timeout, options.rlimit)
    try:
        unfolding = unfold(lowered, options.unroll, RegisterWalker if model.registers else Walker)
        bounded = unfolding.bounded
        for structure in unfolding.structures():
            _solve(lowered, structure, model, wanted, options.engine, budget, tally)
    except Undecided as limit:
        undecided = str(limit)
    return _verdict(lowered, model, wanted, asked, tally, bounded, undecided)


def _lowered(program: Program, model: Model) -> Program:
    """The program in the model's language."""
    if model.target in ("any", program.arch):
        return program
    if program.arch != "native":
        raise UsageError(
            f"the model '{model.name}' is for {model.target} programs, and '{program.name}' is for {program.arch}",
            hint="choose a model of the test's architecture, or write the test in the native language",
        )
    from litmus.lowering import lower

    return lower(program, model.target)


# --- one event structure --------------------------------------------------------------------------------


def _solve(
    program: Program,
    structure: EventStructure,
    model: Model,
    wanted: Sequence[Observable],
    engine: str,
    budget: Budget,
    tally: _Tally,
) -> None:
    """Adds the final states of one event structure to the tally; every witness is re-evaluated."""
    budget.spend()
    theory = model.theory(structure.signature)
    solver, flags = _solver(structure, theory, wanted, engine, budget)
    evaluator: Evaluator | None = None
    for found in solver.states():
        evaluator = evaluator or Evaluator(theory, structure)
        _confirm(program, evaluator, found, wanted)
        tally.add(found)
    if solver.out_of_thin_air():
        raise Undecided("the model allows values out of thin air")
    if evaluator is not None:
        tally.flags.update((name, None) for name, literal in flags if solver.possible(literal))


def _solver(
    structure: EventStructure, theory: Theory, wanted: Sequence[Observable], engine: str, budget: Budget
) -> tuple[Solver, list[tuple[str, int]]]:
    """A back end with the grounded problem of a structure, and the flags to ask it about."""
    pairs = make_pairs(structure, Rules(theory.coherent, theory.ordered, theory.atomic))
    may, must = bound_all(theory, structure, *pairs.bounds())
    problem = ground(structure, theory, may, must, (pairs.rf, pairs.co, pairs.circuit), wanted)
    candidates = pairs.candidates
    small = candidates is not None and candidates <= MOST_CANDIDATES
    if engine == "table" and not small:
        raise Undecided(f"more than {MOST_CANDIDATES} candidate executions are too many for tables")
    if small and engine != "z3":
        from litmus.solve.tables import Table

        return Table(problem, pairs, budget), problem.flags
    from litmus.solve.z3 import Z3Solver

    return Z3Solver(problem, pairs, wanted, budget), problem.flags


def _confirm(program: Program, evaluator: Evaluator, found: Found, wanted: Sequence[Observable]) -> None:
    """Re-evaluates a witness by concrete sets; a disagreement is a bug, never a verdict."""
    execution = found.execution
    if not execution.feasible or execution.final(wanted) != found.values:
        raise InternalError(f"{program.name}: a witness does not end in the state it was found for")
    failing = evaluator.failing(execution)
    if failing is not None:
        raise InternalError(f"{program.name}: a witness violates the axiom '{failing.name}'")


# --- the verdict ----------------------------------------------------------------------------------------


def _verdict(
    program: Program,
    model: Model,
    wanted: Sequence[Observable],
    asked: Sequence[Observable],
    tally: _Tally,
    bounded: bool,
    undecided: str | None,
) -> Verdict:
    kind = program.condition.kind
    satisfies = predicate(program.condition.proposition, wanted)
    passes = predicate(program.filter or TRUE, wanted)
    good: list[int | None] = []
    bad: list[int | None] = []
    states: dict[tuple[Value, ...], None] = {}
    witnesses = []
    for values, count in sorted(tally.counts.items(), key=_state_key):
        if passes(values):
            (good if satisfies(values) else bad).append(count)
            states[values[: len(asked)]] = None
            witnesses.append(tally.witnesses[values])
    observation = None if undecided else observe(bool(good), bool(bad))
    expected = _expectation(program.expectations, model.name)
    return Verdict(
        test=program.name,
        arch=program.arch,
        model=model.name,
        kind=kind,
        observation=observation,
        holds=None if undecided else {"exists": bool(good), "~exists": not good, "forall": not bad}[kind],
        states=tuple({item.name: _text(v) for item, v in zip(asked, values)} for values in states),
        positive=_total(good),
        negative=_total(bad),
        path=program.source.name if program.source else None,
        flags=tuple(tally.flags),
        bounded=bounded,
        undecided=undecided,
        expected=expected.verdict if expected else None,
        witnesses=tuple(witnesses),
    )


def _expectation(expectations: Sequence[Expectation], model: str) -> Expectation | None:
    return next((e for e in expectations if e.model == model), None)


def _total(counts: list[int | None]) -> int | None:
    """The sum, or None when some back end did not count."""
    total = 0
    for count in counts:
        if count is None:
            return None
        total += count
    return total


def _state_key(item: tuple[tuple[Value, ...], int | None]) -> tuple[tuple[bool, int, str], ...]:
    """States sort by their values, numbers before addresses."""
    return tuple([(False, v, "") if isinstance(v, int) else (True, 0, str(v)) for v in item[0]])


def _text(value: Value) -> str:
    return str(value)


def _with_time(verdict: Verdict, seconds: float) -> Verdict:
    from dataclasses import replace

    return replace(verdict, seconds=seconds)
