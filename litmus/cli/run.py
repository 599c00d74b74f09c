"""From paths to answers: one test after the other, or several at a time in processes of their own.

An error belongs to the test that has it: the others are answered all the same.
"""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from litmus.errors import InputError, InternalError, LitmusError, UnsupportedError, UsageError
from litmus.inputs import read
from litmus.program import Program
from litmus.report.answer import Answer, Problem

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

    from litmus.check import Options
    from litmus.library import Model
    from litmus.source import Source
    from litmus.verdict import Verdict

Answers: TypeAlias = Generator[Answer, None, None]

NATIVE_MODELS = ("sc", "x86-tso", "armv8", "power")
EVERY_MODEL = ("sc", "lkmm", "x86-tso", "armv8", "armv7", "power", "riscv")
"""What `all` stands for with a test that can be lowered to every architecture."""

ALL = "all"
ARCHITECTURE_MODELS = {
    "x86": "x86-tso", "aarch64": "armv8", "ppc": "power", "riscv": "riscv", "arm": "armv7", "c": "lkmm",
    "c11": "rc11",
}  # fmt: skip

CHUNK = 16
"""Tests that a worker takes at a time, at most: one message costs about as much as one small test."""

AHEAD = 8
"""Chunks that are handed out for each worker before the first of them has to be answered."""


@dataclass(frozen=True)
class Settings:
    """What every test of a run shares; without `models`, each test is asked under those of its language.

    `bell` and `variants` go with the models; `macros` says what the primitives of C tests mean.
    `advise`: also find out what would end the flags that are raised.
    """

    models: tuple[str, ...]
    include: tuple[str, ...]
    options: Options
    variants: tuple[str, ...] = ()
    bell: str | None = None
    macros: str | None = None
    advise: bool = False

    def model(self, name: str) -> Model:
        """A model of this run; raises InputError or UsageError."""
        return model(name, self.include, self.variants, self.bell)


def answers(paths: Sequence[str], settings: Settings, jobs: int = 1) -> Answers:
    """The answers to all tests, in the order of the paths, each as soon as it and those before it are known."""
    if jobs == 1 or len(paths) < 2:
        for path in paths:
            yield from answer_test(path, settings)
    else:
        yield from _in_processes(paths, settings, min(jobs, len(paths)))


def answer_test(path: str, settings: Settings) -> Answers:
    """The answers to one test: one for each model, or a single problem."""
    start = Answer(path)
    try:
        program = parsed(path, settings.macros)
        start = replace(start, test=program.name, arch=program.arch, condition=program.condition,
                        hash=program.info.get("Hash"), notes=program.notes)  # fmt: skip
        names = _models(settings.models, program)
    except Exception as error:
        yield replace(start, problem=_problem(error, start))
        return
    for i, name in enumerate(names, 1):
        yield _answer(replace(start, model=name, last=i == len(names)), program, settings)


def _models(asked: tuple[str, ...], program: Program) -> tuple[str, ...]:
    """The models that a test is asked under, each once."""
    names = (every_model(program) if name == ALL else (name,) for name in asked)
    return tuple(dict.fromkeys(name for some in names for name in some)) or default_models(program)


def every_model(program: Program) -> tuple[str, ...]:
    """What `all` stands for: one model of every architecture, or of an assembly test all models of its own, and sc."""
    from litmus.check import PORTABLE
    from litmus.library import model_names

    if program.arch in PORTABLE:
        return EVERY_MODEL
    return ("sc", *(info.name for info in model_names() if info.target == program.arch))


def parsed(path: str, macros: str | None = None) -> Program:
    """The program of a test; raises InputError or UsageError."""
    from litmus.syntax import parse

    source = read(path)
    try:
        return parse(source, None if macros is None else _macros(macros))
    except RecursionError:
        raise _too_deep(source.name) from None


@cache
def _macros(path: str) -> Source:
    """The text of a file of macros, read once a process."""
    return read(path)


@cache
def model(
    name: str, include: tuple[str, ...] = (), variants: tuple[str, ...] = (), bell: str | None = None
) -> Model:
    """A model, read once a process; raises InputError or UsageError."""
    from litmus.library import load_model

    try:
        return load_model(name, include, variants, bell)
    except RecursionError:
        raise _too_deep(name) from None


def _too_deep(name: str) -> InputError:
    """What Python's recursion limit means to the user."""
    return InputError(f"{name} is nested too deeply", hint="take some of the nesting out")


