"""GUP-fast: references to user pages, taken without a lock while others may be changing the page table.

The page is reached through an entry that may be stale by the time it is used.  So the reference comes first, and then a
second look at every entry on the way: whoever takes the page away changes the entry first, and looks at the reference
count afterwards.  Folios are of a single page here, whose pins are counted in the reference count.

Source: mm/gup.c of Linux 6.12 (gup_fast_pte_range(), try_get_folio(), try_grab_folio_fast(), gup_put_folio()),
mm/internal.h:gup_must_unshare(), include/linux/mm.h:folio_is_longterm_pinnable(),
Documentation/core-api/pin_user_pages.rst.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mmcore.cpu import Cpu, raw_read_seqcount, read_seqcount_retry
from mmcore.memory import Cell
from mmcore.mm.page_alloc.mmzone import MIGRATE_CMA, MIGRATE_ISOLATE, ZONE_MOVABLE
from mmcore.mm.page_alloc.page import GUP_PIN_COUNTING_BIAS, MemMap, Page, PG_anon_exclusive
from mmcore.mm.pgtable.pgtable import PMD, PTE, PageTables, offset
from mmcore.mm.pgtable.pte import PAGE_PRESENT, PAGE_RW, PTE_NONE, pmd_leaf, pte_pfn

FOLL_WRITE = 1 << 0
"""The page will be written to (include/linux/mm_types.h)."""
FOLL_GET = 1 << 1
"""An ordinary reference is taken."""
FOLL_LONGTERM = 1 << 8
"""The pin may be kept for good."""
FOLL_PIN = 1 << 19
"""A pin is taken: the contents will be accessed, by a device, say (mm/internal.h)."""


@dataclass(frozen=True, slots=True)
class Walk:
    """How a walker came to an entry: the `mem_map` for the page that it names, and the entry `pmdp` of the level above.

    `pmd`: what `pmdp` held.  Without a `pmdp`, nobody takes the table itself away.
    """

    mem_map: MemMap
    ptep: Cell
    pmdp: Cell | None = None
    pmd: Any = None


def gup_fast(cpu: Cpu, write_protect_seq: Cell, walk: Walk, flags: int) -> Page | None:
    """One page by GUP-fast, unless fork() is write-protecting the address space: mm/gup.c:gup_fast()."""
    sequence = raw_read_seqcount(cpu, write_protect_seq)
    if sequence & 1:
        return None
    page = gup_fast_pte_range(cpu, walk, flags)
    if page is not None and read_seqcount_retry(cpu, write_protect_seq, sequence):
        gup_put_folio(cpu, page, flags)
        return None
    return page


def gup_fast_pte_range(cpu: Cpu, walk: Walk, flags: int) -> Page | None:
    """The page of one entry with a reference, or a pin, taken; None where the slow path has to decide."""
    pte = cpu.read_once(walk.ptep)
    if not pte_access_permitted(pte, flags):
        return None
    page = walk.mem_map[pte_pfn(pte)]
    if not try_grab_folio_fast(cpu, page, flags):
        return None
    if _changed(cpu, walk, pte) or (not flags & FOLL_WRITE and gup_must_unshare(cpu, page, flags)):
        gup_put_folio(cpu, page, flags)
        return None
    return page


def gup_fast_pgd_range(cpu: Cpu, tables: PageTables, mem_map: MemMap, address: int) -> Walk | None:
    """The way to the entry of an address, or None where a table is missing or a huge page ends the way.

    gup_fast_pgd_range(), gup_fast_p4d_range(), and so on: each level is entered through what its entry held.
    """
    return _gup_fast_range(cpu, tables, mem_map, address, tables.root, tables.geometry.top)


def _gup_fast_range(
    cpu: Cpu, tables: PageTables, mem_map: MemMap, address: int, table: Any, level: int
) -> Walk | None:
    """gup_fast_pgd_range() from a table of a level on."""
    entry = offset(tables, table, address, level)
    below = cpu.read_once(entry)
    if below == PTE_NONE or pmd_leaf(below):
        return None
    if level == PMD:
        return Walk(mem_map, offset(tables, below, address, PTE), entry, below)
    return _gup_fast_range(cpu, tables, mem_map, address, below, level - 1)


def pte_access_permitted(pte: Any, flags: int) -> Any:
    """Whether an entry permits the access: present, and writable for FOLL_WRITE."""
    needed = PAGE_PRESENT | PAGE_RW if flags & FOLL_WRITE else PAGE_PRESENT
    return (pte & needed) == needed


def _changed(cpu: Cpu, walk: Walk, pte: Any) -> Any:
    """Whether the way to the page is another one by now."""
    if walk.pmdp is not None and cpu.has("recheck_pmd") and cpu.read_once(walk.pmdp) != walk.pmd:
        return True
    return cpu.has("recheck") and cpu.read_once(walk.ptep) != pte


def try_get_folio(cpu: Cpu, page: Page) -> Any:
    """Takes a reference unless there is none left, fully ordered; whether it did."""
    return cpu.atomic_add_unless(page.refcount, 1, 0)


def try_grab_folio_fast(cpu: Cpu, page: Page, flags: int) -> Any:
    """Takes a reference or a pin; whether it did.  What follows is ordered after it."""
    if not try_get_folio(cpu, page):
        return False
    if flags & FOLL_GET:
        return True
    if flags & FOLL_LONGTERM and cpu.has("pinnable") and not folio_is_longterm_pinnable(cpu, page):
        cpu.atomic_sub_return(1, page.refcount)
        return False
    cpu.atomic_add(GUP_PIN_COUNTING_BIAS - 1, page.refcount)
    cpu.smp_mb__after_atomic(label="pin_mb")  # pairs with the smp_mb() between clearing the entry and counting
    return True


def folio_is_longterm_pinnable(cpu: Cpu, page: Page) -> Any:
    """Whether a page may be pinned for good: none that has to stay movable, for the contiguous allocator, say."""
    if page.zone is None:
        return True
    kind = cpu.read_once(page.zone.block(page.pfn))
    if kind in (MIGRATE_CMA, MIGRATE_ISOLATE):
        return False
    return page.zone.number != ZONE_MOVABLE


def gup_must_unshare(cpu: Cpu, page: Page, flags: int) -> Any:
    """Whether a page that is pinned for reading may be shared, so that its user would miss later changes."""
    if not flags & FOLL_PIN:
        return False
    cpu.smp_rmb(label="unshare_rmb")  # pairs with the barrier of folio_try_share_anon_rmap_pte()
    return not cpu.test_bit(PG_anon_exclusive, page.flags)


def gup_put_folio(cpu: Cpu, page: Page, flags: int) -> None:
    """Drops the reference or the pin again."""
    cpu.atomic_sub_return(GUP_PIN_COUNTING_BIAS if flags & FOLL_PIN else 1, page.refcount)
