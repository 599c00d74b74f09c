"""Context switch against TLB flush: who tells whom.

A CPU that switches to an address space announces itself and then looks which flushes it has missed; a flusher
changes the page table and then looks whom it has to interrupt.  Each writes, needs a full barrier, and reads what the
other wrote.

A TLB is hardware; what a CPU does once it has announced itself, and the entry that its table walker then reads, is
modelled as an ordinary read.

Source: arch/x86/mm/tlb.c (switch_mm_irqs_off(), flush_tlb_mm_range(), should_flush_tlb()),
arch/x86/include/asm/tlbflush.h:inc_mm_tlb_gen(), arch/powerpc/mm/mmu_context.c:switch_mm_irqs_off().
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mmcore.cpu import Cpu
from mmcore.memory import Cell, Memory

FIRST_GENERATION = 1


@dataclass(frozen=True, slots=True)
class AddressSpace:
    """What the two sides share: an entry of the page table, the generation of its flushes, and who uses it.

    `loaded`: the CPU's `cpu_tlbstate.loaded_mm` (1: this address space).  `cpumask`: the bits of mm_cpumask().
    """

    pte: Cell
    tlb_gen: Cell
    loaded: Cell
    cpumask: Cell

    @staticmethod
    def make(memory: Memory, pte: int) -> AddressSpace:
        """An address space that no CPU has loaded."""
        cell = memory.cell
        return AddressSpace(
            cell("pte", pte), cell("tlb_gen", FIRST_GENERATION), cell("loaded_mm"), cell("mm_cpumask")
        )


def inc_mm_tlb_gen(cpu: Cpu, mm: AddressSpace) -> Any:
    """A new generation of flushes; fully ordered, which the order of page-table change and check relies on."""
    return cpu.atomic_inc_return(mm.tlb_gen, label="inc")


def flush_tlb_mm_range(cpu: Cpu, mm: AddressSpace) -> Any:
    """Starts a flush after the page table was changed; whether the other CPU has to be interrupted for it."""
    inc_mm_tlb_gen(cpu, mm)  # pairs with the barrier of switch_mm_irqs_off()
    return should_flush_tlb(cpu, mm)


def should_flush_tlb(cpu: Cpu, mm: AddressSpace) -> Any:
    """Whether the other CPU has the address space loaded."""
    return cpu.read_once(mm.loaded) == 1


def switch_mm_irqs_off(cpu: Cpu, mm: AddressSpace) -> Any:
    """Loads the address space; the generation up to which this CPU takes its TLB to be clean."""
    cpu.write_once(mm.loaded, 1)
    cpu.smp_mb(label="mb")  # pairs with inc_mm_tlb_gen()
    return cpu.atomic_read(mm.tlb_gen)


def switch_mm_generation_first(cpu: Cpu, mm: AddressSpace) -> Any:
    """The order of older stable trees: the generation is read before the CPU announces itself."""
    generation = cpu.atomic_read(mm.tlb_gen)
    cpu.write_once(mm.loaded, 1)
    return generation


def walk(cpu: Cpu, mm: AddressSpace) -> Any:
    """What the table walker loads into the TLB."""
    return cpu.read_once(mm.pte)
