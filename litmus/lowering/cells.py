"""The cells of one thread as they are made: labels, scratch registers, and instructions with their holes filled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from dataclasses import dataclass as mutable

from litmus.errors import UnsupportedError
from litmus.lowering.target import Cells, Target
from litmus.program import Pointer
from litmus.source import Span


class TooFewRegisters(UnsupportedError):
    """A thread needs more registers than the target has."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One instruction's text, the labels in front of it, and the native statement it comes from."""

    text: str
    labels: tuple[str, ...]
    span: Span | None


@mutable
class Writer:
    """The cells made so far; `waiting` labels go to the next cell, `scratch` is free again in each statement.

    `registers` are the homes of native registers, `homes` those of constant addresses; `retries` see `Column`.
    """

    target: Target
    registers: Mapping[str, str]
    homes: Mapping[Pointer, str]
    scratch: tuple[str, ...]
    labels: Iterator[int]
    cells: list[Cell] = field(default_factory=list)
    waiting: tuple[str, ...] = ()
    free: list[str] = field(default_factory=list)
    retries: dict[str, str] = field(default_factory=dict)
    span: Span | None = None

    def start(self, span: Span | None) -> None:
        """Begins a statement: all scratch registers are free."""
        self.span, self.free = span, list(self.scratch)

    def close(self) -> None:
        """Gives labels at the end of the thread a place."""
        if self.waiting:
            self._add("")

    def move(self, into: str, source: str) -> None:
        """Moves a register, unless to itself."""
        self.emit((self.target.move,), d=into, l=source)

    def emit(self, cells: Cells, **holes: str) -> None:
        """Adds cells with their holes filled; a register is not moved to itself."""
        for cell in cells:
            label, colon, rest = cell.partition(":")
            if colon:
                self.here(label.format(**holes))
            text = (rest if colon else cell).strip().format(**holes)
            if text and not self._idle(text, holes):
                self._add(text)

    def _idle(self, text: str, holes: Mapping[str, str]) -> bool:
        """Whether a cell moves a register to itself."""
        return "d" in holes and text == self.target.move.format(d=holes["d"], l=holes["d"])

    def _add(self, text: str) -> None:
        self.cells.append(Cell(text, self.waiting, self.span))
        self.waiting = ()

    def label(self) -> str:
        """A new label."""
        return f"L{next(self.labels)}"

    def here(self, label: str) -> None:
        """Puts a label before the next cell."""
        self.waiting = (*self.waiting, label)

    def scratches(self, cells: Cells, *names: str) -> dict[str, str]:
        """The scratch registers that some cells need."""
        return {name: self.fresh() for name in names if f"{{{name}}}" in "".join(cells)}

    def fresh(self) -> str:
        """A scratch register that nothing in this statement uses yet."""
        if not self.free:
            hint = "use fewer registers, or a simpler expression"
            raise TooFewRegisters(f"{self.target.arch} has too few registers for this", self.span, hint)
        return self.free.pop(0)

    def refusal(self, message: str, hint: str) -> UnsupportedError:
        """The error at this statement, for what the target has no instruction for."""
        return UnsupportedError(message, self.span, hint)
