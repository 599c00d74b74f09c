"""The catalogue of a test: every outcome under every model, each with an execution where there is one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from litmus.case import Case
from litmus.cat import UNDEFINED, Model
from litmus.check import Options, check
from litmus.errors import UnsupportedError
from litmus.explain.cause import asked, ways
from litmus.gallery.exhibit import CUT, STANDARD, Exhibit, exhibit, forbidden, witnesses
from litmus.judge import Execution
from litmus.program import And, Compare, Program, Value, observables, predicate
from litmus.report import condition_text
from litmus.report.page import Answer, Cell, Column, Content, Outcome, listings
from litmus.solve import Budget, Undecided
from litmus.verdict import Verdict

MOST_OUTCOMES = 48
"""A page shows so many final states."""

MOST_CANDIDATES = 200
"""So many candidate executions are looked at for outcomes that are asked about and no model allows."""

PATIENCE = 60.0
"""Seconds to look for executions that models forbid, on one page; the rest of the cells then has no picture."""

Values = tuple[Value, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    """A case with its verdict, and the witnesses by final state."""

    case: Case
    verdict: Verdict
    found: dict[Values, Execution]


@dataclass(frozen=True, slots=True, eq=False)
class _Answered:
    """What a model says of a program; None, with a reason, where the program has no form on its architecture."""

    model: Model
    judged: _Judged | None
    reason: str = ""


def catalogue(program: Program, models: Sequence[Model], options: Options = STANDARD) -> Content:
    """The page of a program under some models; outcomes that the test asks about come first.

    Raises what `litmus.check.check` raises, but for programs that cannot be expressed on a model's architecture.
    """
    answered = [_answer(program, model, options) for model in models]
    states = _states(answered, options)
    holds = predicate(asked(_unfiltered(program)), observables(program))
    ordered = sorted(states, key=lambda values: (not holds(values), *map(_key, values)))
    names = [item.name for item in observables(program)]
    budget = Budget(options.timeout or PATIENCE, options.rlimit)
    outcomes = tuple(
        Outcome(
            dict(zip(names, map(str, values), strict=True)), holds(values),
            tuple(_cell(found, values, options, budget) for found in answered),
        )
        for values in ordered[:MOST_OUTCOMES]
    )  # fmt: skip
    return Content(
        name=program.name, language=program.arch, description=program.info.get("Doc", ""),
        question=condition_text(program.condition), initial=_initial(program), listings=listings(program),
        source=program.source.text.strip("\n") if program.source else "",
        columns=tuple(map(_column, answered)),
        outcomes=outcomes, left_out=max(len(ordered) - MOST_OUTCOMES, 0),
    )  # fmt: skip


def _unfiltered(program: Program) -> Program:
    """The program without its filter: states that a filter leaves out are not there at all."""
    return replace(program, filter=None)


# --- models ---------------------------------------------------------------------------------------------


def _column(answered: _Answered) -> Column:
    """A model, at the head of its cells."""
    verdict = None if answered.judged is None else answered.judged.verdict
    return Column(answered.model.name, answered.model.title, verdict, answered.reason)


def _answer(program: Program, model: Model, options: Options) -> _Answered:
    """The verdict of one model."""
    try:
        verdict = check(program, model, options)
        case = Case.of(program, model)
    except UnsupportedError as error:
        return _Answered(model, None, error.message)
    asked_for = observables(case.test)
    found: dict[Values, Execution] = {}
    for execution in witnesses(verdict):
        found.setdefault(execution.final(asked_for), execution)
    return _Answered(model, _Judged(case, verdict, found))


# --- outcomes -------------------------------------------------------------------------------------------


def _states(answered: Iterable[_Answered], options: Options) -> list[Values]:
    """Every final state that some model allows, and those that the test asks about and an execution can end in."""
    judged = [one.judged for one in answered if one.judged is not None]
    states = dict.fromkeys(values for one in judged for values in one.found)
    for one in judged[:1]:
        states |= dict.fromkeys(_candidates(one.case, options))
    return list(states)


def _candidates(case: Case, options: Options) -> Iterator[Values]:
    """The outcomes that are asked about, of candidate executions; what the budget allows."""
    budget = Budget(options.timeout, options.rlimit)
    try:
        for way in islice(ways(case, options.unroll, budget), MOST_CANDIDATES):
            yield way.execution.final(observables(case.test))
    except Undecided:
        return


def _cell(answered: _Answered, values: Values, options: Options, budget: Budget) -> Cell:
    """What a model says of a final state."""
    name, judged = answered.model.name, answered.judged
    if judged is None:
        return Cell(name, "undecided", story=(answered.reason,))
    verdict = judged.verdict
    if values in judged.found:
        return _shown(name, exhibit(judged.case, judged.found[values]))
    if UNDEFINED in verdict.flags:
        return Cell(name, "undefined", story=tuple(flag.describe() for flag in verdict.flagged))
    if verdict.observation is None:
        return Cell(name, "undecided", story=(verdict.undecided or "no reason given",))
    found = _forbidden(judged.case, values, options, budget)
    return replace(found, story=(*found.story, CUT)) if verdict.bounded else found


def _forbidden(case: Case, values: Values, options: Options, budget: Budget) -> Cell:
    """A final state that a model does not allow, with an execution that would end in it."""
    pairs = zip(observables(case.test), values, strict=True)
    outcome = And(tuple(Compare(item, "=", value) for item, value in pairs))
    name = case.model.name
    try:
        found = forbidden(case.asking(outcome), options, budget)
    except Undecided as limit:
        return Cell(name, "forbidden", story=(f"no execution to show: {limit}",))
    if found is None:
        return Cell(name, "impossible", story=("No execution of the program ends in this state, allowed or not.",))
    return _shown(name, found)


def _shown(model: str, found: Exhibit) -> Cell:
    """A cell with a picture."""
    answer: Answer = "allowed" if found.violation is None else "forbidden"
    told = found.told()
    return Cell(model, answer, found.graph(f"{model}: {found.answer}"), told.sentences, told.steps)


def _key(value: Value) -> tuple[bool, int, str]:
    """Numbers before addresses."""
    return (False, value, "") if isinstance(value, int) else (True, 0, str(value))


def _initial(program: Program) -> str:
    """The initial values that are not 0."""
    places = [(str(pointer), value) for pointer, value in program.memory.items()]
    places += [(f"{thread}:{name}", value) for (thread, name), value in program.registers.items()]
    return " ".join(f"{place}={value};" for place, value in places if value != 0)
