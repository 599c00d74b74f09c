"""A program as one model judges it."""

from __future__ import annotations

from litmus.cat import Model
from litmus.errors import UsageError
from litmus.program import Observable, Program, mentioned, observables

PORTABLE = ("native", "c")
"""The languages whose programs are lowered to the language of a model."""


def wanted_of(program: Program) -> tuple[Observable, ...]:
    """What a state has to tell: what the test asks about, then what only its filter mentions."""
    filtered = mentioned(program.filter) if program.filter is not None else ()
    return tuple({item.name: item for item in (*observables(program), *filtered)}.values())


def lowered(program: Program, model: Model) -> Program:
    """The program in the model's language; raises UsageError when the model is for another architecture."""
    if model.target in ("any", program.arch):
        return program
    if program.arch not in PORTABLE:
        raise UsageError(
            f"the model '{model.name}' is for {model.target} programs, and '{program.name}' is for {program.arch}",
            hint="choose a model of the test's architecture, or write the test in the native language or in C",
        )
    from litmus.lowering import lower

    return lower(program, model.target)
