"""The thread table of an assembly test: a column for each thread, an instruction in each cell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from litmus.errors import InputError
from litmus.program import Instruction
from litmus.source import Source, Span
from litmus.syntax import reading
from litmus.syntax.assembly import sizes
from litmus.syntax.assembly.language import Language, Meaning, meaning

_LABEL = re.compile(r"\s*([A-Za-z_.$][\w.$]*)\s*:\s*")
_HEAD = re.compile(r"\s*P(\d+)\s*")
_NOTHING = Meaning((), (), (), None)


@dataclass(slots=True)
class Column:
    """A thread and what its column says."""

    index: int
    instructions: list[Instruction] = field(default_factory=list)
    labels: dict[str, None] = field(default_factory=dict)
    jumps: list[tuple[str, Span]] = field(default_factory=list)
    code: sizes.Code = field(default_factory=list)


def columns(source: Source, text: str, start: int, end: int, language: Language) -> list[Column]:
    """The columns of the table in `text[start:end]`, labels checked."""
    rows = _rows(text, start, end)
    at, head = next(rows, (start, ""))
    threads = _heads(source, at, head)
    for at, row in rows:
        cells = row.split("|")
        if len(cells) != len(threads):
            raise InputError(f"this row has {len(cells)} cells, expected {len(threads)}, one for each thread",
                             source.span(at + len(row) - len(row.lstrip()), at + len(row)),
                             "separate cells by '|' and end each row with ';'")  # fmt: skip
        for thread, cell in zip(threads, cells, strict=True):
            _add_cell(thread, source, cell, at, language)
            at += len(cell) + 1
    for thread in threads:
        _check_labels(thread, source)
    return threads


def _rows(text: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    """The rows that are not blank, with their offsets."""
    for row in text[start:end].split(";"):
        if row.strip():
            yield start, row
        start += len(row) + 1


def _heads(source: Source, at: int, row: str) -> list[Column]:
    """The threads that the first row names."""
    threads: list[Column] = []
    for cell in row.split("|"):
        match = _HEAD.fullmatch(cell)
        if not match or any(thread.index == int(match[1]) for thread in threads):
            where = at + len(cell) - len(cell.lstrip())
            raise InputError(f"{cell.strip()!r} cannot head a column, expected a new thread such as 'P{len(threads)}'",
                             source.span(where, where + max(1, len(cell.strip()))),
                             "the first row of the table is 'P0 | P1 ;'")  # fmt: skip
        threads.append(Column(int(match[1])))
        at += len(cell) + 1
    return threads


def _add_cell(thread: Column, source: Source, cell: str, at: int, language: Language) -> None:
    """Adds the instruction of a cell, if it has one, to its thread."""
    begin, labels = 0, []
    while ":" in cell and (label := _LABEL.match(cell, begin)):
        _add_label(thread, source, label[1], at + label.start(1))
        labels.append(label[1])
        begin = label.end()
    code = cell[begin:].strip()
    if not code and not labels:
        return
    first = at + cell.index(code, begin) if code else at
    found = _anchored(language, source, code, first) if code else _NOTHING
    span = source.span(first, first + max(1, len(code)))
    thread.instructions.append(Instruction(code, found.operations, tuple(labels), span))
    thread.code.append((found.operations, found.width, span))
    thread.jumps.extend((target, span) for target in found.targets)


def _add_label(thread: Column, source: Source, label: str, at: int) -> None:
    """Notes a label of a thread; a second one of the same name is an error."""
    if label in thread.labels:
        raise InputError(f"the label '{label}' is already defined in P{thread.index}",
                         source.span(at, at + len(label)), "give each label of a thread its own name")  # fmt: skip
    thread.labels[label] = None


def _anchored(language: Language, source: Source, code: str, at: int) -> Meaning:
    """The meaning of an instruction at an offset; its errors are moved there."""
    try:
        return meaning(language, code)
    except InputError as error:
        start, end = getattr(error.span, "start", 0), getattr(error.span, "end", len(code))
        raise type(error)(error.message, source.span(at + start, at + end), error.hint) from None


def _check_labels(thread: Column, source: Source) -> None:
    """Every branch has its label in the same thread."""
    for target, span in thread.jumps:
        if target not in thread.labels:
            known = ", ".join(thread.labels) or "none"
            raise InputError(
                f"P{thread.index} has no label '{target}', expected one of its labels ({known})",
                span,
                reading.suggestion(target, thread.labels) or f"add a cell '{target}:'",
            )
