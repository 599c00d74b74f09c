"""A context switch against a TLB flush by generation: loaded_mm and tlb_gen."""

from __future__ import annotations

from mmcore.cpu import Cpu
from mmcore.memory import Memory
from mmcore.mm.tlb import switch_mm
from mmcore.mm.tlb.switch_mm import FIRST_GENERATION, AddressSpace
from mmcore.scenario import NEVER, SOMETIMES, STORE_BUFFERING, Scenario, Thread, Variant

PRESENT = 1


def setup(memory: Memory) -> AddressSpace:
    """The page is mapped, and the other CPU runs something else."""
    return AddressSpace.make(memory, PRESENT)


def flusher(cpu: Cpu, mm: AddressSpace) -> None:
    """Unmaps the page and flushes where it is needed."""
    cpu.write_once(mm.pte, 0)
    cpu.observe("sends_ipi", switch_mm.flush_tlb_mm_range(cpu, mm))


def switcher(cpu: Cpu, mm: AddressSpace) -> None:
    """Switches to the address space and keeps what its TLB holds if no flush was missed."""
    cpu.observe("generation", switch_mm.switch_mm_irqs_off(cpu, mm))


def early_switcher(cpu: Cpu, mm: AddressSpace) -> None:
    """As `switcher`, in the order of older stable trees."""
    cpu.observe("generation", switch_mm.switch_mm_generation_first(cpu, mm))


SCENARIO = Scenario(
    name="switch_mm",
    title="Context switch against a TLB flush: loaded_mm and tlb_gen",
    source=("arch/x86/mm/tlb.c:switch_mm_irqs_off()", "arch/x86/mm/tlb.c:flush_tlb_mm_range()"),
    bad="the flusher sends no interrupt, and the switching CPU takes the old generation for the current one",
    setup=setup,
    threads=(Thread("flusher", flusher), Thread("switcher", switcher)),
    outcome=lambda end: (end.flusher.sends_ipi == 0) & (end.switcher.generation == FIRST_GENERATION),
    variants=(
        Variant("fixed", NEVER, "either the interrupt is sent or the new generation is seen",
                catalogue="S14_x86_switch_mm-fixed"),
        Variant("no_mb", STORE_BUFFERING, "the generation is read before the announcement is visible",
                frozenset({"mb"}), catalogue="S14_x86_switch_mm-no_mb"),
        Variant("generation_first", SOMETIMES, "the generation is read before the announcement is made at all",
                threads={"switcher": early_switcher}, catalogue="S14_x86_switch_mm-stable_order"),
    ),
    pairs="the smp_mb() between announcing and reading tlb_gen pairs with the full ordering of inc_mm_tlb_gen()",
    history='83b0177a6c48 "x86/mm: Fix SMP ordering in switch_mm_irqs_off()" (CVE-2025-40174)',
    catalogue="C1",
)  # fmt: skip
