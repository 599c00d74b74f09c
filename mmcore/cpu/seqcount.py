"""Sequence counters: readers that never wait, and that find out afterwards whether a writer was under way.

The counter is odd while a writer is.  Writers exclude each other by other means, so a writer's own reads of the counter
see its last write.

Source: include/linux/seqlock.h of Linux 6.12.
"""

from __future__ import annotations

from typing import Any

from mmcore.cpu.cpu import Cpu
from mmcore.memory import Cell


def raw_write_seqcount_begin(cpu: Cpu, sequence: Cell, label: str | None = None) -> None:
    """Makes the counter odd; who sees a later write of this CPU sees that, too.  `label`: that of the barrier."""
    cpu.write_once(sequence, cpu.read_once(sequence) + 1)
    cpu.smp_wmb(label)  # pairs with the smp_rmb() of read_seqcount_retry()


def raw_write_seqcount_end(cpu: Cpu, sequence: Cell, label: str | None = None) -> None:
    """Makes the counter even; who sees that sees all earlier writes of this CPU.  `label`: that of the barrier."""
    cpu.smp_wmb(label)  # pairs with the acquire of raw_read_seqcount()
    cpu.write_once(sequence, cpu.read_once(sequence) + 1)


def raw_read_seqcount(cpu: Cpu, sequence: Cell, label: str | None = None) -> Any:
    """The counter, which may be odd; later reads come after it."""
    return cpu.smp_load_acquire(sequence, label)


def read_seqcount_begin(cpu: Cpu, sequence: Cell, label: str | None = None) -> Any:
    """Waits until no writer is under way; the counter."""
    return cpu.smp_cond_load_acquire(sequence, lambda value: (value & 1) == 0, label)


def read_seqcount_retry(cpu: Cpu, sequence: Cell, start: Any, label: str | None = None) -> Any:
    """Whether a writer was under way since the counter was `start`: what was read in between is to be thrown away."""
    cpu.smp_rmb(label)  # pairs with the barriers of the writer
    return cpu.read_once(sequence) != start
