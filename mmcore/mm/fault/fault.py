"""Page faults: zero-filled anonymous memory, pages of files, and copy-on-write.

Source: mm/memory.c of Linux 6.12 (the functions named below).  A fault runs under the mmap_lock; it allocates first,
then takes the page-table lock and looks whether the entry is still what it was.
"""

from __future__ import annotations

from dataclasses import dataclass

from mmcore.cpu import Cpu
from mmcore.memory import Cell
from mmcore.mm.mm_types import VM_WRITE, Mm, Vma
from mmcore.mm.mmap.mm import NoMemory, alloc_pte, mmap_assert_locked
from mmcore.mm.mmap.shmem import get_file_page
from mmcore.mm.page_alloc.page import (
    Page,
    PG_anon_exclusive,
    PG_lru,
    folio_get,
    folio_ref_count,
    folio_test_anon,
    folio_trylock,
    folio_unlock,
    page_set,
    page_test,
)
from mmcore.mm.page_alloc.page_alloc import GFP_HIGHUSER_MOVABLE, GFP_ZERO, alloc_pages, put_page
from mmcore.mm.pgtable.pte import (
    PTE_NONE,
    is_migration_entry,
    mk_pte,
    pte_mkdirty,
    pte_mkwrite,
    pte_mkyoung,
    pte_pfn,
    pte_present,
    pte_write,
)
from mmcore.mm.rmap.rmap import (
    anon_vma_prepare,
    folio_add_file_rmap_pte,
    folio_add_new_anon_rmap,
    folio_remove_rmap_pte,
)
from mmcore.mm.tlb.tlb import flush_tlb_page

FAULT_FLAG_WRITE, FAULT_FLAG_UNSHARE = 1, 2
"""Why the fault: a write; or a pin for reading, which needs an exclusive page (enum fault_flag)."""

VM_FAULT_OOM, VM_FAULT_SIGBUS, VM_FAULT_SIGSEGV = 1, 2, 64
"""Results of a fault, 0 where it is settled and the access is tried again (include/linux/mm_types.h)."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault (struct vm_fault): `pte` held `orig` when it began."""

    vma: Vma
    address: int
    flags: int
    pte: Cell
    orig: int

    @property
    def mm(self) -> Mm:
        """The address space."""
        return self.vma.mm

    @property
    def unshare(self) -> bool:
        """Whether an exclusive page is wanted, and no right to write."""
        return bool(self.flags & FAULT_FLAG_UNSHARE)

    def page(self) -> Page:
        """The page that the entry mapped."""
        return self.mm.system.node.mem_map[pte_pfn(self.orig)]

    def unchanged(self, cpu: Cpu) -> bool:
        """Whether the entry still holds what it held; the page-table lock is held."""
        return bool(cpu.read_once(self.pte) == self.orig)


def handle_mm_fault(cpu: Cpu, vma: Vma, address: int, flags: int = 0) -> int:
    """Makes an access possible that the page table did not permit; VM_FAULT_... or 0 (handle_mm_fault()).

    Raises Misuse without the mmap_lock, or where sleeping is forbidden.
    """
    mmap_assert_locked(cpu, vma.mm, "handle_mm_fault()")
    cpu.might_sleep("handle_mm_fault()")
    if flags & FAULT_FLAG_WRITE and not vma.flags & VM_WRITE:
        return VM_FAULT_SIGSEGV
    try:
        pte = alloc_pte(cpu, vma.mm, address)
    except NoMemory:
        return VM_FAULT_OOM
    return handle_pte_fault(cpu, Fault(vma, address, flags, pte, int(cpu.read_once(pte))))


def handle_pte_fault(cpu: Cpu, fault: Fault) -> int:
    """Chooses what to do by what the entry holds (handle_pte_fault())."""
    if fault.orig == PTE_NONE:
        return do_anonymous_page(cpu, fault) if fault.vma.file is None else do_fault(cpu, fault)
    if not pte_present(fault.orig):
        return do_swap_page(cpu, fault)
    if fault.flags & (FAULT_FLAG_WRITE | FAULT_FLAG_UNSHARE) and not pte_write(fault.orig):
        return do_wp_page(cpu, fault)
    return set_access_flags(cpu, fault)


