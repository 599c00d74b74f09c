"""Spinlocks, and RCU: they order accesses, and forbid to sleep."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mmcore.cpu.context import Context
from mmcore.errors import Misuse
from mmcore.memory import Cell


class Locks(Context):
    """Spinlocks; without its label, a lock excludes nobody."""

    def spin_lock(self, lock: Cell, label: str | None = None) -> None:
        """Takes a spinlock and disables preemption; raises Misuse if this CPU holds it already."""
        if lock.name in self.held:
            rule = "a spinlock is not recursive"
            raise Misuse(f"spin_lock({lock.name})", rule, "Documentation/locking/spinlocks.rst")
        self.held.append(lock.name)
        self.preempt_count += 1
        if self.has(label):
            self._lock(lock)

    def spin_unlock(self, lock: Cell, label: str | None = None) -> None:
        """Frees a spinlock; raises Misuse if this CPU does not hold it."""
        if lock.name not in self.held:
            rule = "only the holder of a lock releases it"
            raise Misuse(f"spin_unlock({lock.name})", rule, "kernel/locking/spinlock_debug.c:debug_spin_unlock()")
        self.held.remove(lock.name)
        self.preempt_count -= 1
        if self.has(label):
            self._unlock(lock)

    @contextmanager
    def spinlock(self, lock: Cell, label: str | None = None) -> Iterator[None]:
        """A spinlock held for a block; without its label, the block runs unlocked."""
        self.spin_lock(lock, label)
        yield
        self.spin_unlock(lock, label)


class Rcu(Context):
    """Read-side critical sections, and the wait for them."""

    def rcu_read_lock(self, label: str | None = None) -> None:
        """Begins a read-side critical section."""
        self.rcu_nesting += 1
        if self.has(label):
            self._rcu("rcu_read_lock")

    def rcu_read_unlock(self, label: str | None = None) -> None:
        """Ends a read-side critical section; raises Misuse outside of one."""
        if not self.rcu_nesting:
            rule = "rcu_read_unlock() ends a section that rcu_read_lock() began"
            raise Misuse("rcu_read_unlock()", rule, "include/linux/rcupdate.h:rcu_read_unlock()")
        self.rcu_nesting -= 1
        if self.has(label):
            self._rcu("rcu_read_unlock")

    def synchronize_rcu(self, label: str | None = None) -> None:
        """Waits for all read-side critical sections under way; raises Misuse where sleeping is not allowed."""
        self.might_sleep("synchronize_rcu()")
        if self.has(label):
            self._rcu("synchronize_rcu")
