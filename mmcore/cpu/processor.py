"""What an implementation of the memory interface provides: a few primitives, and whether a step is there at all."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Literal, TypeAlias

from mmcore.cpu.frames import machinery
from mmcore.cpu.update import Update
from mmcore.memory import Cell, Memory

EVERYTHING: frozenset[str] = frozenset()

LoadOrder: TypeAlias = Literal["once", "acquire"]
StoreOrder: TypeAlias = Literal["once", "release"]
RcuCall: TypeAlias = Literal["rcu_read_lock", "rcu_read_unlock", "synchronize_rcu"]


@machinery
class Processor(ABC):
    """What every primitive of the kernel is made of; the functions of its classes are machinery, and no routine's."""

    def __init__(self, memory: Memory, number: int = 0, without: frozenset[str] = EVERYTHING) -> None:
        self.memory = memory
        self.number = number
        self.without = without
        self.preempt_count = 0
        self.irqs_disabled = 0
        self.rcu_nesting = 0
        self.held: list[str] = []

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        machinery(cls)

    # --- what an implementation provides -----------------------------------------------------------------------

    @abstractmethod
    def _load(self, place: Any, order: LoadOrder) -> Any:
        """The value of a cell."""

    @abstractmethod
    def _store(self, place: Any, value: Any, order: StoreOrder) -> None:
        """Writes a cell."""

    @abstractmethod
    def _update(self, place: Any, update: Update) -> Any:
        """One atomic read-modify-write; its value."""

    @abstractmethod
    def _fence(self, name: str) -> None:
        """A barrier, by its name in the kernel."""

    @abstractmethod
    def _lock(self, lock: Cell) -> None:
        """Waits until the lock is free and takes it."""

    @abstractmethod
    def _unlock(self, lock: Cell) -> None:
        """Frees a lock that is held."""

    @abstractmethod
    def _rcu(self, name: RcuCall) -> None:
        """`rcu_read_lock`, `rcu_read_unlock`, or `synchronize_rcu`, which waits for all sections under way."""

    @abstractmethod
    def _wait(self, place: Any, condition: Callable[[Any], Any], order: LoadOrder) -> Any:
        """Waits until the value of a cell satisfies a condition; that value."""

    @abstractmethod
    def observe(self, name: str, value: Any) -> None:
        """Reports a result of the thread, for the bad outcome to speak of; one that is never reported is 0."""

    # --- variants ----------------------------------------------------------------------------------------------

    def has(self, label: str | None) -> bool:
        """Whether the step with that label is there in this variant."""
        return label not in self.without
