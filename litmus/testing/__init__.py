"""Litmus tests inside tests of your own: assertions about what a model allows, and random programs.

    from pathlib import Path
    from litmus.testing import assert_forbidden, outcomes

    assert_forbidden(Path("MP.litmus"), "x86-tso")
    assert "0:r0=0; 1:r0=0;" in outcomes(Path("SB.litmus"), "armv8")

A test is its text, the path of its file, or a `Program`; a model is a name, a `.cat` file, or a loaded `Model`.
Wrong outcomes are `AssertionError`s, and so is a test that stays undecided; a test or model that cannot be read
raises `InputError` or `UsageError`.
"""

from __future__ import annotations

from dataclasses import replace
from os import PathLike, fspath
from typing import TYPE_CHECKING, TypeAlias

from litmus.cat import Model, load_model
from litmus.check import Options, check
from litmus.files import read
from litmus.program import Expected, Program
from litmus.report import failure, state_text
from litmus.source import Source
from litmus.syntax import parse
from litmus.testing.disagreement import disagreement

if TYPE_CHECKING:
    from litmus.testing.strategies import programs

__all__ = ["Test", "assert_allowed", "assert_always", "assert_forbidden", "outcomes", "plugin", "programs"]

Test: TypeAlias = "str | PathLike[str] | Program"
"""The text of a test (a `str`), the path of its file (a `pathlib.Path`), or a program."""

DEFAULTS = Options()


def assert_allowed(test: Test, model: str | Model, options: Options = DEFAULTS) -> None:
    """The model has an execution that satisfies the proposition of the test's condition."""
    __tracebackhide__ = True
    _assert(test, model, "allowed", options)


def assert_forbidden(test: Test, model: str | Model, options: Options = DEFAULTS) -> None:
    """No execution of the model satisfies the proposition of the test's condition."""
    __tracebackhide__ = True
    _assert(test, model, "forbidden", options)


def assert_always(test: Test, model: str | Model, options: Options = DEFAULTS) -> None:
    """All executions of the model, and there is one, satisfy the proposition of the test's condition."""
    __tracebackhide__ = True
    _assert(test, model, "always", options)


def outcomes(test: Test, model: str | Model, options: Options = DEFAULTS) -> frozenset[str]:
    """The final states of a test, each as one text: `0:r0=0; 1:r0=1; x=2;`, registers first, then memory.

    Raises AssertionError when not all of them can be found within the limits of the options.
    """
    __tracebackhide__ = True
    program = _program(test)
    verdict = check(program, _model(model), replace(options, verdict_only=False))
    if verdict.observation is None:
        raise AssertionError(failure(verdict, program.condition))
    return frozenset(map(state_text, verdict.states))


def _assert(test: Test, model: str | Model, expected: Expected, options: Options) -> None:
    __tracebackhide__ = True
    program, judge = _program(test), _model(model)
    verdict = replace(check(program, judge, options), expected=expected, as_written=None)
    if not verdict.as_expected:
        raise AssertionError(disagreement(program, judge, verdict, options))


def _program(test: Test) -> Program:
    """The program of a test, however it was given."""
    if isinstance(test, Program):
        return test
    return parse(Source("<test>", test) if isinstance(test, str) else read(fspath(test)))


def _model(model: str | Model) -> Model:
    return load_model(model) if isinstance(model, str) else model


def __getattr__(name: str) -> object:
    """`programs`, which needs hypothesis, imported when it is first used."""
    if name != "programs":
        raise AttributeError(f"module 'litmus.testing' has no attribute {name!r}")
    from litmus.testing.strategies import programs

    return programs