def default_models(program: Program) -> tuple[str, ...]:
    """The models of a test's language; for a native test also those that its expectations name.

    Raises UsageError for a language without a model, InputError for an expectation of an unknown model.
    """
    if program.arch == "native":
        return tuple(dict.fromkeys((*NATIVE_MODELS, *_expecting(program))))
    if program.arch not in ARCHITECTURE_MODELS:
        raise UsageError(f"no default model for {program.arch} tests", hint="choose one with -m")
    return (ARCHITECTURE_MODELS[program.arch],)


def _expecting(program: Program) -> Iterator[str]:
    """The models that the expectations name, each checked to exist."""
    for expectation in program.expectations:
        try:
            model(expectation.model)
        except UsageError as error:
            raise InputError(error.message, expectation.span, error.hint) from None
        yield expectation.model


def _answer(start: Answer, program: Program, settings: Settings) -> Answer:
    """One test under one model."""
    from litmus.check import check

    try:
        verdict = check(program, settings.model(start.model or ""), settings.options)
    except Exception as error:
        if ALL in settings.models and isinstance(error, UnsupportedError):
            reason = _not_compiled(program, settings.model(start.model or "").target)
            if reason is not None:
                return replace(start, uncompiled=reason)
        return replace(start, problem=_problem(error, start))
    advised = _advice(verdict, program, settings) if settings.advise else ()
    return replace(start, verdict=replace(verdict, path=start.path, witnesses=(), advice=advised))


def _not_compiled(program: Program, target: str) -> str | None:
    """Why a program has no form in the language of a model; None if it has one."""
    from litmus.check import PORTABLE
    from litmus.lowering import lower

    if program.arch not in PORTABLE or target in ("any", program.arch):
        return None
    try:
        lower(program, target)
    except UnsupportedError as error:
        return error.message
    return None


def _advice(verdict: Verdict, program: Program, settings: Settings) -> tuple[str, ...]:
    """What would end the flags that were raised."""
    if not verdict.flagged:
        return ()
    from litmus.marking import advice

    found = (advice(program, settings.model(verdict.model), flag, settings.options) for flag in verdict.flagged)
    return tuple(sentence for sentence in found if sentence is not None)


def _problem(error: Exception, answer: Answer) -> Problem:
    """An error as the user reads it; everything that is not a LitmusError is a bug of ours."""
    if isinstance(error, RecursionError):
        error = _too_deep(answer.path)
    if isinstance(error, LitmusError):
        named = error.span or answer.path in error.message
        return Problem(error.message, error.report() if named else f"{answer.path}: {error.report()}")
    kind = "" if isinstance(error, InternalError) else f"{type(error).__name__}: "
    where = f"{answer.path}, model {answer.model}" if answer.model else answer.path
    message = f"internal error in {where}: {kind}{error}{_raised_at(error)}; please report it with the test"
    return Problem(message, message, bug=True)


def _raised_at(error: Exception) -> str:
    """` (module:line)` of the place that raised."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f" ({trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno})" if trace else ""


def _in_processes(paths: Sequence[str], settings: Settings, jobs: int) -> Answers:
    """The answers of a pool of processes, which ends with the iteration, also when that is cut short."""
    from concurrent.futures.process import BrokenProcessPool

    size = max(1, min(CHUNK, len(paths) // (4 * jobs)))
    waiting: deque[Future[list[Answer]]] = deque()
    try:
        with _pool(jobs) as pool:
            for start in range(0, len(paths), size):
                waiting.append(pool.submit(_all_answers, paths[start : start + size], settings))
                if len(waiting) == AHEAD * jobs:
                    yield from waiting.popleft().result()
            while waiting:
                yield from waiting.popleft().result()
    except BrokenProcessPool:
        raise InternalError("a worker process died, so the tests from there on have no answer") from None


def _all_answers(paths: Sequence[str], settings: Settings) -> list[Answer]:
    """The answers to a few tests, in a worker."""
    return [answer for path in paths for answer in answer_test(path, settings)]


def _ignore_interrupts() -> None:
    """Ctrl-C reaches every process of the terminal; the parent decides, and ends the workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _pool(jobs: int) -> Iterator[ProcessPoolExecutor]:
    """Worker processes; when the block is left by an exception they are ended in the middle of their tests."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import active_children

    pool = ProcessPoolExecutor(jobs, initializer=_ignore_interrupts)
    try:
        yield pool
        pool.shutdown()
    finally:
        pool.shutdown(wait=False)
        for child in active_children():
            child.terminate()