def set_access_flags(cpu: Cpu, fault: Fault) -> int:
    """Marks an entry as used that somebody else has mended meanwhile (ptep_set_access_flags())."""
    with cpu.spinlock(fault.mm.tables.lock):
        if fault.unchanged(cpu):
            entry = pte_mkyoung(fault.orig)
            cpu.write_once(fault.pte, pte_mkdirty(entry) if fault.flags & FAULT_FLAG_WRITE else entry)
    return 0


def do_swap_page(cpu: Cpu, fault: Fault) -> int:
    """Waits until a page that is being moved is mapped again (do_swap_page(), migration_entry_wait())."""
    if not is_migration_entry(fault.orig):
        return VM_FAULT_SIGBUS
    cpu.might_sleep("migration_entry_wait()")
    cpu.smp_cond_load_relaxed(fault.pte, lambda pte: pte != fault.orig)
    return 0


# --- first touch --------------------------------------------------------------------------------------------------


def do_anonymous_page(cpu: Cpu, fault: Fault) -> int:
    """Maps the zero page for a read, a fresh page for a write (do_anonymous_page())."""
    if not fault.flags & FAULT_FLAG_WRITE:
        return map_zero_page(cpu, fault)
    return install_private(cpu, fault, None)


def map_zero_page(cpu: Cpu, fault: Fault) -> int:
    """Maps the page of zeros, not writable; nobody counts that."""
    with cpu.spinlock(fault.mm.tables.lock):
        if fault.unchanged(cpu):
            cpu.write_once(fault.pte, pte_mkyoung(mk_pte(fault.mm.system.zero_page.pfn)))
    return 0


def install_private(cpu: Cpu, fault: Fault, source: Page | None) -> int:
    """Maps a fresh private page in an empty entry: zeroed, or a copy of `source`."""
    page = private_page(cpu, fault, source)
    if page is None:
        return VM_FAULT_OOM
    with cpu.spinlock(fault.mm.tables.lock):
        taken = fault.unchanged(cpu)
        if taken:
            set_private(cpu, fault, page)
    if not taken:
        put_page(cpu, page)
    return 0


def private_page(cpu: Cpu, fault: Fault, source: Page | None) -> Page | None:
    """A fresh page that nobody maps: zeroed, or a copy (folio_prealloc(), __wp_page_copy_user())."""
    anon_vma_prepare(cpu, fault.vma)
    gfp = GFP_HIGHUSER_MOVABLE | (GFP_ZERO if source is None else 0)
    page = alloc_pages(cpu, fault.mm.system.node, 0, gfp)
    if page is not None and source is not None:
        copy_page(cpu, page, source)
    return page


def copy_page(cpu: Cpu, target: Page, source: Page) -> None:
    """Copies the contents of a page (copy_user_highpage())."""
    cpu.write_once(target.data, cpu.read_once(source.data))


def set_private(cpu: Cpu, fault: Fault, page: Page) -> None:
    """Maps a fresh private page; writable unless the fault is for a pin to read.  The page-table lock is held."""
    folio_add_new_anon_rmap(cpu, page, fault.vma, fault.address)
    page_set(cpu, page, PG_lru)
    entry = pte_mkyoung(mk_pte(page.pfn))
    if not fault.unshare:
        entry = maybe_mkwrite(pte_mkdirty(entry), fault.vma)
    cpu.write_once(fault.pte, entry)


def maybe_mkwrite(pte: int, vma: Vma) -> int:
    """The entry with the right to write, if the area has it (include/linux/mm.h:maybe_mkwrite())."""
    return int(pte_mkwrite(pte)) if vma.flags & VM_WRITE else pte


