"""Unmapping: a range of addresses, and a whole address space at its end.

Source: mm/memory.c:zap_pte_range() and above, mm/vma.c:do_vmi_align_munmap(), mm/mmap.c:exit_mmap() of Linux 6.12.
"""

from __future__ import annotations

from mmcore.cpu import Cpu
from mmcore.mm.mm_types import Mm, Vma
from mmcore.mm.mmap.mm import free_mm, free_table, mmap_lock
from mmcore.mm.mmap.shmem import put_file
from mmcore.mm.mmap.vma import overlapping, remove_vma, split_vma
from mmcore.mm.page_alloc.page import Page
from mmcore.mm.pgtable.pgtable import mapped, release
from mmcore.mm.pgtable.pte import PTE_NONE, pte_pfn, pte_present
from mmcore.mm.rmap.rmap import folio_remove_rmap_pte
from mmcore.mm.tlb.tlb import MmuGather


def munmap(cpu: Cpu, mm: Mm, start: int, end: int) -> None:
    """Unmaps what is mapped from `start` to before `end` (do_vmi_munmap()); takes the mmap_lock."""
    with mmap_lock(cpu, mm):
        for vma in overlapping(cpu, mm, start, end):
            unmap_vma(cpu, cut(cpu, vma, start, end))


def cut(cpu: Cpu, vma: Vma, start: int, end: int) -> Vma:
    """The part of an area from `start` to before `end`, as an area of its own."""
    if vma.start < start:
        vma = split_vma(cpu, vma, start)
    if end < vma.end:
        split_vma(cpu, vma, end)
    return vma


def unmap_vma(cpu: Cpu, vma: Vma) -> None:
    """Unmaps and removes one area, and drops the file that nobody maps any more."""
    unmap_page_range(cpu, vma, vma.start, vma.end)
    remove_vma(cpu, vma)
    if vma.file is not None:
        put_file(cpu, vma.mm.system, vma.file)


def unmap_page_range(cpu: Cpu, vma: Vma, start: int, end: int) -> None:
    """Clears the entries of a range, flushes, and then drops their references (zap_page_range_single())."""
    gather = MmuGather(vma.mm)
    with cpu.spinlock(vma.mm.tables.lock):
        for address, entry, _ in mapped(cpu, vma.mm.tables, start, end):
            zap_pte(cpu, gather, address, int(cpu.xchg(entry, PTE_NONE)))
    gather.finish(cpu)


def zap_pte(cpu: Cpu, gather: MmuGather, address: int, pte: int) -> None:
    """Counts out the page of an entry that has been cleared (zap_present_ptes()); a moving page has no count here."""
    if not pte_present(pte):
        return
    gather.remove(address)
    page = vm_normal_page(gather.mm, pte)
    if page is not None:
        folio_remove_rmap_pte(cpu, page)
        gather.remove_page(page)


def vm_normal_page(mm: Mm, pte: int) -> Page | None:
    """The page of a present entry, if its mappings are counted: not the zero page (vm_normal_page())."""
    page = mm.system.node.mem_map[pte_pfn(pte)]
    return None if page is mm.system.zero_page else page


def exit_mmap(cpu: Cpu, mm: Mm) -> None:
    """Takes down an address space that no CPU runs in any more: areas, pages, tables (exit_mmap(), pgd_free())."""
    with mmap_lock(cpu, mm):
        for vma in list(mm.vmas):
            unmap_vma(cpu, vma)
        release(cpu, mm.tables, lambda cpu, table: free_table(cpu, mm.system, table))
    free_mm(cpu, mm)
