"""The pytest plugin: each expectation of a `.litmus` file is a test, named after its model.

A test whose verdict differs from what it expects fails with both, the final states and an explanation; one that
stays undecided fails with the reason.  A file without an expectation is one skipped test, so that it is seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import pytest

from litmus.cat import Model, load_model
from litmus.check import Options, check
from litmus.errors import InputError, LitmusError, UsageError
from litmus.files import read
from litmus.files.config import Config
from litmus.files.config import read as read_config
from litmus.program import Expectation, Program, expectation
from litmus.source import Source
from litmus.syntax import parse
from litmus.testing.disagreement import disagreement

Number = TypeVar("Number", int, float)

UNASKED = "no expectation to check: native tests have `expect MODEL: allowed` (or forbidden, always), C `Result:`"

_NAMES = {int: "whole number", float: "number of seconds"}


class LitmusFile(pytest.File):
    """A `.litmus` file; its items are the expectations about the models that are asked for."""

    def collect(self) -> Iterator[pytest.Item]:
        """The items; raises CollectError with our report of what is wrong in the file."""
        try:
            setup = _setup(self.config)
            source = replace(read(str(self.path)), name=_shown(self.path, self.config))
            program = parse(source, _macros(setup.macros))
            chosen, options = _chosen(program, setup), _options(self.config)
        except LitmusError as error:
            raise self.CollectError(error.report()) from None
        for expected, model in chosen:
            question = (program, expected, model, options)
            yield LitmusItem.from_parent(self, name=model.name, question=question)
        if not chosen:
            unasked = Unasked.from_parent(self, name="no expectation")
            unasked.add_marker(pytest.mark.skip(reason=UNASKED))
            yield unasked


class LitmusItem(pytest.Item):
    """One test under one model, of which it expects something."""

    def __init__(self, *, question: tuple[Program, Expectation, Model, Options], **arguments: Any) -> None:
        super().__init__(**arguments)
        self._program, self._expectation, self._model, self._options = question

    def runtest(self) -> None:
        """Raises Disagreement unless the verdict is the expected one."""
        verdict = check(self._program, self._model, self._options)
        if not verdict.as_expected:
            raise Disagreement(disagreement(self._program, self._model, verdict, self._options))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Our report of a wrong verdict or a refused test; pytest's own for a bug."""
        if isinstance(excinfo.value, LitmusError):
            return excinfo.value.report()
        return str(excinfo.value) if isinstance(excinfo.value, Disagreement) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The file, the line of the expectation from 0, and a title."""
        span = self._expectation.span
        return self.path, None if span is None else span.line - 1, f"{self._program.name} [{self.name}]"


class Unasked(pytest.Item):
    """A test that expects nothing of any model that is asked for; it carries the mark `skip`."""

    def runtest(self) -> None:
        """Never runs: the mark keeps it from it."""

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The file and its name."""
        return self.path, 0, self.path.name


class Disagreement(AssertionError):
    """A verdict that is not the expected one, or none."""


def _shown(path: Path, config: pytest.Config) -> str:
    """The path as messages name it: short, where the file lies in or below the folder that pytest was started in."""
    start = config.invocation_params.dir
    return str(path.relative_to(start) if path.is_relative_to(start) else path)


@dataclass(frozen=True, slots=True)
class Setup:
    """What the ini options say of models and macros: paths of files, but `models` may also be names."""

    models: tuple[str, ...]
    variants: tuple[str, ...]
    bell: str | None
    macros: str | None


def _setup(config: pytest.Config) -> Setup:
    """The ini options, and where they are silent the configuration that `litmus_conf` names."""
    path = _file("litmus_conf", config)
    configured = Config() if path is None else _configured(path)
    model = configured.files.get("model")
    return Setup(
        models=tuple(_located(name, config) for name in config.getini("litmus_models")) or ((model,) if model else ()),
        variants=configured.variants,
        bell=_file("litmus_bell", config) or configured.files.get("bell"),
        macros=_file("litmus_macros", config) or configured.files.get("macros"),
    )


def _file(option: str, config: pytest.Config) -> str | None:
    """The path in an option, which is relative to the ini file."""
    name = config.getini(option)
    return str(config.rootpath / name) if name else None


@cache
def _configured(path: str) -> Config:
    """A configuration file, read once."""
    return read_config(read(path))


@cache
def _macros(path: str | None) -> Source | None:
    """The text of a file of macros, read once."""
    return None if path is None else read(path)


@cache
def _loaded(name: str, setup: Setup) -> Model:
    """A model, read once."""
    return load_model(name, (), setup.variants, setup.bell)


def _chosen(program: Program, setup: Setup) -> list[tuple[Expectation, Model]]:
    """The expectations to check, each with its model: those about one of the chosen models, if some are chosen.

    Raises InputError for an expectation of an unknown model.
    """
    if not setup.models:
        return [(e, _model(e)) for e in program.expectations]
    models = [_loaded(name, setup) for name in setup.models]
    return [(e, model) for e in program.expectations for model in models if expectation(program, model.name) == e]


def _model(expected: Expectation) -> Model:
    """The model that an expectation names."""
    try:
        return load_model(expected.model)
    except UsageError as error:
        raise InputError(error.message, expected.span, error.hint) from None


def _located(name: str, config: pytest.Config) -> str:
    """A `.cat` file named in the configuration lies where the configuration does."""
    return str(config.rootpath / name) if name.endswith(".cat") else name


def _options(config: pytest.Config) -> Options:
    """The options of the ini file; raises UsageError for a value that is no number."""
    unroll, timeout = _number("litmus_unroll", config, int), _number("litmus_timeout", config, float)
    return Options(timeout=timeout) if unroll is None else Options(unroll=unroll, timeout=timeout)


def _number(option: str, config: pytest.Config, kind: type[Number]) -> Number | None:
    """A positive number; None where the option is not set."""
    text = config.getini(option)
    try:
        number = kind(text) if text else None
    except ValueError:
        number = kind(0)
    if number is not None and not 0 < number < float("inf"):
        raise UsageError(f"{option}: expected a positive {_NAMES[kind]}, not {text!r}")
    return number
