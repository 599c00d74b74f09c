"""`litmus show`: a picture of an execution with the outcome that a test asks about."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from litmus.cli.run import default_models, model, parsed
from litmus.errors import UsageError
from litmus.program import Program
from litmus.report.condition import condition_text, state_text

if TYPE_CHECKING:
    from litmus.library import Model
    from litmus.report.picture.graph import Graph

AS_EXPECTED, UNDECIDED = 0, 3

FORMS = {".svg": "svg", ".dot": "dot", ".gv": "dot", ".txt": "plain"}
"""The forms of a picture, by the ending of the file."""


def run(arguments: Namespace) -> int:
    """Writes or prints the picture, and gives the exit code.

    Raises UsageError or InputError, also where there is nothing to show.
    """
    form = _form(arguments.output)
    program = _asked(parsed(arguments.path), arguments.outcome)
    names = arguments.models or default_models(program)[:1]
    text, code = _picture(program, model(names[0], tuple(arguments.include)), form)
    _write(text, arguments.output)
    return code


def _form(output: str | None) -> str:
    """The form that the name of the output asks for; text without one."""
    if output is None:
        return "plain"
    form = FORMS.get(Path(output).suffix)
    if form is None:
        raise UsageError(f"cannot tell the form of {output!r}", hint=f"end it with one of {', '.join(FORMS)}")
    return form


def _asked(program: Program, outcome: str | None) -> Program:
    """The program with the outcome that is asked for, or its own."""
    if outcome is None:
        return program
    from litmus.gallery import asking
    from litmus.syntax.outcome import parse

    return asking(program, parse(outcome, program))


def _picture(program: Program, judge: Model, form: str) -> tuple[str, int]:
    """The picture in a form, and the exit code."""
    from litmus.gallery import show
    from litmus.report.picture.graph import graph

    shown = show(program, judge)
    exhibit, verdict = shown.exhibit, shown.verdict
    if exhibit is None:
        raise UsageError(f"{program.name}: no execution to show: {verdict.undecided or 'no execution at all ends so'}")
    found = "allowed" if exhibit.axiom is None else f"forbidden by {exhibit.axiom}"
    notes = (condition_text(program.condition), f"final state: {state_text(exhibit.state)}")
    drawn = graph(exhibit.execution, f"{program.name} under {judge.name}: {found}", notes, exhibit.cycle)
    return _draw(drawn, form), AS_EXPECTED


def _draw(drawn: Graph, form: str) -> str:
    """A graph in one of `FORMS`."""
    draw: Callable[[Graph], str] = getattr(import_module(f"litmus.report.picture.{form}"), form)
    return draw(drawn)


def _write(text: str, output: str | None) -> None:
    """Prints, or writes to a file."""
    if output is None:
        print(text, end="")
    else:
        Path(output).write_text(text, encoding="utf-8")
