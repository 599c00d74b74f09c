"""Plain accesses, and the barriers between them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mmcore.cpu.processor import Processor


class Accesses(Processor):
    """Reads, writes and waits, with the order that their names say."""

    def read_once(self, place: Any) -> Any:
        """READ_ONCE(*place)."""
        return self._load(place, "once")

    def write_once(self, place: Any, value: Any) -> None:
        """WRITE_ONCE(*place, value)."""
        self._store(place, value, "once")

    def smp_load_acquire(self, place: Any, label: str | None = None) -> Any:
        """smp_load_acquire(place); without its label, READ_ONCE."""
        return self._load(place, "acquire" if self.has(label) else "once")

    def smp_store_release(self, place: Any, value: Any, label: str | None = None) -> None:
        """smp_store_release(place, value); without its label, WRITE_ONCE."""
        self._store(place, value, "release" if self.has(label) else "once")

    def rcu_dereference(self, place: Any) -> Any:
        """rcu_dereference(*place): READ_ONCE of a pointer, whose dependency orders what follows through it."""
        return self._load(place, "once")

    def rcu_assign_pointer(self, place: Any, value: Any, label: str | None = None) -> None:
        """rcu_assign_pointer(*place, value): a release store."""
        self.smp_store_release(place, value, label)

    def smp_cond_load_acquire(self, place: Any, condition: Callable[[Any], Any], label: str | None = None) -> Any:
        """Spins until the value of `place` satisfies `condition`, with acquire ordering; that value."""
        return self._wait(place, condition, "acquire" if self.has(label) else "once")

    def smp_cond_load_relaxed(self, place: Any, condition: Callable[[Any], Any]) -> Any:
        """Spins until the value of `place` satisfies `condition`; that value."""
        return self._wait(place, condition, "once")


class Barriers(Accesses):
    """Barriers; without its label, none."""

    def _barrier(self, name: str, label: str | None) -> None:
        if self.has(label):
            self._fence(name)

    def smp_mb(self, label: str | None = None) -> None:
        """A full barrier."""
        self._barrier("smp_mb", label)

    def smp_rmb(self, label: str | None = None) -> None:
        """Orders reads with later reads."""
        self._barrier("smp_rmb", label)

    def smp_wmb(self, label: str | None = None) -> None:
        """Orders writes with later writes."""
        self._barrier("smp_wmb", label)

    def barrier(self, label: str | None = None) -> None:
        """A compiler barrier."""
        self._barrier("barrier", label)

    def smp_mb__before_atomic(self, label: str | None = None) -> None:
        """A full barrier before an atomic without ordering of its own."""
        self._barrier("smp_mb__before_atomic", label)

    def smp_mb__after_atomic(self, label: str | None = None) -> None:
        """A full barrier after an atomic without ordering of its own."""
        self._barrier("smp_mb__after_atomic", label)

    def smp_mb__after_spinlock(self, label: str | None = None) -> None:
        """Makes the acquisition of a spinlock a full barrier."""
        self._barrier("smp_mb__after_spinlock", label)

    def smp_store_mb(self, place: Any, value: Any, label: str | None = None) -> None:
        """smp_store_mb(place, value): WRITE_ONCE and then smp_mb(); without its label, WRITE_ONCE alone."""
        self.write_once(place, value)
        self.smp_mb(label)
