"""get_user_pages() and pin_user_pages(): references to, and pins of, the pages of an address space.

Source: mm/gup.c of Linux 6.12 (the functions named below), Documentation/core-api/pin_user_pages.rst.
"""

from __future__ import annotations

from errno import EFAULT, ENOMEM

from mmcore.cpu import Cpu
from mmcore.mm.fault.fault import FAULT_FLAG_UNSHARE, FAULT_FLAG_WRITE, VM_FAULT_OOM, handle_mm_fault
from mmcore.mm.gup.gup_fast import FOLL_GET, FOLL_LONGTERM, FOLL_PIN, FOLL_WRITE, Walk, gup_fast
from mmcore.mm.gup.longterm import migrate_unpinnable
from mmcore.mm.gup.pin import check_gup_args, gup_must_unshare, try_grab_page
from mmcore.mm.mm_types import MMF_HAS_PINNED, VM_READ, VM_WRITE, Mm, Vma
from mmcore.mm.mmap.mm import mmap_lock
from mmcore.mm.mmap.vma import find_vma
from mmcore.mm.page_alloc.page import Page
from mmcore.mm.pgtable.pgtable import PMD, PTE, offset, walk
from mmcore.mm.pgtable.pte import PTE_NONE, pmd_leaf, pte_pfn, pte_present, pte_write

# --- what drivers call --------------------------------------------------------------------------------------------


def get_user_pages(cpu: Cpu, mm: Mm, start: int, count: int, flags: int = 0) -> list[Page]:
    """References to the pages of `count` addresses (get_user_pages_unlocked()); fewer where it fails on the way.

    Raises OSError (EFAULT, ENOMEM) where it fails at the first, and Misuse for wrong flags.
    """
    check_gup_args(flags | FOLL_GET)
    with mmap_lock(cpu, mm):
        return gup_pages(cpu, mm, start, count, flags | FOLL_GET)


def pin_user_pages(cpu: Cpu, mm: Mm, start: int, count: int, flags: int = 0) -> list[Page]:
    """Pins of the pages of `count` addresses (pin_user_pages_unlocked()); fewer where it fails on the way.

    With FOLL_LONGTERM the pages are moved out of CMA blocks and ZONE_MOVABLE first.  Raises OSError (EFAULT, ENOMEM)
    where it fails at the first, and Misuse for wrong flags.
    """
    flags |= FOLL_PIN
    check_gup_args(flags)
    with mmap_lock(cpu, mm):
        pages = gup_pages(cpu, mm, start, count, flags)
        while flags & FOLL_LONGTERM and migrate_unpinnable(cpu, mm.system, pages):
            pages = gup_pages(cpu, mm, start, count, flags)
        return pages


def pin_user_pages_fast(cpu: Cpu, mm: Mm, start: int, count: int, flags: int = 0) -> list[Page]:
    """Pins as by pin_user_pages(), without the mmap_lock as far as the page table permits (gup_fast_fallback())."""
    flags |= FOLL_PIN
    check_gup_args(flags)
    pages = fast_pages(cpu, mm, start, count, flags)
    if len(pages) == count:
        return pages
    try:
        return pages + pin_user_pages(cpu, mm, start + len(pages), count - len(pages), flags)
    except OSError:
        if pages:
            return pages
        raise


# --- the fast way -------------------------------------------------------------------------------------------------


def fast_pages(cpu: Cpu, mm: Mm, start: int, count: int, flags: int) -> list[Page]:
    """Pins of the first addresses, as many as GUP-fast gets (gup_fast()); interrupts are off meanwhile."""
    pages: list[Page] = []
    cpu.local_irq_disable()
    mm_set_has_pinned(cpu, mm)
    for address in range(start, start + count):
        page = fast_page(cpu, mm, address, flags)
        if page is None:
            break
        pages.append(page)
    cpu.local_irq_enable()
    return pages


def fast_page(cpu: Cpu, mm: Mm, address: int, flags: int) -> Page | None:
    """A pin by GUP-fast, or None where the slow way decides."""
    pmdp = walk(cpu, mm.tables, address, PMD)
    pmd = PTE_NONE if pmdp is None else cpu.read_once(pmdp)
    if pmd == PTE_NONE or pmd_leaf(pmd):
        return None
    ptep = offset(mm.tables, pmd, address, PTE)
    return gup_fast(cpu, mm.write_protect_seq, Walk(mm.system.node.mem_map, ptep, pmdp, pmd), flags)


def mm_set_has_pinned(cpu: Cpu, mm: Mm) -> None:
    """Notes that pages of the address space may be pinned: fork() looks for pins then (mm_set_has_pinned_flag())."""
    if not cpu.test_bit(MMF_HAS_PINNED, mm.flags):
        cpu.set_bit(MMF_HAS_PINNED, mm.flags)


# --- the slow way -------------------------------------------------------------------------------------------------


def gup_pages(cpu: Cpu, mm: Mm, start: int, count: int, flags: int) -> list[Page]:
    """References or pins of the first addresses, as many as there are; raises OSError if there is none.

    The mmap_lock is held (__get_user_pages()).
    """
    if flags & FOLL_PIN:
        mm_set_has_pinned(cpu, mm)
    pages: list[Page] = []
    try:
        pages.extend(gup_page(cpu, mm, address, flags) for address in range(start, start + count))
    except OSError:
        if not pages:
            raise
    return pages


def gup_page(cpu: Cpu, mm: Mm, address: int, flags: int) -> Page:
    """A reference to, or a pin of, one page, which is faulted in first as often as it takes; raises OSError."""
    vma = find_vma(cpu, mm, address)
    if vma is None or not vma.flags & (VM_WRITE if flags & FOLL_WRITE else VM_READ):
        raise OSError(EFAULT, "no page to get at that address")
    while True:
        page, unshare = follow_page(cpu, vma, address, flags)
        if page is not None:
            return page
        faultin_page(cpu, vma, address, flags, unshare)


def faultin_page(cpu: Cpu, vma: Vma, address: int, flags: int, unshare: bool) -> None:
    """Faults a page in, exclusive to this address space with `unshare`; raises OSError (faultin_page())."""
    why = FAULT_FLAG_UNSHARE if unshare else FAULT_FLAG_WRITE if flags & FOLL_WRITE else 0
    result = handle_mm_fault(cpu, vma, address, why)
    if result:
        raise OSError(ENOMEM if result & VM_FAULT_OOM else EFAULT, "the page cannot be faulted in")


def follow_page(cpu: Cpu, vma: Vma, address: int, flags: int) -> tuple[Page | None, bool]:
    """The page of an entry, with a reference or a pin; else None, and whether to unshare it (follow_page_pte())."""
    entry = walk(cpu, vma.mm.tables, address)
    if entry is None:
        return None, False
    with cpu.spinlock(vma.mm.tables.lock):
        pte = int(cpu.read_once(entry))
        if not pte_present(pte) or (flags & FOLL_WRITE and not pte_write(pte)):
            return None, False
        page = vma.mm.system.node.mem_map[pte_pfn(pte)]
        if not pte_write(pte) and gup_must_unshare(cpu, vma, flags, page):
            return None, True
        try_grab_page(cpu, page, flags)
    return page, False
