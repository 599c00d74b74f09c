"""struct page and struct folio: the cells of a page frame, its reference counts and its pins.

A folio is the head page of a compound page, or a single page.  Sources, all of Linux 6.12: include/linux/mm_types.h
(struct page, struct folio), include/linux/page-flags.h, include/linux/page_ref.h, include/linux/mm.h,
Documentation/core-api/pin_user_pages.rst.  Every function takes the CPU first; values may be those of a traced run.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mmcore.cpu import Cpu
from mmcore.memory import Cell, Memory
from mmcore.mm.mmdebug import vm_bug_on
from mmcore.mm.page_alloc.mmzone import Zone

GUP_PIN_COUNTING_BIAS = 1 << 10
"""What a pin adds to the reference count of a single page (include/linux/mm.h)."""

PG_locked, PG_lru, PG_head, PG_anon_exclusive, PG_swapbacked, PG_buddy, PG_table = range(7)
"""Bits of `Page.flags`.  PG_buddy and PG_table are page types in the kernel (include/linux/page-flags.h)."""

PAGE_MAPPING_ANON = 1
"""Set in `Page.mapping` where the rest is the number of an anon_vma (include/linux/page-flags.h)."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Page:
    """The cells of one page frame.

    `mapcount` is -1 where nothing maps the page.  `pincount` counts the pins of a large folio.  `compound_head` is 0,
    or on a tail page twice the frame of its head, plus 1.  `order`: of a free block or a compound page.  `mapping`:
    number of the anon_vma times 2 plus PAGE_MAPPING_ANON, or of the file times 2.  `index`: offset in its mapping, in
    pages.  `data`: what the page contains, one word.
    """

    pfn: int
    flags: Cell
    refcount: Cell
    mapcount: Cell
    pincount: Cell
    compound_head: Cell
    order: Cell
    mapping: Cell
    index: Cell
    data: Cell
    mem_map: MemMap
    zone: Zone | None = None

    def __repr__(self) -> str:
        return f"<page {self.pfn}>"


FIELDS = ("flags", "refcount", "mapcount", "pincount", "compound_head", "order", "mapping", "index", "data")


class MemMap:
    """The page frames of a machine; `mem_map[pfn]` is the page of a frame, also of a traced number."""

    def __init__(self) -> None:
        self.pages: dict[int, Page] = {}

    def __getitem__(self, pfn: Any) -> Page:
        return self.pages[int(pfn)]

    def __len__(self) -> int:
        return len(self.pages)

    def __iter__(self) -> Iterator[Page]:
        return iter(self.pages.values())

    def add(self, memory: Memory, pfn: int, name: str = "", zone: Zone | None = None, **initial: int) -> Page:
        """A new page frame; `initial` gives values of its cells by field: all are 0, and `mapcount` is -1."""
        values = {"mapcount": -1, **initial}
        prefix = name or f"page{pfn}"
        cells = {field: memory.cell(f"{prefix}.{field}", values.get(field, 0)) for field in FIELDS}
        self.pages[pfn] = Page(pfn=pfn, mem_map=self, zone=zone, **cells)
        return self.pages[pfn]


# --- flags ------------------------------------------------------------------------------------------------------


def page_test(cpu: Cpu, page: Page, bit: int) -> Any:
    """Whether a flag is set, such as PageAnonExclusive(page)."""
    return cpu.test_bit(bit, page.flags)


def page_set(cpu: Cpu, page: Page, bit: int) -> None:
    """Sets a flag; no ordering."""
    cpu.set_bit(bit, page.flags)


def page_clear(cpu: Cpu, page: Page, bit: int) -> None:
    """Clears a flag; no ordering."""
    cpu.clear_bit(bit, page.flags)


def folio_trylock(cpu: Cpu, folio: Page) -> Any:
    """Takes the page lock if it is free; whether it did (include/linux/pagemap.h:folio_trylock())."""
    return cpu.test_and_set_bit(PG_locked, folio.flags) == 0


def folio_lock(cpu: Cpu, folio: Page) -> None:
    """Takes the page lock; may sleep (include/linux/pagemap.h:folio_lock())."""
    cpu.might_sleep("folio_lock()")
    while cpu.test_and_set_bit(PG_locked, folio.flags):
        cpu.smp_cond_load_relaxed(folio.flags, lambda flags: (flags & (1 << PG_locked)) == 0)


def folio_unlock(cpu: Cpu, folio: Page) -> None:
    """Frees the page lock; raises Misuse if it is not held (mm/filemap.c:folio_unlock())."""
    locked = cpu.test_and_clear_bit(PG_locked, folio.flags)
    vm_bug_on(locked == 0, f"folio_unlock(page {folio.pfn})", "only a locked folio is unlocked",
              "mm/filemap.c:folio_unlock()")  # fmt: skip


# --- compound pages -----------------------------------------------------------------------------------------------


def page_folio(cpu: Cpu, page: Page) -> Page:
    """The folio that a page is in (include/linux/page-flags.h:page_folio())."""
    head = cpu.read_once(page.compound_head)
    return page.mem_map[head >> 1] if head & 1 else page


