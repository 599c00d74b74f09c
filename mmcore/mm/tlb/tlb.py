"""TLBs: what CPUs remember of page tables, flushes, and pages that are freed after one.

A flush reaches a CPU that runs in the address space by an interrupt, and its effect is there when the flush returns.
Any other CPU finds out when it switches to the address space and compares generations.  Source: arch/x86/mm/tlb.c
(flush_tlb_mm_range(), flush_tlb_func(), switch_mm_irqs_off()), mm/mmu_gather.c of Linux 6.12.
"""

from __future__ import annotations

from mmcore.cpu import Cpu
from mmcore.mm.mm_types import Mm, Tlb
from mmcore.mm.page_alloc.page import Page
from mmcore.mm.page_alloc.page_alloc import put_page


def flush_tlb_mm_range(cpu: Cpu, mm: Mm, start: int, end: int) -> None:
    """Makes every CPU forget the addresses from `start` to before `end`."""
    generation = cpu.atomic_inc_return(mm.tlb_gen)
    running = cpu.read_once(mm.cpumask)
    for tlb in mm.system.tlbs:
        if running & 1 << tlb.cpu:
            flush_tlb_func(tlb, mm, start, end, generation)


def flush_tlb_mm(cpu: Cpu, mm: Mm) -> None:
    """Makes every CPU forget an address space."""
    flush_tlb_mm_range(cpu, mm, 0, mm.tables.geometry.pages)


def flush_tlb_page(cpu: Cpu, mm: Mm, address: int) -> None:
    """Makes every CPU forget one page."""
    flush_tlb_mm_range(cpu, mm, address, address + 1)


def flush_tlb_func(tlb: Tlb, mm: Mm, start: int, end: int, generation: int) -> None:
    """What a CPU does when it is told to flush: the range, or everything if it missed a flush before."""
    seen = tlb.generation.get(mm.number, 0)
    if tlb.loaded is not mm or seen >= generation:
        return
    if seen + 1 < generation:
        start, end = 0, mm.tables.geometry.pages
    forget(tlb, mm, start, end)
    tlb.generation[mm.number] = generation


def forget(tlb: Tlb, mm: Mm, start: int, end: int) -> None:
    """Drops the entries of a range from one TLB."""
    for key in [key for key in tlb.entries if key[0] == mm.number and start <= key[1] < end]:
        del tlb.entries[key]


def switch_mm(cpu: Cpu, tlb: Tlb, mm: Mm | None) -> None:
    """Makes the CPU of a TLB run in an address space, or in none (switch_mm_irqs_off())."""
    if tlb.loaded is mm:
        return
    if tlb.loaded is not None:
        cpu.atomic_andnot(1 << tlb.cpu, tlb.loaded.cpumask)
    tlb.loaded = mm
    if mm is not None:
        load_mm(cpu, tlb, mm)


def load_mm(cpu: Cpu, tlb: Tlb, mm: Mm) -> None:
    """Announces the CPU, and then drops what flushes that it has missed would have dropped.

    The bit in the mask is set before the generation is read: either the flusher sees the bit, or this CPU the new
    generation.
    """
    cpu.atomic_or(1 << tlb.cpu, mm.cpumask)
    cpu.smp_mb__after_atomic()
    generation = cpu.atomic_read(mm.tlb_gen)
    if tlb.generation.get(mm.number, -1) < generation:
        forget(tlb, mm, 0, mm.tables.geometry.pages)
        tlb.generation[mm.number] = generation


class MmuGather:
    """Pages that are unmapped together, and freed once no TLB has them (struct mmu_gather)."""

    def __init__(self, mm: Mm) -> None:
        self.mm = mm
        self.start = mm.tables.geometry.pages
        self.end = 0
        self.pages: list[Page] = []

    def remove(self, address: int, pages: int = 1) -> None:
        """Notes an address whose entry has been cleared (tlb_remove_tlb_entry())."""
        self.start = min(self.start, address)
        self.end = max(self.end, address + pages)

    def remove_page(self, page: Page) -> None:
        """Notes a page whose reference by an entry is to be dropped (tlb_remove_page())."""
        self.pages.append(page)

    def finish(self, cpu: Cpu) -> None:
        """Flushes, and then drops the references (tlb_finish_mmu())."""
        if self.start < self.end:
            flush_tlb_mm_range(cpu, self.mm, self.start, self.end)
        for page in self.pages:
            put_page(cpu, page)
        self.pages.clear()
