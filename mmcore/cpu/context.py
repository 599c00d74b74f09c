"""What a task on a CPU may do where it is: preemption, interrupts, sleeping, per-CPU data."""

from __future__ import annotations

from mmcore.cpu.processor import Processor
from mmcore.errors import Misuse
from mmcore.memory import Array, Cell


class Context(Processor):
    """The context that the kernel's rules speak of."""

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
