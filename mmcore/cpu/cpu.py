"""The memory interface: what a kernel routine may do, in the kernel's words.

A routine is written once against `Cpu` and runs on three implementations: `mmcore.direct` (an ordinary program),
`mmcore.interleaved` (a scheduling point at every access) and `mmcore.traced` (a litmus test for the checker).

Every step that orders something may carry a `label`.  A variant of a scenario names the labels it goes without: a
barrier, a lock or an RCU section with such a label is left out, an acquire, release or value-returning atomic becomes
relaxed, and `if cpu.has(label)` guards a step that can be dropped otherwise.

Source of names and orderings: Documentation/memory-barriers.txt, Documentation/atomic_t.txt,
Documentation/atomic_bitops.txt and include/asm-generic/barrier.h of Linux 6.12.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeAlias

from mmcore.cpu.update import Order, Update
from mmcore.errors import Misuse
from mmcore.memory import Array, Cell, Memory

EVERYTHING: frozenset[str] = frozenset()


class Cpu(ABC):
    """A CPU of the machine: the primitives of the kernel, and the context that its rules speak of.

    `number`: its index.  `without`: the labels that the variant leaves out.  Values are ints, cells and arrays; in a
    traced run they are terms, which behave alike (comparisons and arithmetic, truth, indices).
    """

    def __init__(self, memory: Memory, number: int = 0, without: frozenset[str] = EVERYTHING) -> None:
        self.memory = memory
        self.number = number
        self.without = without
        self.preempt_count = 0
        self.irqs_disabled = 0
        self.rcu_nesting = 0
        self.held: list[str] = []

    # --- what an implementation provides ------------------------------------------------------------------

    @abstractmethod
    def _load(self, place: Any, order: str) -> Any:
        """The value of a cell; `order` is `once` or `acquire`."""

    @abstractmethod
    def _store(self, place: Any, value: Any, order: str) -> None:
        """Writes a cell; `order` is `once` or `release`."""

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
    def _rcu(self, name: str) -> None:
        """`rcu_read_lock`, `rcu_read_unlock`, or `synchronize_rcu`, which waits for all sections under way."""

    @abstractmethod
    def _wait(self, place: Any, condition: Callable[[Any], Any], order: str) -> Any:
        """Waits until the value of a cell satisfies a condition; that value."""

    @abstractmethod
    def observe(self, name: str, value: Any) -> None:
        """Reports a result of the thread, for the bad outcome to speak of; one that is never reported is 0."""

    # --- variants -----------------------------------------------------------------------------------------

    def has(self, label: str | None) -> bool:
        """Whether the step with that label is there in this variant."""
        return label not in self.without

    # --- accesses -----------------------------------------------------------------------------------------

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

    def smp_store_mb(self, place: Any, value: Any, label: str | None = None) -> None:
        """smp_store_mb(place, value): WRITE_ONCE and then smp_mb(); without its label, WRITE_ONCE alone."""
        self.write_once(place, value)
        self.smp_mb(label)

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

    # --- barriers -----------------------------------------------------------------------------------------

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

    # --- atomics ------------------------------------------------------------------------------------------

    def _modify(self, place: Any, update: Update, label: str | None = None) -> Any:
        return self._update(place, update if self.has(label) else replace(update, order="relaxed"))

    def atomic_read(self, place: Any) -> Any:
        """READ_ONCE of a counter."""
        return self._load(place, "once")

    def atomic_set(self, place: Any, value: Any) -> None:
        """WRITE_ONCE of a counter."""
        self._store(place, value, "once")

    def atomic_inc(self, place: Any) -> None:
        """Adds 1; no ordering."""
        self._update(place, Update("add", 1))

    def atomic_dec(self, place: Any) -> None:
        """Subtracts 1; no ordering."""
        self._update(place, Update("sub", 1))

    def atomic_add(self, value: Any, place: Any) -> None:
        """Adds a value; no ordering."""
        self._update(place, Update("add", value))

    def atomic_sub(self, value: Any, place: Any) -> None:
        """Subtracts a value; no ordering."""
        self._update(place, Update("sub", value))

    def atomic_add_return(self, value: Any, place: Any, label: str | None = None) -> Any:
        """Adds a value, fully ordered; the new value."""
        return self._modify(place, Update("add", value, result="new"), label)

    def atomic_sub_return(self, value: Any, place: Any, label: str | None = None) -> Any:
        """Subtracts a value, fully ordered; the new value."""
        return self._modify(place, Update("sub", value, result="new"), label)

    def atomic_inc_return(self, place: Any, label: str | None = None) -> Any:
        """Adds 1, fully ordered; the new value."""
        return self.atomic_add_return(1, place, label)

    def atomic_dec_return(self, place: Any, label: str | None = None) -> Any:
        """Subtracts 1, fully ordered; the new value."""
        return self.atomic_sub_return(1, place, label)

    def atomic_fetch_add(self, value: Any, place: Any, label: str | None = None) -> Any:
        """Adds a value, fully ordered; the old value."""
        return self._modify(place, Update("add", value, result="old"), label)

    def atomic_sub_and_test(self, value: Any, place: Any) -> Any:
        """Subtracts a value, fully ordered; whether nothing is left."""
        return self._update(place, Update("sub", value, result="zero"))

    def atomic_dec_and_test(self, place: Any) -> Any:
        """Subtracts 1, fully ordered; whether nothing is left."""
        return self.atomic_sub_and_test(1, place)

    def atomic_add_unless(self, place: Any, value: Any, unless: Any) -> Any:
        """Adds a value unless the counter is `unless`; whether it did.  Fully ordered if so, else not at all."""
        return self._update(place, Update("add_unless", value, unless, "done"))

    def atomic_inc_not_zero(self, place: Any) -> Any:
        """Takes a reference unless there is none left; whether it did.  Fully ordered if so, else not at all."""
        return self.atomic_add_unless(place, 1, 0)

    def atomic_or(self, mask: Any, place: Any) -> None:
        """Sets bits; no ordering."""
        self._update(place, Update("or", mask))

    def atomic_andnot(self, mask: Any, place: Any) -> None:
        """Clears bits; no ordering."""
        self._update(place, Update("andnot", mask))

    def xchg(self, place: Any, value: Any, label: str | None = None) -> Any:
        """Writes a value, fully ordered; the old one.  Without its label, xchg_relaxed."""
        return self._modify(place, Update("xchg", value, result="old"), label)

    def cmpxchg(self, place: Any, old: Any, new: Any, label: str | None = None, order: Order = "full") -> Any:
        """Writes `new` if the cell holds `old`; what it held.  Ordered if it did, else not at all."""
        return self._modify(place, Update("cmpxchg", new, old, "old", order), label)

    # --- bits ---------------------------------------------------------------------------------------------

    def test_bit(self, bit: int, place: Any) -> Any:
        """Whether a bit is set; no ordering."""
        return (self._load(place, "once") & (1 << bit)) != 0

    def set_bit(self, bit: int, place: Any) -> None:
        """Sets a bit; no ordering."""
        self.atomic_or(1 << bit, place)

    def clear_bit(self, bit: int, place: Any) -> None:
        """Clears a bit; no ordering."""
        self.atomic_andnot(1 << bit, place)

    def test_and_set_bit(self, bit: int, place: Any, label: str | None = None) -> Any:
        """Sets a bit, fully ordered; whether it was set before."""
        return (self._modify(place, Update("or", 1 << bit, result="old"), label) & (1 << bit)) != 0

    def test_and_clear_bit(self, bit: int, place: Any, label: str | None = None) -> Any:
        """Clears a bit, fully ordered; whether it was set before."""
        return (self._modify(place, Update("andnot", 1 << bit, result="old"), label) & (1 << bit)) != 0

    # --- locks --------------------------------------------------------------------------------------------

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

    # --- RCU ----------------------------------------------------------------------------------------------

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

    # --- context ------------------------------------------------------------------------------------------

    def preempt_disable(self) -> None:
        """No other task runs on this CPU until preempt_enable()."""
        self.preempt_count += 1

    def preempt_enable(self) -> None:
        """Undoes one preempt_disable(); raises Misuse if there is none."""
        if not self.preempt_count:
            rule = "preempt_enable() undoes a preempt_disable()"
            raise Misuse("preempt_enable()", rule, "kernel/sched/core.c:preempt_count_sub()")
        self.preempt_count -= 1

    def local_irq_disable(self) -> None:
        """No interrupt is taken on this CPU until local_irq_enable(): what waits for one waits, as for an RCU section.

        Source: Documentation/RCU/whatisRCU.rst (regions with interrupts off are read-side critical sections).
        """
        if not self.irqs_disabled:
            self._rcu("rcu_read_lock")
        self.irqs_disabled += 1

    def local_irq_enable(self) -> None:
        """Undoes one local_irq_disable(); raises Misuse if there is none."""
        if not self.irqs_disabled:
            rule = "local_irq_restore() undoes a local_irq_save()"
            raise Misuse("local_irq_enable()", rule, "include/linux/irqflags.h:raw_check_bogus_irq_restore()")
        self.irqs_disabled -= 1
        if not self.irqs_disabled:
            self._rcu("rcu_read_unlock")

    def smp_call_function(self, label: str | None = None) -> None:
        """Interrupts every other CPU and waits until each has taken the interrupt; raises Misuse with interrupts off.

        No CPU is then in a region with interrupts off that began before: a grace period for such regions.
        """
        if self.irqs_disabled:
            rule = "two CPUs that wait for each other's interrupt with their own off never go on"
            raise Misuse("smp_call_function()", rule, "kernel/smp.c:smp_call_function_many_cond()")
        if self.has(label):
            self._rcu("synchronize_rcu")

    def this_cpu(self, cells: Array) -> Cell:
        """The element of this CPU in per-CPU data; raises Misuse where the task could be moved to another CPU."""
        if not (self.preempt_count or self.irqs_disabled):
            rule = "per-CPU data is used with preemption disabled"
            raise Misuse(f"this_cpu({cells.name})", rule, "lib/smp_processor_id.c:check_preemption_disabled()")
        return cells[self.number]

    @property
    def in_atomic(self) -> bool:
        """Whether sleeping is forbidden: preemption or interrupts are off, or an RCU section is open."""
        return bool(self.preempt_count or self.irqs_disabled or self.rcu_nesting)

    def might_sleep(self, what: str) -> None:
        """Raises Misuse where sleeping is forbidden."""
        if self.in_atomic:
            rule = "a function that may sleep is not called in atomic context"
            raise Misuse(what, rule, "kernel/sched/core.c:__might_resched()")


Maker: TypeAlias = Callable[[Memory, int, frozenset[str]], Cpu]
"""Makes the CPU of that number on a memory, without the steps of some labels."""
