"""From paths to answers: one test after the other, or several at a time in processes of their own.

An error belongs to the test that has it: the others are answered all the same.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from litmus.batch.models import ALL, too_deep
from litmus.batch.setting import Setting
from litmus.errors import InternalError, LitmusError, UnsupportedError
from litmus.files import STDIN, read
from litmus.program import Program, expectation
from litmus.source import Source, Span
from litmus.verdict import Answer, Problem

if TYPE_CHECKING:
    from litmus.batch.kept import Kept
    from litmus.cat import Model
    from litmus.check import Options
    from litmus.verdict import Verdict

Answers: TypeAlias = Generator[Answer, None, None]

CHUNK = 16
"""Tests that a worker takes at a time, at most: one message costs about as much as one small test."""


@dataclass(frozen=True)
class Batch:
    """What every test of a batch shares.

    `advise`: also find out what would end the flags that are raised.  `kept`: where answers are kept between runs.
    """

    setting: Setting
    options: Options
    advise: bool = False
    kept: Kept | None = None


def check_all(
    paths: Sequence[str], models: Sequence[str] = (), options: Options | None = None, jobs: int = 1, keep: bool = False
) -> Answers:
    """The answers to the tests at some paths, in their order, each as soon as it is known.

    `models`: names, `.cat` files, or `all`; without any, each test is asked under those of its language.  `jobs`: on so
    many tests processes work at a time; they end with the iteration.  `keep`: verdicts are kept for later runs, and
    those of earlier ones taken, as `litmus check` does.  What is wrong with a test is the problem of its answer.

    Raises UsageError or InputError for a model that cannot be read, before any test is.
    """
    from litmus.check import Options

    setting, options = Setting(models=tuple(models)), options or Options()
    for name in setting.models:
        if name != ALL:
            setting.model(name)
    if not keep:
        return answers(paths, Batch(setting, options), jobs)
    from litmus.batch.kept import kept

    return answers(paths, Batch(setting, options, kept=kept(setting, options)), jobs)


def answers(paths: Sequence[str], batch: Batch, jobs: int = 1) -> Answers:
    """The answers to all tests, in the order of the paths, each as soon as it and those before it are known."""
    if jobs == 1 or len(paths) < 2:
        for path in paths:
            yield from answer_test(path, batch)
    else:
        from litmus.batch.workers import in_processes

        size = max(1, min(CHUNK, len(paths) // (4 * jobs)))
        chunks = [paths[start : start + size] for start in range(0, len(paths), size)]
        at_once, work = partial(_at_once, batch=batch), partial(_all_answers, batch=batch)
        yield from in_processes(chunks, at_once, work, min(jobs, len(chunks)))


def answer_test(path: str, batch: Batch) -> Answers:
    """The answers to one test: one for each model, or a single problem; kept ones, if there are any."""
    try:
        source = read(path)
    except Exception as error:
        yield Answer(path, problem=_problem(error, Answer(path)))
        return
    found = _find(path, source, batch)
    if found is not None:
        yield from found
        return
    new = []
    for answer in _answers(path, source, batch):
        new.append(answer)
        yield answer
    if batch.kept:
        batch.kept.keep(source, new)


def judged(program: Program, model: str, batch: Batch) -> Verdict:
    """The verdict on one program under one model: the one that was kept, or a new one, which then is.

    If answers are kept, the batch asks this model alone.  Raises what `check` raises.
    """
    source = program.source or Source("", "")
    found = _find(source.name, source, batch) if source.text else None
    if found and found[0].verdict:
        return found[0].verdict
    answer = _judged(replace(_read(source.name, program), model=model), program, batch)
    if batch.kept and source.text:
        batch.kept.keep(source, [answer])
    assert answer.verdict is not None, "an answer without a problem has a verdict"
    return answer.verdict


def _find(path: str, source: Source, batch: Batch) -> tuple[Answer, ...] | None:
    """The answers to a test that were kept."""
    return batch.kept.find(path, source) if batch.kept else None


def _all_answers(paths: Sequence[str], batch: Batch) -> list[Answer]:
    """The answers to a few tests."""
    return [answer for path in paths for answer in answer_test(path, batch)]


def _at_once(paths: Sequence[str], batch: Batch) -> list[Answer] | None:
    """The answers to a few tests if they take no work, or need this process's standard input; else None."""
    if STDIN in paths:
        return _all_answers(paths, batch)
    found: list[Answer] = []
    for path in paths if batch.kept else ():
        try:
            known = _find(path, read(path), batch)
        except LitmusError:
            return None
        if known is None:
            return None
        found += known
    return found or None