def do_fault(cpu: Cpu, fault: Fault) -> int:
    """Maps the page of a file, or a private copy for a write (do_read_fault(), do_cow_fault(), do_shared_fault())."""
    vma = fault.vma
    assert vma.file is not None
    page = get_file_page(cpu, vma.mm.system, vma.file, vma.index(fault.address))
    if page is None:
        return VM_FAULT_OOM
    if fault.flags & FAULT_FLAG_WRITE and not vma.shared:
        result = install_private(cpu, fault, page)
        put_page(cpu, page)
        return result
    return map_file_page(cpu, fault, page)


def map_file_page(cpu: Cpu, fault: Fault, page: Page) -> int:
    """Maps a page of a file, whose reference goes to the entry (finish_fault()); writable in a shared mapping."""
    with cpu.spinlock(fault.mm.tables.lock):
        taken = fault.unchanged(cpu)
        if taken:
            folio_add_file_rmap_pte(cpu, page)
            entry = pte_mkyoung(mk_pte(page.pfn))
            cpu.write_once(fault.pte, maybe_mkwrite(entry, fault.vma) if fault.vma.shared else entry)
    if not taken:
        put_page(cpu, page)
    return 0


# --- write to a page that is mapped for reading -------------------------------------------------------------------


def do_wp_page(cpu: Cpu, fault: Fault) -> int:
    """A write, or a pin, where the entry permits reading only: reuses the page, or copies it (do_wp_page()).

    An exclusive page is reused without a look at its references: it may be pinned.
    """
    page = fault.page()
    with cpu.spinlock(fault.mm.tables.lock):
        if not fault.unchanged(cpu):
            return 0
        if fault.vma.shared:
            return wp_page_reuse(cpu, fault)
        if page is not fault.mm.system.zero_page:
            if can_reuse(cpu, page):
                page_set(cpu, page, PG_anon_exclusive)
                return 0 if fault.unshare else wp_page_reuse(cpu, fault)
            folio_get(cpu, page)
    return wp_page_copy(cpu, fault, page)


def can_reuse(cpu: Cpu, page: Page) -> bool:
    """Whether nobody else has the page: it is exclusive, or has one reference (wp_can_reuse_anon_folio())."""
    if not folio_test_anon(cpu, page):
        return False
    if page_test(cpu, page, PG_anon_exclusive):
        return True
    if folio_ref_count(cpu, page) > 1 or not folio_trylock(cpu, page):
        return False
    alone = folio_ref_count(cpu, page) == 1
    folio_unlock(cpu, page)
    return bool(alone)


def wp_page_reuse(cpu: Cpu, fault: Fault) -> int:
    """Makes an entry writable (wp_page_reuse()); a TLB that has it without the right faults once more."""
    cpu.write_once(fault.pte, maybe_mkwrite(pte_mkdirty(pte_mkyoung(fault.orig)), fault.vma))
    return 0


def wp_page_copy(cpu: Cpu, fault: Fault, old: Page) -> int:
    """Replaces a page by a private copy; the caller took a reference, unless it is the zero page (wp_page_copy()).

    The old entry is cleared and flushed before the new one is set: no CPU reads the old page after another has written
    to the new one.
    """
    new = private_page(cpu, fault, source=old)
    taken = new is not None and replace_page(cpu, fault, old, new)
    unused = [old, old] if taken else [old, new]
    for page in unused:
        if page is not None and page is not fault.mm.system.zero_page:
            put_page(cpu, page)
    return VM_FAULT_OOM if new is None else 0


def replace_page(cpu: Cpu, fault: Fault, old: Page, new: Page) -> bool:
    """Maps a fresh page instead of an old one; whether the entry was unchanged."""
    with cpu.spinlock(fault.mm.tables.lock):
        if not fault.unchanged(cpu):
            return False
        cpu.write_once(fault.pte, PTE_NONE)
        flush_tlb_page(cpu, fault.mm, fault.address)
        set_private(cpu, fault, new)
        if old is not fault.mm.system.zero_page:
            folio_remove_rmap_pte(cpu, old)
    return True
