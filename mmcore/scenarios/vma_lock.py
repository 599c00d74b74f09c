"""A page fault under the per-VMA lock against the writer that unlocks all VMAs."""

from __future__ import annotations

from mmcore.cpu import Cpu
from mmcore.memory import Memory
from mmcore.mm.mmap.vma_lock import Vma, vma_end_write_all, vma_start_read
from mmcore.scenario import NEVER, WEAK, Scenario, Thread, Variant

NEW_FLAGS = 1


def setup(memory: Memory) -> Vma:
    """The VMA is locked for writing."""
    return Vma.make(memory, locked=True)


def writer(cpu: Cpu, vma: Vma) -> None:
    """mprotect(), say: changes the locked VMA and unlocks it."""
    cpu.write_once(vma.vm_flags, NEW_FLAGS)
    vma_end_write_all(cpu, vma)


def fault(cpu: Cpu, vma: Vma) -> None:
    """lock_vma_under_rcu(): goes ahead if the VMA looks unlocked."""
    if vma_start_read(cpu, vma):
        cpu.observe("stale", cpu.read_once(vma.vm_flags) != NEW_FLAGS)


SCENARIO = Scenario(
    name="vma_lock",
    title="The per-VMA lock: sequence numbers of a VMA and of its address space",
    source=("include/linux/mm.h:vma_start_read()", "include/linux/mmap_lock.h:vma_end_write_all()"),
    bad="the fault handler sees the VMA unlocked, and still its old fields",
    setup=setup,
    threads=(Thread("writer", writer), Thread("fault", fault)),
    outcome=lambda end: end.fault.stale == 1,
    variants=(
        Variant("fixed", NEVER, "who sees the new number sees what was done before it was stored",
                catalogue="S12_vma_lock-fixed"),
        Variant("relaxed_load", WEAK, "the field may be read before the number is", frozenset({"acquire"}),
                catalogue="S12_vma_lock-relaxed_load"),
        Variant("relaxed_store", WEAK, "the number may become visible before the field", frozenset({"release"}),
                catalogue="S12_vma_lock-relaxed_store"),
    ),
    pairs="the release store of mm_lock_seq pairs with its acquire load",
    history='b1f02b95758d "mm: fix memory ordering for mm_lock_seq and vm_lock_seq"',
    catalogue="H1",
)  # fmt: skip
