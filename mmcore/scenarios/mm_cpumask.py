"""A context switch against a TLB flush by mm_cpumask: the flusher must see the bit, or the walker the cleared entry."""

from __future__ import annotations

from mmcore.cpu import Cpu
from mmcore.memory import Memory
from mmcore.mm.tlb import switch_mm
from mmcore.mm.tlb.switch_mm import AddressSpace
from mmcore.scenario import NEVER, STORE_BUFFERING, Scenario, Thread, Variant

PRESENT = 1


def setup(memory: Memory) -> AddressSpace:
    """The page is mapped, and no CPU is in the mask."""
    return AddressSpace.make(memory, PRESENT)


def flusher(cpu: Cpu, mm: AddressSpace) -> None:
    """flush_tlb_mm_range(): clears the entry and looks which CPUs it must interrupt."""
    cpu.write_once(mm.pte, 0)
    cpu.smp_mb(label="flush_mb")  # pairs with the barrier of the switching CPU
    cpu.observe("mask", cpu.read_once(mm.cpumask))


def switcher(cpu: Cpu, mm: AddressSpace) -> None:
    """switch_mm_irqs_off(): sets its bit, and its table walker starts to load entries."""
    cpu.write_once(mm.cpumask, 1)
    cpu.smp_mb(label="switch_mb")  # pairs with the barrier of the flusher
    cpu.observe("walked", switch_mm.walk(cpu, mm))


SCENARIO = Scenario(
    name="mm_cpumask",
    title="Context switch against a TLB flush: mm_cpumask and the page table",
    source=("arch/powerpc/mm/mmu_context.c:switch_mm_irqs_off()", "arch/x86/mm/tlb.c:flush_tlb_mm_range()"),
    bad="the flusher skips the CPU, and the CPU loads the old entry into its TLB",
    setup=setup,
    threads=(Thread("flusher", flusher), Thread("switcher", switcher)),
    outcome=lambda end: (end.flusher.mask == 0) & (end.switcher.walked == PRESENT),
    variants=(
        Variant("fixed", NEVER, "each side writes, has a full barrier, and reads what the other wrote",
                catalogue="S14b_cpumask-fixed"),
        Variant("no_flush_mb", STORE_BUFFERING, "the mask is read before the cleared entry is visible",
                frozenset({"flush_mb"}), catalogue="S14b_cpumask-no_mb0"),
        Variant("no_switch_mb", STORE_BUFFERING, "the page table is walked before the mask bit is visible",
                frozenset({"switch_mb"}), catalogue="S14b_cpumask-no_mb1"),
    ),
    pairs="the two full barriers pair with each other; on x86 the locked mask update or writing CR3 is the barrier",
    history='71b3c126e611 "x86/mm: Add barriers and document switch_mm()-vs-flush synchronization" (CVE-2016-2069)',
    catalogue="C2",
)  # fmt: skip