def folio_test_large(cpu: Cpu, folio: Page) -> Any:
    """Whether a folio is of more than one page."""
    return page_test(cpu, folio, PG_head)


def folio_order(cpu: Cpu, folio: Page) -> Any:
    """A folio is of 2 to this many pages."""
    return cpu.read_once(folio.order) if folio_test_large(cpu, folio) else 0


def folio_pages(cpu: Cpu, folio: Page) -> list[Page]:
    """The pages of a folio, the head first."""
    return [folio.mem_map[folio.pfn + i] for i in range(1 << int(folio_order(cpu, folio)))]


def prep_compound_page(cpu: Cpu, page: Page, order: int) -> None:
    """Makes 2 to `order` pages one folio (mm/page_alloc.c:prep_compound_page())."""
    page_set(cpu, page, PG_head)
    cpu.write_once(page.order, order)
    for i in range(1, 1 << order):
        cpu.write_once(page.mem_map[page.pfn + i].compound_head, page.pfn << 1 | 1)


def destroy_compound_page(cpu: Cpu, page: Page) -> None:
    """Makes the pages of a folio single ones (mm/page_alloc.c:free_pages_prepare(), which clears the heads)."""
    for tail in folio_pages(cpu, page)[1:]:
        cpu.write_once(tail.compound_head, 0)
    page_clear(cpu, page, PG_head)
    cpu.write_once(page.order, 0)


# --- references ---------------------------------------------------------------------------------------------------


def folio_ref_count(cpu: Cpu, folio: Page) -> Any:
    """How many references there are; a pin of a single page counts as GUP_PIN_COUNTING_BIAS of them."""
    return cpu.atomic_read(folio.refcount)


def folio_get(cpu: Cpu, folio: Page) -> None:
    """Takes one more reference, for one who has a reference or the page-table lock over one (include/linux/mm.h)."""
    cpu.atomic_inc(folio.refcount)


def folio_try_get(cpu: Cpu, folio: Page) -> Any:
    """Takes a reference unless there is none left; whether it did (include/linux/page_ref.h:folio_try_get())."""
    return cpu.atomic_inc_not_zero(folio.refcount)


def folio_put_testzero(cpu: Cpu, folio: Page, refs: int = 1) -> Any:
    """Drops references; whether none is left.  Raises Misuse if there were fewer (include/linux/mm.h)."""
    left = cpu.atomic_sub_return(refs, folio.refcount)
    vm_bug_on(left < 0, f"folio_put(page {folio.pfn})", "a reference is dropped only by someone who has one",
              "include/linux/mm.h:put_page_testzero(), VM_BUG_ON_PAGE")  # fmt: skip
    return left == 0


def folio_ref_freeze(cpu: Cpu, folio: Page, count: int, label: str | None = None) -> Any:
    """Makes the count 0 if it is `count`, so that nobody can take a reference; whether it did.

    Source: include/linux/page_ref.h:folio_ref_freeze().
    """
    return cpu.cmpxchg(folio.refcount, count, 0, label) == count


def folio_ref_unfreeze(cpu: Cpu, folio: Page, count: int, label: str | None = None) -> None:
    """Makes the count `count` again, by a release store (include/linux/page_ref.h:folio_ref_unfreeze())."""
    cpu.smp_store_release(folio.refcount, count, label)


# --- pins ---------------------------------------------------------------------------------------------------------


def folio_add_pins(cpu: Cpu, folio: Page, pins: int) -> None:
    """Counts pins, with their references, for one who has a reference (mm/gup.c:try_grab_folio())."""
    if folio_test_large(cpu, folio):
        cpu.atomic_add(pins, folio.refcount)
        cpu.atomic_add(pins, folio.pincount)
    else:
        cpu.atomic_add(pins * GUP_PIN_COUNTING_BIAS, folio.refcount)


def folio_sub_pins(cpu: Cpu, folio: Page, pins: int) -> Any:
    """Drops pins and their references; whether no reference is left (mm/gup.c:gup_put_folio())."""
    if not folio_test_large(cpu, folio):
        return folio_put_testzero(cpu, folio, pins * GUP_PIN_COUNTING_BIAS)
    cpu.atomic_sub(pins, folio.pincount)
    return folio_put_testzero(cpu, folio, pins)


def folio_maybe_dma_pinned(cpu: Cpu, folio: Page) -> Any:
    """Whether somebody may have pinned the folio; never wrong with no (include/linux/mm.h:folio_maybe_dma_pinned())."""
    if folio_test_large(cpu, folio):
        return cpu.atomic_read(folio.pincount) > 0
    return cpu.atomic_read(folio.refcount) >= GUP_PIN_COUNTING_BIAS


# --- mappings -----------------------------------------------------------------------------------------------------


def folio_mapcount(cpu: Cpu, page: Page) -> Any:
    """How many page-table entries map a page."""
    return cpu.atomic_read(page.mapcount) + 1


def folio_test_anon(cpu: Cpu, folio: Page) -> Any:
    """Whether a folio is anonymous memory."""
    return (cpu.read_once(folio.mapping) & PAGE_MAPPING_ANON) != 0
