"""The catalogue of a test: every outcome under every model, each with an execution where there is one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from litmus.case import lowered
from litmus.cat import UNDEFINED, Model
from litmus.check import Options, check
from litmus.errors import UnsupportedError
from litmus.explain.cause import asked, ways
from litmus.gallery.exhibit import CUT, STANDARD, Exhibit, asking, exhibit, forbidden, witnesses
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
class _Answered:
    """A model's verdict on a program, lowered to `test`, and its witnesses by final state.

    `verdict` is None, with a reason, where the program has no form on the model's architecture.
    """

    model: Model
    test: Program
    verdict: Verdict | None
    found: dict[Values, Execution]
    reason: str = ""


def catalogue(program: Program, models: Sequence[Model], options: Options = STANDARD) -> Content:
    """The page of a program under some models; outcomes that the test asks about come first.

    Raises what `litmus.check.check` raises, but for programs that cannot be expressed on a model's architecture.
    """
    answered = [_answer(program, model, options) for model in models]
    states = _states(program, answered, options)
    holds = predicate(asked(_unfiltered(program)), observables(program))
    ordered = sorted(states, key=lambda values: (not holds(values), *map(_key, values)))
    names = [item.name for item in observables(program)]
    budget = Budget(options.timeout or PATIENCE, options.rlimit)
    outcomes = tuple(
        Outcome(
            dict(zip(names, map(str, values), strict=True)), holds(values),
            tuple(_cell(program, found, values, options, budget) for found in answered),
        )
        for values in ordered[:MOST_OUTCOMES]
    )  # fmt: skip
    return Content(
        name=program.name, language=program.arch, description=program.info.get("Doc", ""),
        question=condition_text(program.condition), initial=_initial(program), listings=listings(program),
        source=program.source.text.strip("\n") if program.source else "",
        columns=tuple(Column(found.model.name, found.model.title, found.verdict, found.reason) for found in answered),
        outcomes=outcomes, left_out=max(len(ordered) - MOST_OUTCOMES, 0),
    )  # fmt: skip


def _unfiltered(program: Program) -> Program:
    """The program without its filter: states that a filter leaves out are not there at all."""
    return replace(program, filter=None)


# --- models ---------------------------------------------------------------------------------------------


def _answer(program: Program, model: Model, options: Options) -> _Answered:
    """The verdict of one model."""
    try:
        verdict = check(program, model, options)
        test = lowered(program, model)
    except UnsupportedError as error:
        return _Answered(model, program, None, {}, error.message)
    asked_for = observables(test)
    found: dict[Values, Execution] = {}
    for execution in witnesses(verdict):
        found.setdefault(execution.final(asked_for), execution)
    return _Answered(model, test, verdict, found)


# --- outcomes -------------------------------------------------------------------------------------------


def _states(program: Program, answered: Iterable[_Answered], options: Options) -> list[Values]:
    """Every final state that some model allows, and those that the test asks about and an execution can end in."""
    answered = list(answered)
    states = dict.fromkeys(values for found in answered for values in found.found)
    judged = next((found for found in answered if found.verdict is not None), None)
    if judged is not None:
        states |= dict.fromkeys(_candidates(program, judged, options))
    return list(states)


def _candidates(program: Program, judged: _Answered, options: Options) -> Iterator[Values]:
    """The outcomes that are asked about, of candidate executions; what the budget allows."""
    budget = Budget(options.timeout, options.rlimit)
    try:
        for way in islice(ways(program, judged.model, options.unroll, budget), MOST_CANDIDATES):
            yield way.execution.final(observables(judged.test))
    except Undecided:
        return


def _cell(program: Program, answered: _Answered, values: Values, options: Options, budget: Budget) -> Cell:
    """What a model says of a final state."""
    name, verdict = answered.model.name, answered.verdict
    if verdict is None:
        return Cell(name, "undecided", story=(answered.reason,))
    if values in answered.found:
        return _shown(name, exhibit(program, answered.test, answered.model, answered.found[values]))
    if UNDEFINED in verdict.flags:
        return Cell(name, "undefined", story=tuple(flag.describe() for flag in verdict.flagged))
    if verdict.observation is None:
        return Cell(name, "undecided", story=(verdict.undecided or "no reason given",))
    found = _forbidden(program, answered, values, options, budget)
    return replace(found, story=(*found.story, CUT)) if verdict.bounded else found


def _forbidden(program: Program, answered: _Answered, values: Values, options: Options, budget: Budget) -> Cell:
    """A final state that a model does not allow, with an execution that would end in it."""
    pairs = zip(observables(answered.test), values, strict=True)
    outcome = And(tuple(Compare(item, "=", value) for item, value in pairs))
    name = answered.model.name
    try:
        found = forbidden(asking(answered.test, outcome), answered.model, options, budget)
    except Undecided as limit:
        return Cell(name, "forbidden", story=(f"no execution to show: {limit}",))
    if found is None:
        return Cell(name, "impossible", story=("No execution of the program ends in this state, allowed or not.",))
    return _shown(name, replace(found, own_words=answered.test.arch == program.arch))


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
