"""`litmus show`: a picture of an execution with the outcome that a test asks about."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from litmus.cli.asked import asked
from litmus.cli.exit import AS_EXPECTED, UNDECIDED
from litmus.cli.setting import setting
from litmus.errors import UsageError
from litmus.program import Program

if TYPE_CHECKING:
    from litmus.cat import Model
    from litmus.check import Options
    from litmus.picture import Graph

FORMS = {
    ".svg": "svg", ".dot": "dot", ".gv": "dot", ".graphml": "graphml", ".txt": "plain", ".html": "page", ".htm": "page",
}  # fmt: skip
"""The forms of the answer, by the ending of the file."""


def run(arguments: Namespace) -> int:
    """Writes or prints the picture or the page, and gives the exit code.

    Raises UsageError or InputError, also where there is nothing to show.
    """
    from litmus.check import Options
    from litmus.solve import Undecided

    form = _form(arguments.output)
    asks = setting(arguments)
    program = asked(arguments, asks)
    models = [asks.model(name) for name in asks.names(program)]
    options = Options(unroll=asks.unroll, timeout=arguments.timeout)
    try:
        text, code = _page(program, models, options) if form == "page" else _picture(program, models[0], form, options)
    except Undecided as limit:
        print(f"{arguments.path}: undecided: {limit}", file=sys.stderr)
        return UNDECIDED
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


def _page(program: Program, models: Sequence[Model], options: Options) -> tuple[str, int]:
    """The page of a test, and the exit code."""
    from litmus.gallery.catalogue import catalogue
    from litmus.report.page.html import page

    content = catalogue(program, models, options)
    undecided = any(column.verdict is not None and column.verdict.observation is None for column in content.columns)
    return page(content), UNDECIDED if undecided else AS_EXPECTED


def _picture(program: Program, judge: Model, form: str, options: Options) -> tuple[str, int]:
    """The picture in a form, and the exit code."""
    from litmus.gallery.exhibit import show
    from litmus.solve import Undecided

    shown = show(program, judge, options)
    if shown.exhibit is not None:
        return _draw(shown.exhibit.poster(program, shown.verdict), form), AS_EXPECTED
    if shown.verdict.undecided:
        raise Undecided(shown.verdict.undecided)
    raise UsageError(
        f"{program.name}: no execution ends in this outcome, whatever the model",
        hint="ask about another one with --outcome",
    )


def _draw(drawn: Graph, form: str) -> str:
    """A graph in one of `FORMS`."""
    draw: Callable[[Graph], str] = getattr(import_module(f"litmus.picture.{form}"), form)
    return draw(drawn)


def _write(text: str, output: str | None) -> None:
    """Prints, or writes to a file."""
    if output is None:
        print(text, end="")
        return
    try:
        Path(output).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write {output!r}: {error.strerror}") from None
