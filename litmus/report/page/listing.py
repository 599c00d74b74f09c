"""The code of each thread, as the test has it: lines of the source where threads stand below each other."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import dedent

from litmus.program import Program, Thread, language_of
from litmus.report.page.content import Line, Listing
from litmus.source import Source


def listings(program: Program) -> tuple[Listing, ...]:
    """The code of the threads of a program."""
    return tuple(Listing(thread.index, _lines(program, thread)) for thread in program.threads)


def _lines(program: Program, thread: Thread) -> tuple[Line, ...]:
    numbers = [i.span.line for i in thread.instructions if i.span is not None]
    if not language_of(program.arch).assembly and program.source is not None and numbers:
        return _block(program.source, min(numbers), max(numbers))
    return tuple(line for instruction in thread.instructions for line in _cell(instruction.labels, instruction.text))


def _cell(labels: Sequence[str], text: str) -> list[Line]:
    """An instruction after its labels; nothing for an empty place."""
    written = " ".join((*(f"{label}:" for label in labels), text)).strip()
    return [Line(None, written)] if written else []


def _block(source: Source, first: int, last: int) -> tuple[Line, ...]:
    """The lines from the first instruction to the last, and on to the brackets that close what they open."""
    everything = source.text.split("\n")
    end = last
    while end < len(everything) and _open("\n".join(everything[first - 1 : end])) > 0:
        end += 1
    text = dedent("\n".join(everything[first - 1 : end]))
    return tuple(Line(first + i, line.rstrip()) for i, line in enumerate(text.split("\n")))


def _open(text: str) -> int:
    """How many braces are open at the end of a text."""
    return text.count("{") - text.count("}")
