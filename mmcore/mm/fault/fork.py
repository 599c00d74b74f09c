"""fork(): a copy of an address space whose private pages are shared until someone writes.

Source: kernel/fork.c:dup_mmap(), mm/memory.c:copy_page_range(), copy_present_ptes(), copy_present_page(),
copy_nonpresent_pte() of Linux 6.12.
"""

from __future__ import annotations

from dataclasses import dataclass

from mmcore.cpu import Cpu, raw_write_seqcount_begin, raw_write_seqcount_end
from mmcore.memory import Cell
from mmcore.mm.fault.fault import copy_page, maybe_mkwrite
from mmcore.mm.mm_types import Mm, Vma
from mmcore.mm.mmap.mm import NoMemory, alloc_pte, mmap_lock, new_mm
from mmcore.mm.mmap.unmap import exit_mmap, vm_normal_page
from mmcore.mm.mmap.vma import insert_vma
from mmcore.mm.page_alloc.page import Page, PG_lru, folio_get, folio_mapcount, folio_test_anon, page_set
from mmcore.mm.page_alloc.page_alloc import GFP_HIGHUSER_MOVABLE, alloc_pages, put_page
from mmcore.mm.pgtable.pte import (
    PTE_NONE,
    SWP_MIGRATION_READ,
    is_migration_entry,
    mk_pte,
    pte_mkdirty,
    pte_mkold,
    pte_pfn,
    pte_present,
    pte_write,
    pte_wrprotect,
    swp_entry,
    swp_offset,
)
from mmcore.mm.rmap.rmap import (
    folio_add_file_rmap_pte,
    folio_add_new_anon_rmap,
    folio_try_dup_anon_rmap_pte,
    mapped_entry,
)
from mmcore.mm.tlb.tlb import flush_tlb_mm


def dup_mm(cpu: Cpu, old: Mm) -> Mm | None:
    """A copy of an address space, or None without memory (dup_mm(), dup_mmap())."""
    try:
        new = new_mm(cpu, old.system)
    except NoMemory:
        return None
    try:
        dup_mmap(cpu, new, old)
    except NoMemory:
        exit_mmap(cpu, new)
        return None
    return new


def dup_mmap(cpu: Cpu, new: Mm, old: Mm) -> None:
    """Copies areas and entries, and flushes what was write-protected in the parent, also where memory runs out.

    Raises NoMemory; what was copied so far is in the new address space then.
    """
    with mmap_lock(cpu, old), mmap_lock(cpu, new):
        try:
            for vma in old.vmas:
                copy = Vma(new, vma.start, vma.end, vma.flags, vma.pgoff, vma.file, vma.anon_vma)
                insert_vma(cpu, copy)
                if vma_needs_copy(vma):
                    copy_page_range(cpu, copy, vma)
        finally:
            flush_tlb_mm(cpu, old)


def vma_needs_copy(vma: Vma) -> bool:
    """Whether faults could not bring back what the entries map: they may map private pages (vma_needs_copy())."""
    return vma.anon_vma is not None


@dataclass(frozen=True, slots=True)
class Copy:
    """One entry to copy: `source` of the area `old` to `target` of the area `new`."""

    old: Vma
    new: Vma
    address: int
    source: Cell
    target: Cell


def copy_page_range(cpu: Cpu, new: Vma, old: Vma) -> None:
    """Copies the entries of an area; GUP-fast does not pin its pages meanwhile (copy_page_range()).

    Whether an entry is empty is looked at under the lock: while a page is moved, it is for a moment.
    """
    if not old.shared:
        raw_write_seqcount_begin(cpu, old.mm.write_protect_seq)
    try:
        for address in range(old.start, old.end):
            source = mapped_entry(cpu, old.mm, address)
            if source is not None:
                copy_entry(cpu, Copy(old, new, address, source, alloc_pte(cpu, new.mm, address)))
    finally:
        if not old.shared:
            raw_write_seqcount_end(cpu, old.mm.write_protect_seq)


def copy_entry(cpu: Cpu, copy: Copy) -> None:
    """Copies one entry, and its page where that may be pinned (copy_pte_range()); raises NoMemory."""
    if copy_pte(cpu, copy, None):
        return
    spare = alloc_pages(cpu, copy.new.mm.system.node, 0, GFP_HIGHUSER_MOVABLE)
    if spare is None:
        raise NoMemory()
    copy_pte(cpu, copy, spare)
    if folio_mapcount(cpu, spare) == 0:
        put_page(cpu, spare)


def copy_pte(cpu: Cpu, copy: Copy, spare: Page | None) -> bool:
    """Copies one entry under the locks of both tables; False if it takes a spare page, and there is none."""
    with cpu.spinlock(copy.new.mm.tables.lock), cpu.spinlock(copy.old.mm.tables.lock):
        pte = int(cpu.read_once(copy.source))
        if pte == PTE_NONE:
            return True
        if not pte_present(pte):
            copy_nonpresent_pte(cpu, copy, pte)
        elif share_page(cpu, copy, pte):
            copy_present_pte(cpu, copy, pte)
        elif spare is not None:
            copy_present_page(cpu, copy, pte, spare)
        else:
            return False
    return True


def copy_nonpresent_pte(cpu: Cpu, copy: Copy, pte: int) -> None:
    """Copies the entry of a page that is being moved; the page is shared from now on."""
    if is_migration_entry(pte) and not copy.old.shared:
        pte = swp_entry(SWP_MIGRATION_READ, swp_offset(pte))
        cpu.write_once(copy.source, pte)
    cpu.write_once(copy.target, pte)


def share_page(cpu: Cpu, copy: Copy, pte: int) -> bool:
    """Counts the child's mapping and its reference; False if the page may be pinned, and is the parent's alone."""
    page = vm_normal_page(copy.old.mm, pte)
    if page is None:
        return True
    folio_get(cpu, page)
    if not folio_test_anon(cpu, page):
        folio_add_file_rmap_pte(cpu, page)
    elif not folio_try_dup_anon_rmap_pte(cpu, page, copy.old):
        put_page(cpu, page)
        return False
    return True


def copy_present_pte(cpu: Cpu, copy: Copy, pte: int) -> None:
    """Maps a page in the child, too; a private page is writable in neither (__copy_present_ptes())."""
    if not copy.old.shared and pte_write(pte):
        pte = pte_wrprotect(pte)
        cpu.write_once(copy.source, pte)
    cpu.write_once(copy.target, pte_mkold(pte))


def copy_present_page(cpu: Cpu, copy: Copy, pte: int, spare: Page) -> None:
    """Gives the child a copy of a page that the parent may have pinned."""
    copy_page(cpu, spare, copy.old.mm.system.node.mem_map[pte_pfn(pte)])
    folio_add_new_anon_rmap(cpu, spare, copy.new, copy.address)
    page_set(cpu, spare, PG_lru)
    cpu.write_once(copy.target, maybe_mkwrite(int(pte_mkdirty(mk_pte(spare.pfn))), copy.new))
