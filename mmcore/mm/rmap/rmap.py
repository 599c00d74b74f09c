"""Reverse maps: which entries may map a page, and the counts of those that do.

Source: mm/rmap.c and include/linux/rmap.h of Linux 6.12 (the functions named below).  A page is anon-exclusive if only
one address space can have it: it may be written there without a copy, and may be pinned.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mmcore.cpu import Cpu
from mmcore.memory import Cell
from mmcore.mm.mm_types import MMF_HAS_PINNED, AnonVma, File, Mm, System, Vma
from mmcore.mm.mmdebug import vm_bug_on
from mmcore.mm.page_alloc.page import (
    PAGE_MAPPING_ANON,
    Page,
    PG_anon_exclusive,
    PG_swapbacked,
    folio_maybe_dma_pinned,
    folio_test_anon,
    page_clear,
    page_set,
    page_test,
)
from mmcore.mm.pgtable.pgtable import PTE, lowest

# --- areas --------------------------------------------------------------------------------------------------------


def anon_vma_prepare(cpu: Cpu, vma: Vma) -> None:
    """Gives an area a reverse map for its private pages, if it has none (anon_vma_prepare())."""
    if vma.anon_vma is None:
        system = vma.mm.system
        number = next(system.numbers)
        vma.anon_vma = AnonVma(number, system.memory.cell(f"anon_vma{number}.lock"))
        system.anon_vmas[number] = vma.anon_vma
        with cpu.spinlock(vma.anon_vma.lock):
            vma.anon_vma.vmas.append(vma)


def link_vma(cpu: Cpu, vma: Vma) -> None:
    """Adds an area to the reverse maps of what it maps (anon_vma_fork(), vma_link_file())."""
    for owner in owners(vma):
        with cpu.spinlock(owner.lock):
            owner.vmas.append(vma)


def unlink_vma(cpu: Cpu, vma: Vma) -> None:
    """Removes an area from its reverse maps (unlink_anon_vmas(), unlink_file_vma())."""
    for owner in owners(vma):
        with cpu.spinlock(owner.lock):
            owner.vmas.remove(vma)
    if vma.anon_vma is not None and not vma.anon_vma.vmas:
        del vma.mm.system.anon_vmas[vma.anon_vma.number]


def owners(vma: Vma) -> list[AnonVma | File]:
    """The reverse maps of an area."""
    return [owner for owner in (vma.file, vma.anon_vma) if owner is not None]


def rmap_walk(cpu: Cpu, system: System, page: Page, one: Callable[[Vma, int], bool]) -> bool:
    """Calls `one` for each area and address at which a page may be mapped, until it says no; whether it never did.

    The folio is locked.  No area comes or goes meanwhile: fork() adds that of the child before it copies entries, so
    that a walk either comes first, or sees them (rmap_walk_anon(), rmap_walk_file()).
    """
    mapping, index = int(cpu.read_once(page.mapping)), int(cpu.read_once(page.index))
    found: AnonVma | File | None
    found = (system.anon_vmas if mapping & PAGE_MAPPING_ANON else system.files).get(mapping >> 1)
    if found is None:
        return True
    with cpu.spinlock(found.lock):
        places = [(vma, address) for vma in found.vmas if (address := vma.address(index)) is not None]
        return all(one(vma, address) for vma, address in places)


def mapped_entry(cpu: Cpu, mm: Mm, address: int) -> Cell | None:
    """The lowest entry for an address, or None where no table is (page_vma_mapped_walk())."""
    entry, level = lowest(cpu, mm.tables, address)
    return entry if level == PTE else None


# --- counts -------------------------------------------------------------------------------------------------------


def folio_add_new_anon_rmap(cpu: Cpu, page: Page, vma: Vma, address: int) -> None:
    """Makes a fresh page the private page of an address, mapped once and exclusive."""
    assert vma.anon_vma is not None, "anon_vma_prepare() comes first"
    page_set(cpu, page, PG_swapbacked)
    cpu.write_once(page.mapping, vma.anon_vma.number << 1 | PAGE_MAPPING_ANON)
    cpu.write_once(page.index, vma.index(address))
    cpu.atomic_set(page.mapcount, 0)
    page_set(cpu, page, PG_anon_exclusive)


def folio_add_anon_rmap_pte(cpu: Cpu, page: Page, exclusive: bool) -> None:
    """Counts one more mapping of a private page, which the mapping makes exclusive or not."""
    cpu.atomic_inc(page.mapcount)
    if exclusive:
        page_set(cpu, page, PG_anon_exclusive)


def folio_add_file_rmap_pte(cpu: Cpu, page: Page) -> None:
    """Counts one more mapping of a page of a file."""
    cpu.atomic_inc(page.mapcount)


def folio_remove_rmap_pte(cpu: Cpu, page: Page) -> None:
    """Counts one mapping less; raises Misuse if there was none."""
    count = cpu.atomic_sub_return(1, page.mapcount)
    rule = "a page is unmapped as often as it was mapped"
    vm_bug_on(count < -1, f"folio_remove_rmap_pte(page {page.pfn})", rule, "mm/rmap.c:__folio_remove_rmap()")


# --- sharing ------------------------------------------------------------------------------------------------------


def folio_needs_cow_for_dma(cpu: Cpu, vma: Vma, page: Page) -> Any:
    """Whether a fork must copy a page at once, because the parent may have pinned it (include/linux/mm.h)."""
    if not cpu.test_bit(MMF_HAS_PINNED, vma.mm.flags):
        return False
    return folio_maybe_dma_pinned(cpu, page)


def folio_try_dup_anon_rmap_pte(cpu: Cpu, page: Page, vma: Vma) -> bool:
    """Counts one more mapping of a private page by a fork, and makes it shared; not if it may be pinned.

    Whether it was done.  Source: include/linux/rmap.h:__folio_try_dup_anon_rmap().
    """
    exclusive = page_test(cpu, page, PG_anon_exclusive)
    if exclusive and folio_needs_cow_for_dma(cpu, vma, page):
        return False
    if exclusive:
        page_clear(cpu, page, PG_anon_exclusive)
    cpu.atomic_inc(page.mapcount)
    return True


def page_is_exclusive(cpu: Cpu, page: Page) -> Any:
    """Whether a page is private and exclusive: folio_test_anon() and PageAnonExclusive()."""
    return folio_test_anon(cpu, page) and page_test(cpu, page, PG_anon_exclusive)
