"""Contiguous allocation: page blocks are isolated, what is in use is moved away, and the rest is taken out.

Source: mm/page_alloc.c:alloc_contig_range(), mm/page_isolation.c, mm/cma.c of Linux 6.12.
"""

from __future__ import annotations

from mmcore.cpu import Cpu
from mmcore.mm.migrate.migration import isolate_folio, migrate_folio, putback_folio
from mmcore.mm.mm_types import System
from mmcore.mm.page_alloc.buddy import find_large_buddy, move_freepages_block, pageblock_type, take_page_off_buddy
from mmcore.mm.page_alloc.mmzone import MIGRATE_CMA, MIGRATE_ISOLATE, Zone
from mmcore.mm.page_alloc.page import MemMap, Page, PG_lru, folio_ref_count, page_test
from mmcore.mm.page_alloc.page_alloc import GFP_HIGHUSER_MOVABLE, drain_all_pages, free_pages_of, prep_new_page


def init_cma_area(cpu: Cpu, zone: Zone, mem_map: MemMap, start: int, end: int) -> None:
    """Makes the page blocks from frame `start` to before `end` CMA blocks (init_cma_reserved_pageblock())."""
    with cpu.spinlock(zone.lock):
        for pfn in range(start, end, 1 << zone.pageblock_order):
            move_freepages_block(cpu, zone, mem_map, pfn, MIGRATE_CMA)


def cma_alloc(cpu: Cpu, system: System, zone: Zone, start: int, end: int, count: int) -> list[Page] | None:
    """`count` pages in a row out of the CMA area from frame `start` to before `end`, each with a reference.

    None where no such range can be emptied: there are pins, or no memory to move to (cma_alloc()).
    """
    for first in range(start, end - count + 1):
        pages = alloc_contig_range(cpu, system, zone, first, first + count)
        if pages is not None:
            return pages
    return None


def cma_release(cpu: Cpu, pages: list[Page]) -> None:
    """Drops the references of cma_alloc() and frees the pages (free_contig_range())."""
    for page in pages:
        free_pages_of(cpu, page, 0)


def alloc_contig_range(
    cpu: Cpu, system: System, zone: Zone, start: int, end: int, kind: int = MIGRATE_CMA
) -> list[Page] | None:
    """The pages from frame `start` to before `end` of blocks of a type, each with a reference.

    None where a block is of another type, or a page cannot be moved away.
    """
    mem_map = system.node.mem_map
    blocks = page_blocks(zone, start, end)
    if not start_isolate_page_range(cpu, mem_map, zone, blocks, kind):
        return None
    drain_all_pages(cpu, system.node, zone)
    for pfn in range(start, end):
        migrate_away(cpu, system, mem_map[pfn])
    drain_all_pages(cpu, system.node, zone)
    pages = take_range(cpu, mem_map, zone, start, end)
    undo_isolate_page_range(cpu, mem_map, zone, blocks, kind)
    return pages


def page_blocks(zone: Zone, start: int, end: int) -> list[int]:
    """The first frame of each page block in a range."""
    size = 1 << zone.pageblock_order
    return list(range(start // size * size, end, size))


def start_isolate_page_range(cpu: Cpu, mem_map: MemMap, zone: Zone, blocks: list[int], kind: int) -> bool:
    """Isolates page blocks, so that nothing is allocated there; not if one is of another type, or isolated already."""
    with cpu.spinlock(zone.lock):
        right = all(pageblock_type(cpu, zone, pfn) == kind for pfn in blocks)
        for pfn in blocks if right else []:
            move_freepages_block(cpu, zone, mem_map, pfn, MIGRATE_ISOLATE)
    return right


def undo_isolate_page_range(cpu: Cpu, mem_map: MemMap, zone: Zone, blocks: list[int], kind: int) -> None:
    """Gives page blocks their type back, and what is free there to its lists (undo_isolate_page_range())."""
    with cpu.spinlock(zone.lock):
        for pfn in blocks:
            move_freepages_block(cpu, zone, mem_map, pfn, kind)


def migrate_away(cpu: Cpu, system: System, page: Page) -> None:
    """Moves a page that is in use (__alloc_contig_migrate_range()); where it fails, the range stays busy."""
    in_use = folio_ref_count(cpu, page) > 0 and page_test(cpu, page, PG_lru)
    if in_use and isolate_folio(cpu, page) and not migrate_folio(cpu, system, page, GFP_HIGHUSER_MOVABLE):
        putback_folio(cpu, page)


def take_range(cpu: Cpu, mem_map: MemMap, zone: Zone, start: int, end: int) -> list[Page] | None:
    """Takes a range of isolated pages out of the free lists; None if one is in use.

    Source: test_pages_isolated(), isolate_freepages_range().
    """
    pages = [mem_map[pfn] for pfn in range(start, end)]
    with cpu.spinlock(zone.lock):
        isolated = all(find_large_buddy(cpu, zone, mem_map, page.pfn) for page in pages)
        for page in pages if isolated else []:
            take_page_off_buddy(cpu, zone, page)
    if not isolated:
        return None
    for page in pages:
        prep_new_page(cpu, page, 0, GFP_HIGHUSER_MOVABLE)
    return pages