def _read(path: str, program: Program) -> Answer:
    """What is known of a test before any model is asked."""
    return Answer(path, test=program.name, arch=program.arch, condition=program.condition,
                  hash=program.info.get("Hash"), notes=program.notes)  # fmt: skip


def _answers(path: str, source: Source, batch: Batch) -> Iterator[Answer]:
    """The answers to one test, found now."""
    start = Answer(path)
    try:
        program = batch.setting.program(source)
        start = _read(path, program)
        names = batch.setting.names(program)
    except Exception as error:
        yield replace(start, problem=_problem(error, start))
        return
    for i, name in enumerate(names, 1):
        yield _answer(replace(start, model=name, last=i == len(names)), program, batch)


def _answer(start: Answer, program: Program, batch: Batch) -> Answer:
    """One test under one model; what is wrong becomes the problem of the answer."""
    try:
        return _judged(start, program, batch)
    except Exception as error:
        if ALL in batch.setting.models and isinstance(error, UnsupportedError):
            reason = _not_compiled(program, batch.setting.model(start.model or "").target)
            if reason is not None:
                return replace(start, uncompiled=reason)
        return replace(start, problem=_problem(error, start))


def _judged(start: Answer, program: Program, batch: Batch) -> Answer:
    """One test under one model; raises what `check` raises."""
    from litmus.check import check

    model = batch.setting.model(start.model or "")
    verdict = check(program, model, batch.options)
    advised = _advice(verdict, program, model, batch.options) if batch.advise else ()
    expected = expectation(program, verdict.model)
    line = expected.span.line if expected and expected.span else None
    return replace(start, line=line, verdict=replace(verdict, path=start.path, witnesses=(), advice=advised))


def _not_compiled(program: Program, target: str) -> str | None:
    """Why a program has no form in the language of a model; None if it has one."""
    from litmus.lowering import lower
    from litmus.program import language_of

    if not language_of(program.arch).portable or target in ("any", program.arch):
        return None
    try:
        lower(program, target)
    except UnsupportedError as error:
        return error.message
    return None


def _advice(verdict: Verdict, program: Program, model: Model, options: Options) -> tuple[str, ...]:
    """What would end the flags that were raised."""
    if not verdict.flagged:
        return ()
    from litmus.explain.remedy import advice

    found = (advice(program, model, flag, options) for flag in verdict.flagged)
    return tuple(sentence for sentence in found if sentence is not None)


def _problem(error: Exception, answer: Answer) -> Problem:
    """An error as the user reads it; everything that is not a LitmusError is a bug of ours."""
    if isinstance(error, RecursionError):
        error = too_deep(answer.path)
    if isinstance(error, LitmusError):
        named = error.span or answer.path in error.message
        report = error.report() if named else f"{answer.path}: {error.report()}"
        return Problem(error.message, report, place=_place(error))
    kind = "" if isinstance(error, InternalError) else f"{type(error).__name__}: "
    where = f"{answer.path}, model {answer.model}" if answer.model else answer.path
    message = f"internal error in {where}: {kind}{error}{_raised_at(error)}; please report it with the test"
    return Problem(message, message, bug=True)


def _place(error: LitmusError) -> tuple[str, int, int] | None:
    """File, line and column of an error, if it has them."""
    span = error.span
    return (span.source.name, span.line, span.column) if isinstance(span, Span) else None


def _raised_at(error: Exception) -> str:
    """` (module:line)` of the place that raised."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f" ({trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno})" if trace else ""
