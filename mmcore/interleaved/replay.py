"""A run of one thread whose first results are given, up to the first step whose result is not."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import FrameType
from typing import Any

from mmcore.cpu import EVERYTHING, Cpu, LoadOrder, RcuCall, StoreOrder, Update, is_machinery, machinery
from mmcore.cpu.expression import Address, ArrayAddress, Expression
from mmcore.cpu.term import expression_of
from mmcore.errors import ScenarioError
from mmcore.interleaved.operation import Begin, Elapse, Enter, Leave, Load, Lock, Modify, Operation, Store, Wait
from mmcore.memory import Cell, Memory

MOST_ASIDES = 10_000
"""Steps of one run that no other thread sees; with more, the routine is in a loop that nothing can end."""


@dataclass(frozen=True, slots=True)
class Call:
    """A primitive that a routine calls: its name, the cell or result (or ""), and file and line of the call."""

    primitive: str
    subject: str
    file: str
    line: int


class Reached(BaseException):
    """The run has come to a step whose result is not given.  No routine catches it: it is no Exception."""

    def __init__(self, operation: Operation, call: Call) -> None:
        super().__init__(call.primitive)
        self.operation = operation
        self.call = call


@machinery
class Replay:
    """The results that are given, and what the run did after the last of them that no other thread sees."""

    def __init__(self, past: Sequence[Expression]) -> None:
        self.past = past
        self.taken = 0
        self.asides = 0
        self.quiet: list[Call] = []
        self.observed: dict[str, Expression] = {}

    def step(self, operation: Operation, subject: str) -> Expression:
        """The result of a step; raises Reached if it is not given."""
        if self.taken == len(self.past):
            raise Reached(operation, _call(subject))
        self.taken += 1
        return self.past[self.taken - 1]

    def aside(self, subject: str = "") -> None:
        """Notes a step that no other thread sees."""
        self.asides += 1
        if self.asides > MOST_ASIDES:
            call = _call(subject)
            raise ScenarioError(f"{call.file}:{call.line}: a loop in which nothing is read or written, at "
                                f"{call.primitive}()", hint="let the loop read what ends it")  # fmt: skip
        if self.taken == len(self.past):
            self.quiet.append(_call(subject))


class InterleavedCpu(Cpu):
    """The CPU of such a run; `cells` gives the index of each cell."""

    def __init__(
        self, replay: Replay, cells: Mapping[str, int],
        memory: Memory, number: int = 0, without: frozenset[str] = EVERYTHING,
    ) -> None:  # fmt: skip
        super().__init__(memory, number, without)
        self.replay = replay
        self.cells = cells
        self.sections = 0

    def _step(self, place: Any, make: Callable[[int], Operation]) -> Any:
        """One step on a cell; its value as the routine sees it."""
        name = _cell(place)
        return self._value(self.replay.step(make(self.cells[name]), name))

    def _value(self, expression: Expression) -> Any:
        return self.memory.named(expression.name) if isinstance(expression, Address) else expression

    def _load(self, place: Any, order: LoadOrder) -> Any:
        return self._step(place, Load)

    def _store(self, place: Any, value: Any, order: StoreOrder) -> None:
        self._step(place, lambda at: Store(at, expression_of(value)))

    def _update(self, place: Any, update: Update) -> Any:
        operand, against = expression_of(update.operand), expression_of(update.against)
        value = self._step(place, lambda at: Modify(at, replace(update, operand=operand, against=against)))
        return bool(value) if update.result in ("zero", "done") else value

    def _fence(self, name: str) -> None:
        self.replay.aside()

    def _lock(self, lock: Cell) -> None:
        self._step(lock, Lock)

    def _unlock(self, lock: Cell) -> None:
        self._step(lock, lambda at: Store(at, 0))

    def _rcu(self, name: RcuCall) -> None:
        if name == "synchronize_rcu":
            self.replay.step(Begin(), "begin")
            self.replay.step(Elapse(), "end")
        else:
            self._section(1 if name == "rcu_read_lock" else -1)

    def _section(self, change: int) -> None:
        """Only the outermost of nested sections counts."""
        outermost = self.sections == (0 if change == 1 else 1)
        self.sections += change
        if outermost:
            self.replay.step(Enter() if change == 1 else Leave(), "")
        else:
            self.replay.aside()

    def _wait(self, place: Any, condition: Callable[[Any], Any], order: LoadOrder) -> Any:
        return self._step(place, lambda at: Wait(at, lambda value: bool(condition(self._value(value)))))

    def observe(self, name: str, value: Any) -> None:
        """Reports a result of the thread."""
        self.replay.observed[name] = expression_of(value)
        self.replay.aside(name)


def _cell(place: Any) -> str:
    """The name of the cell at an address; raises ScenarioError for what is none."""
    address = expression_of(place)
    if not isinstance(address, Address):
        hint = "test a pointer against 0 before it is followed"
        raise ScenarioError(f"an access goes to {address}, which is no cell", hint=hint)
    return f"{address.name}[0]" if isinstance(address, ArrayAddress) else address.name


def _call(subject: str) -> Call:
    """The call of a primitive that is at work: the method of the CPU that the routine itself called."""
    frame: FrameType | None = sys._getframe(2)
    primitive = ""
    while frame is not None and is_machinery(frame):
        if _is_primitive(frame):
            primitive = frame.f_code.co_name
        frame = frame.f_back
    assert frame is not None
    return Call(primitive, subject, frame.f_code.co_filename, frame.f_lineno)


def _is_primitive(frame: FrameType) -> bool:
    """Whether a frame is that of a primitive; `spinlock` is spin_lock and spin_unlock."""
    name = frame.f_code.co_name
    return isinstance(frame.f_locals.get("self"), Cpu) and not name.startswith("_") and name != "spinlock"
