"""Which models a test is asked under, and reading both: the program of a text, the model of a name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from litmus.errors import InputError, UsageError
from litmus.files import read
from litmus.program import NATIVE, Program, language_of

if TYPE_CHECKING:
    from litmus.cat import Model
    from litmus.source import Source

EVERY_MODEL = ("sc", "lkmm", "x86-tso", "armv8", "armv7", "power", "riscv")
"""What `all` stands for with a test that can be lowered to every architecture."""

ALL = "all"


def named_models(asked: Sequence[str], program: Program) -> tuple[str, ...]:
    """The models that a test is asked under, each once: those that were named, or else of its language."""
    names = (every_model(program) if name == ALL else (name,) for name in asked)
    return tuple(dict.fromkeys(name for some in names for name in some)) or default_models(program)


def every_model(program: Program) -> tuple[str, ...]:
    """What `all` stands for: one model of every architecture, or of an assembly test all models of its own, and sc."""
    from litmus.cat import model_names

    if language_of(program.arch).portable:
        return EVERY_MODEL
    return ("sc", *(info.name for info in model_names() if info.target == program.arch))


def parsed(path: str, macros: str | None = None) -> Program:
    """The program of a test; raises InputError or UsageError."""
    return parse_source(read(path), macros)


def parse_source(source: Source, macros: str | None = None) -> Program:
    """The program of the text of a test, which may be nested too deeply for us; raises InputError or UsageError."""
    from litmus.syntax import parse

    try:
        return parse(source, None if macros is None else macro_file(macros))
    except RecursionError:
        raise too_deep(source.name) from None


@lru_cache(maxsize=64)
def macro_file(path: str) -> Source:
    """The text of a file of macros, read once a process."""
    return read(path)


@lru_cache(maxsize=64)
def model(
    name: str, include: tuple[str, ...] = (), variants: tuple[str, ...] = (), bell: str | None = None
) -> Model:
    """A model, read once a process; raises InputError or UsageError."""
    from litmus.cat import load_model

    try:
        return load_model(name, include, variants, bell)
    except RecursionError:
        raise too_deep(name) from None


def too_deep(name: str) -> InputError:
    """What Python's recursion limit means to the user."""
    return InputError(f"{name} is nested too deeply", hint="take some of the nesting out")


def default_models(program: Program) -> tuple[str, ...]:
    """The models of a test's language; for a native test also those that its expectations name.

    Raises UsageError for a language without a model, InputError for an expectation of an unknown model.
    """
    models = language_of(program.arch).models
    if program.arch == NATIVE.name:
        return tuple(dict.fromkeys((*models, *expected_models(program))))
    if not models:
        raise UsageError(f"no default model for {program.arch} tests", hint="choose one with -m")
    return models


def expected_models(program: Program) -> Iterator[str]:
    """The models that the expectations name; raises InputError at the place of one that does not exist."""
    for expectation in program.expectations:
        try:
            model(expectation.model)
        except UsageError as error:
            raise InputError(error.message, expectation.span, error.hint) from None
        yield expectation.model
