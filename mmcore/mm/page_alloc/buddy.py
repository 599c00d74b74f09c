"""Free blocks of one zone: split, merged with their buddies, and moved between migrate types, under the zone's lock.

A free block of order n is 2 to n pages, begins at a multiple of its size, and stands in the free list of its order and
of the migrate type of its page block.  Source: mm/page_alloc.c of Linux 6.12 (the functions named below).
"""

from __future__ import annotations

from collections.abc import Iterator

from mmcore.cpu import Cpu
from mmcore.mm.mmdebug import vm_bug_on
from mmcore.mm.page_alloc.mmzone import MAX_PAGE_ORDER, MIGRATE_CMA, MIGRATE_ISOLATE, Zone
from mmcore.mm.page_alloc.page import MemMap, Page, PG_buddy, page_clear, page_set, page_test


def migratetype_is_mergeable(kind: int) -> bool:
    """Whether blocks of a type may become part of a block of another type (include/linux/mmzone.h)."""
    return kind not in (MIGRATE_CMA, MIGRATE_ISOLATE)


def pageblock_type(cpu: Cpu, zone: Zone, pfn: int) -> int:
    """The migrate type of the page block of a frame (get_pfnblock_migratetype())."""
    return int(cpu.read_once(zone.block(pfn)))


def change_pageblock_range(cpu: Cpu, zone: Zone, pfn: int, order: int, kind: int) -> None:
    """Sets the type of the page blocks that begin in a block of pages (change_pageblock_range())."""
    for start in range(pfn, pfn + (1 << order), 1 << zone.pageblock_order):
        cpu.write_once(zone.block(start), kind)


# --- free lists ---------------------------------------------------------------------------------------------------


def add_to_free_list(cpu: Cpu, zone: Zone, page: Page, order: int, kind: int) -> None:
    """Makes pages a free block (set_buddy_order() and __add_to_free_list()); the zone is locked."""
    page_set(cpu, page, PG_buddy)
    cpu.write_once(page.order, order)
    zone.free_area[order][kind][page.pfn] = None


def del_from_free_list(cpu: Cpu, zone: Zone, page: Page, order: int, kind: int) -> None:
    """Takes a block out of its free list (__del_page_from_free_list()); the zone is locked."""
    del zone.free_area[order][kind][page.pfn]
    page_clear(cpu, page, PG_buddy)
    cpu.write_once(page.order, 0)


def find_buddy(cpu: Cpu, zone: Zone, page: Page, order: int) -> Page | None:
    """The other half of the block of the next order, if it is one free block (find_buddy_page_pfn())."""
    pfn = page.pfn ^ 1 << order
    if not zone.start <= pfn < zone.end:
        return None
    buddy = page.mem_map[pfn]
    free = page_test(cpu, buddy, PG_buddy) and cpu.read_once(buddy.order) == order
    return buddy if free else None


def may_merge(zone: Zone, order: int, kind: int, buddy_kind: int) -> bool:
    """Whether two free blocks of an order become one: not across page blocks of which one must keep its type."""
    if order < zone.pageblock_order or kind == buddy_kind:
        return True
    return migratetype_is_mergeable(kind) and migratetype_is_mergeable(buddy_kind)


def free_pages(zone: Zone, kind: int) -> int:
    """How many pages of a type are in the free lists of a zone."""
    return sum(len(area[kind]) << order for order, area in enumerate(zone.free_area))


def free_one_page(cpu: Cpu, zone: Zone, page: Page, order: int, kind: int) -> None:
    """Frees a block, merged with its buddies as far as they are free (__free_one_page()); the zone is locked."""
    rule = "only pages in use are freed"
    vm_bug_on(page_test(cpu, page, PG_buddy), f"freeing page {page.pfn}", rule, "mm/page_alloc.c:__free_one_page()")
    while order < MAX_PAGE_ORDER:
        buddy = find_buddy(cpu, zone, page, order)
        if buddy is None:
            break
        buddy_kind = pageblock_type(cpu, zone, buddy.pfn)
        if not may_merge(zone, order, kind, buddy_kind):
            break
        del_from_free_list(cpu, zone, buddy, order, buddy_kind)
        if buddy_kind != kind:
            change_pageblock_range(cpu, zone, buddy.pfn, order, kind)
        page = page.mem_map[page.pfn & buddy.pfn]
        order += 1
    add_to_free_list(cpu, zone, page, order, kind)


def expand(cpu: Cpu, zone: Zone, page: Page, low: int, high: int, kind: int) -> None:
    """Gives back all but the first 2 to `low` pages of a block of order `high` (expand()); the zone is locked."""
    for order in range(high - 1, low - 1, -1):
        add_to_free_list(cpu, zone, page.mem_map[page.pfn + (1 << order)], order, kind)


# --- page blocks --------------------------------------------------------------------------------------------------


def find_large_buddy(cpu: Cpu, zone: Zone, mem_map: MemMap, pfn: int) -> tuple[Page, int] | None:
    """The free block that a page lies in, and its order (find_large_buddy())."""
    for order in range(MAX_PAGE_ORDER + 1):
        start = pfn >> order << order
        if start < zone.start:
            return None
        page = mem_map[start]
        if page_test(cpu, page, PG_buddy) and cpu.read_once(page.order) >= order:
            return page, int(cpu.read_once(page.order))
    return None


def free_blocks(cpu: Cpu, zone: Zone, mem_map: MemMap, start: int, end: int) -> Iterator[tuple[Page, int]]:
    """The free blocks in a range of frames, each with its order; first the one that `start` lies in."""
    pfn = start
    while pfn < min(end, zone.end):
        found = find_large_buddy(cpu, zone, mem_map, pfn)
        if found:
            yield found
            pfn = found[0].pfn + (1 << found[1])
        else:
            pfn += 1


def take_page_off_buddy(cpu: Cpu, zone: Zone, page: Page) -> None:
    """Takes one page out of the free block that it lies in (take_page_off_buddy(), break_down_buddy_pages()).

    The rest of the block stays free, in smaller blocks.  Raises Misuse if the page is not free; the zone is locked.
    """
    found = find_large_buddy(cpu, zone, page.mem_map, page.pfn)
    vm_bug_on(found is None, f"taking page {page.pfn}", "only a free page is taken", "mm/page_alloc.c")
    assert found is not None
    first, order = found
    kind = pageblock_type(cpu, zone, first.pfn)
    del_from_free_list(cpu, zone, first, order, kind)
    for smaller in range(order - 1, -1, -1):
        upper = page.mem_map[first.pfn + (1 << smaller)]
        rest, first = (first, upper) if page.pfn >= upper.pfn else (upper, first)
        add_to_free_list(cpu, zone, rest, smaller, kind)


def move_freepages_block(cpu: Cpu, zone: Zone, mem_map: MemMap, pfn: int, kind: int) -> None:
    """Changes the type of the page block of a frame, and moves what is free in it to the lists of that type.

    A free block of several page blocks is split.  Source: move_freepages_block_isolate(), split_large_buddy().
    """
    start = pfn >> zone.pageblock_order << zone.pageblock_order
    blocks = list(free_blocks(cpu, zone, mem_map, start, start + (1 << zone.pageblock_order)))
    for page, order in blocks:
        del_from_free_list(cpu, zone, page, order, pageblock_type(cpu, zone, page.pfn))
    cpu.write_once(zone.block(start), kind)
    for page, order in blocks:
        part = min(order, zone.pageblock_order)
        for first in range(page.pfn, page.pfn + (1 << order), 1 << part):
            free_one_page(cpu, zone, mem_map[first], part, pageblock_type(cpu, zone, first))
