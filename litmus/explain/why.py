"""The question `why`: from a program and a model to an explanation."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

from litmus.case import Case
from litmus.cat import Model
from litmus.check import Options, check
from litmus.errors import InternalError
from litmus.explain.cause import allowed_executions, asked, reasons, ways
from litmus.explain.explanation import Explanation
from litmus.explain.remedy import proof, repair
from litmus.explain.story import story
from litmus.program import NATIVE, C, Program
from litmus.solve import Budget, Undecided
from litmus.verdict import Verdict

MOST_WAYS = 200
"""So many ways to a forbidden outcome are looked at."""

MOST_EXECUTIONS = 20
"""So many allowed executions are looked at for the simplest story."""

OTHER_LINES = "the lines are those of the test as kernel C (litmus lower --to c)"
NO_STORY = "the model allows this, but no order of steps on a simple machine was found that gives it"


def why(program: Program, model: Model, options: Options, most: int = MOST_WAYS) -> Explanation:
    """Why the model forbids the outcome of a program, or how it comes about; of what is forbidden at most `most` ways
    are looked at.

    Raises what `litmus.check.check` raises.
    """
    verdict = check(program, model, replace(options, verdict_only=True, compiler=False))
    start = _start(program, model, verdict)
    if start.forbidden is None:
        return start
    answer = _forbidden if start.forbidden else _allowed
    try:
        return answer(replace(start, complete=not verdict.bounded), Case.of(program, model), options, most)
    except Undecided as limit:
        return replace(start, undecided=str(limit), complete=False)


def _start(program: Program, model: Model, verdict: Verdict) -> Explanation:
    """What the verdict alone says."""
    never = "Always" if program.condition.kind == "forall" else "Never"
    return Explanation(
        test=program.name, arch=program.arch, model=model.name, outcome=asked(program), observation=verdict.observation,
        forbidden=None if verdict.observation is None else verdict.observation == never, path=verdict.path,
        undecided=verdict.undecided, notes=_notes(program, model, verdict),
    )  # fmt: skip


def _notes(program: Program, model: Model, verdict: Verdict) -> tuple[str, ...]:
    """What a reader has to know of the lines and of the verdict."""
    moved = (OTHER_LINES,) if (program.arch, model.target) == (NATIVE.name, C.name) else ()
    cut = ("a loop was cut at the unrolling bound: ways that need more rounds are not seen",) if verdict.bounded else ()
    return (*moved, *cut, *(f"flag: {flag.describe()}" for flag in verdict.flagged))


def _forbidden(start: Explanation, case: Case, options: Options, most: int) -> Explanation:
    found = list(islice(ways(case, options.unroll, _budget(options)), most + 1))
    if any(way.violation is None for way in found):
        raise InternalError(f"{case.program.name}: a way to the outcome is allowed, and the verdict says it is not")
    looked = found[:most]
    carried = proof(case, options, [way.execution for way in looked])
    return replace(
        start, ways=len(looked), complete=start.complete and len(found) <= most,
        reasons=reasons(looked, case.own_words), orderings=carried.orderings, enough=carried.enough,
    )  # fmt: skip


def _allowed(start: Explanation, case: Case, options: Options, most: int) -> Explanation:
    found = list(islice(allowed_executions(case, options.unroll, _budget(options)), MOST_EXECUTIONS))
    theories = [case.theory(execution.structure) for execution in found]
    told = story(found, theories, case.own_words, case.test.arch)
    missing = () if told else (NO_STORY,)
    complete = start.complete and len(found) < MOST_EXECUTIONS
    barriers = repair(case, options)
    return replace(
        start, ways=len(found), complete=complete, story=told, repair=barriers, notes=(*start.notes, *missing)
    )


def _budget(options: Options) -> Budget:
    return Budget(options.timeout, options.rlimit)
