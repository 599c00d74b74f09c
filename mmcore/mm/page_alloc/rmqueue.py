"""Taking free blocks out of a zone: of the right migrate type, of CMA, or of another type.

Source: mm/page_alloc.c:__rmqueue() and below, of Linux 6.12.
"""

from __future__ import annotations

from mmcore.cpu import Cpu
from mmcore.mm.page_alloc.buddy import (
    change_pageblock_range,
    del_from_free_list,
    expand,
    free_blocks,
    free_pages,
    move_freepages_block,
)
from mmcore.mm.page_alloc.mmzone import (
    MAX_PAGE_ORDER,
    MIGRATE_CMA,
    MIGRATE_ISOLATE,
    MIGRATE_MOVABLE,
    MIGRATE_UNMOVABLE,
    Zone,
)
from mmcore.mm.page_alloc.page import MemMap, Page

FALLBACKS = {MIGRATE_UNMOVABLE: MIGRATE_MOVABLE, MIGRATE_MOVABLE: MIGRATE_UNMOVABLE}
"""Where blocks of another type are taken from when there are none of the right one; CMA is no such type."""


def take(cpu: Cpu, zone: Zone, mem_map: MemMap, order: int, current: int, kind: int) -> Page | None:
    """A block of an order, split off the last freed one of order `current`; None if there is none."""
    area = zone.free_area[current][kind]
    if not area:
        return None
    page = mem_map[next(reversed(area))]
    del_from_free_list(cpu, zone, page, current, kind)
    expand(cpu, zone, page, order, current, kind)
    return page


def rmqueue_smallest(cpu: Cpu, zone: Zone, mem_map: MemMap, order: int, kind: int) -> Page | None:
    """A block of an order and type, split off the smallest free one (__rmqueue_smallest())."""
    for current in range(order, MAX_PAGE_ORDER + 1):
        page = take(cpu, zone, mem_map, order, current, kind)
        if page is not None:
            return page
    return None


def rmqueue(cpu: Cpu, zone: Zone, mem_map: MemMap, order: int, kind: int, cma: bool) -> Page | None:
    """A block of an order; `cma`: it may come from CMA blocks (__rmqueue()).  The zone is locked.

    CMA blocks come first where over half of what is free is in them.
    """
    if cma and 2 * free_pages(zone, MIGRATE_CMA) > sum(free_pages(zone, each) for each in range(MIGRATE_ISOLATE)):
        page = rmqueue_smallest(cpu, zone, mem_map, order, MIGRATE_CMA)
        if page is not None:
            return page
    return (
        rmqueue_smallest(cpu, zone, mem_map, order, kind)
        or (rmqueue_smallest(cpu, zone, mem_map, order, MIGRATE_CMA) if cma else None)
        or claim(cpu, zone, mem_map, order, kind)
        or steal(cpu, zone, mem_map, order, kind)
    )


def claim(cpu: Cpu, zone: Zone, mem_map: MemMap, order: int, kind: int) -> Page | None:
    """A block out of a page block of the other type, which changes its type (__rmqueue_claim()).

    It does where at least half of it is free, and the largest free blocks are tried first.
    """
    other = FALLBACKS[kind]
    for current in range(MAX_PAGE_ORDER, order - 1, -1):
        if zone.free_area[current][other]:
            pfn = next(reversed(zone.free_area[current][other]))
            if current >= zone.pageblock_order:
                page = mem_map[pfn]
                del_from_free_list(cpu, zone, page, current, other)
                change_pageblock_range(cpu, zone, pfn, current, kind)
                expand(cpu, zone, page, order, current, kind)
                return page
            return claim_block(cpu, zone, mem_map, order, kind, pfn)
    return None


def claim_block(cpu: Cpu, zone: Zone, mem_map: MemMap, order: int, kind: int, pfn: int) -> Page | None:
    """A block out of one page block that is at least half free, which changes its type (try_to_steal_block())."""
    start, size = pfn >> zone.pageblock_order << zone.pageblock_order, 1 << zone.pageblock_order
    if 2 * sum(1 << each for _, each in free_blocks(cpu, zone, mem_map, start, start + size)) < size:
        return None
    move_freepages_block(cpu, zone, mem_map, pfn, kind)
    return rmqueue_smallest(cpu, zone, mem_map, order, kind)


def steal(cpu: Cpu, zone: Zone, mem_map: MemMap, order: int, kind: int) -> Page | None:
    """A block of the other type, whose page block keeps it (__rmqueue_steal())."""
    return rmqueue_smallest(cpu, zone, mem_map, order, FALLBACKS[kind])
