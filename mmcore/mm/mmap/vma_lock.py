"""The per-VMA lock by sequence numbers.

A VMA is locked for writing while its number equals that of its address space; all of them are unlocked at once when the
address space takes the next number.

Source: include/linux/mm.h (vma_start_read(), vma_start_write()) and include/linux/mmap_lock.h:vma_end_write_all() of
Linux 6.6; Documentation/mm/process_addrs.rst.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mmcore.cpu import Cpu
from mmcore.memory import Cell, Memory


@dataclass(frozen=True, slots=True)
class Vma:
    """`mm_lock_seq` of the address space, `vm_lock_seq` of the VMA, and a field that the lock protects."""

    mm_lock_seq: Cell
    vm_lock_seq: Cell
    vm_flags: Cell

    @staticmethod
    def make(memory: Memory, locked: bool) -> Vma:
        """A VMA, write-locked or not, whose field holds 0."""
        cell = memory.cell
        return Vma(cell("mm_lock_seq", 1), cell("vm_lock_seq", 1 if locked else 0), cell("vm_flags"))


def vma_start_write(cpu: Cpu, vma: Vma) -> None:
    """Locks the VMA until vma_end_write_all(); the caller holds mmap_lock for writing."""
    cpu.write_once(vma.vm_lock_seq, cpu.read_once(vma.mm_lock_seq))


def vma_end_write_all(cpu: Cpu, vma: Vma) -> None:
    """Unlocks every VMA: what was done to them is visible to who sees the new number."""
    # pairs with the acquire of vma_start_read()
    cpu.smp_store_release(vma.mm_lock_seq, cpu.read_once(vma.mm_lock_seq) + 1, label="release")


def vma_start_read(cpu: Cpu, vma: Vma) -> Any:
    """Whether the VMA is not locked for writing, so that its fields may be read."""
    # pairs with the release of vma_end_write_all()
    return cpu.read_once(vma.vm_lock_seq) != cpu.smp_load_acquire(vma.mm_lock_seq, label="acquire")
