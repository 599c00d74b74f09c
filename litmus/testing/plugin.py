"""The pytest plugin: each expectation of a `.litmus` file is a test, named after its model.

A test whose verdict differs from what it expects fails with both, the final states and an explanation; one that
stays undecided fails with the reason.  A file without an expectation is one skipped test, so that it is seen.
Verdicts are kept between runs, as those of `litmus check`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import pytest

from litmus.batch import Batch, Setting, expected_models, judged
from litmus.check import Options
from litmus.errors import LitmusError, UsageError
from litmus.files import read
from litmus.files.config import Config
from litmus.files.config import read as read_config
from litmus.program import Expectation, Program, expectation
from litmus.testing.disagreement import disagreement

Number = TypeVar("Number", int, float)

UNASKED = "no expectation to check: native tests have `expect MODEL: allowed` (or forbidden, always), C `Result:`"

_NAMES = {int: "whole number", float: "number of seconds"}


class LitmusFile(pytest.File):
    """A `.litmus` file; its items are the expectations about the models that are asked for."""

    def collect(self) -> Iterator[pytest.Item]:
        """The items; raises CollectError with our report of what is wrong in the file."""
        try:
            setting = _setting(self.config)
            program = setting.program(replace(read(str(self.path)), name=_shown(self.path, self.config)))
            chosen, options = _chosen(program, setting), _options(self.config)
        except LitmusError as error:
            raise self.CollectError(error.report()) from None
        for expected, asked in chosen:
            yield LitmusItem.from_parent(self, name=_name(asked), question=(program, expected, Batch(asked, options)))
        if not chosen:
            unasked = Unasked.from_parent(self, name="no expectation")
            unasked.add_marker(pytest.mark.skip(reason=UNASKED))
            yield unasked


class LitmusItem(pytest.Item):
    """One test under one model, of which it expects something."""

    def __init__(self, *, question: tuple[Program, Expectation, Batch], **arguments: Any) -> None:
        super().__init__(**arguments)
        self._program, self._expectation, self._batch = question

    def runtest(self) -> None:
        """Raises Disagreement unless the verdict is the expected one."""
        from litmus.batch.kept import kept

        setting, options = self._batch.setting, self._batch.options
        (model,) = setting.models
        verdict = judged(self._program, model, replace(self._batch, kept=kept(setting, options)))
        if not verdict.as_expected:
            raise Disagreement(disagreement(self._program, setting.model(model), verdict, options))

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


def _setting(config: pytest.Config) -> Setting:
    """What the ini options say, and where they are silent the configuration that `litmus_conf` names."""
    path = _file("litmus_conf", config)
    configured = Config() if path is None else _configured(path)
    model = configured.files.get("model")
    return Setting(
        models=tuple(_located(name, config) for name in config.getini("litmus_models")) or ((model,) if model else ()),
        variants=configured.variants,
        bell=_file("litmus_bell", config) or configured.files.get("bell"),
        macros=_file("litmus_macros", config) or configured.files.get("macros"),
    )


def _file(option: str, config: pytest.Config) -> str | None:
    """The path in an option, which is relative to the ini file."""
    name = config.getini(option)
    return str(config.rootpath / name) if name else None


@lru_cache(maxsize=64)
def _configured(path: str) -> Config:
    """A configuration file, read once."""
    return read_config(read(path))


def _chosen(program: Program, setting: Setting) -> list[tuple[Expectation, Setting]]:
    """The expectations to check, each with a setting of one model: those about the chosen models, if some are chosen.

    Raises InputError for an expectation of an unknown model.
    """
    if not setting.models:
        named = zip(program.expectations, expected_models(program), strict=True)
        return [(e, Setting(models=(name,), macros=setting.macros)) for e, name in named]
    single = [replace(setting, models=(name,)) for name in setting.models]
    names = [_name(one) for one in single]
    found = [(e, one, name) for e in program.expectations for one, name in zip(single, names, strict=True)]
    return [(e, one) for e, one, name in found if expectation(program, name) == e]


def _name(setting: Setting) -> str:
    """What the one model of a setting is called."""
    return setting.model(setting.models[0]).name


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
