"""The direct implementation: each primitive acts on the memory at once, and the mm core runs as an ordinary program."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mmcore.cpu import EVERYTHING, Cpu, LoadOrder, RcuCall, StoreOrder, Update
from mmcore.errors import Misuse
from mmcore.memory import Cell, Memory

DEADLOCK = "what would wait for another CPU never ends where no other CPU runs"


class DirectCpu(Cpu):
    """A CPU that runs alone: what would have to wait raises Misuse.  `observed` holds what the routines reported."""

    def __init__(self, memory: Memory, number: int = 0, without: frozenset[str] = EVERYTHING) -> None:
        super().__init__(memory, number, without)
        self.observed: dict[str, Any] = {}

    def _load(self, place: Cell, order: LoadOrder) -> Any:
        return place.value

    def _store(self, place: Cell, value: Any, order: StoreOrder) -> None:
        place.value = value

    def _update(self, place: Cell, update: Update) -> Any:
        old = place.value
        done = update.applies(old)
        if done:
            place.value = update.new(old)
        return update.value(old, place.value, done)

    def _fence(self, name: str) -> None:
        pass

    def _lock(self, lock: Cell) -> None:
        if lock.value:
            raise Misuse(f"spin_lock({lock.name})", DEADLOCK, "the direct run of mmcore")
        lock.value = 1

    def _unlock(self, lock: Cell) -> None:
        lock.value = 0

    def _rcu(self, name: RcuCall) -> None:
        pass

    def _wait(self, place: Cell, condition: Callable[[Any], Any], order: LoadOrder) -> Any:
        if not condition(place.value):
            raise Misuse(f"waiting for {place.name}", DEADLOCK, "the direct run of mmcore")
        return place.value

    def observe(self, name: str, value: Any) -> None:
        """Reports a result of the thread."""
        self.observed[name] = int(value) if isinstance(value, bool) else value
