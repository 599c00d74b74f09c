"""Allocating and freeing pages: zones in their order, per-CPU lists, checks, and the state of a fresh page.

Source: mm/page_alloc.c of Linux 6.12 (the functions named below), include/linux/gfp_types.h.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mmcore.cpu import Cpu
from mmcore.mm.mmdebug import vm_bug_on
from mmcore.mm.page_alloc.buddy import free_one_page, pageblock_type
from mmcore.mm.page_alloc.mmzone import (
    MIGRATE_CMA,
    MIGRATE_ISOLATE,
    MIGRATE_MOVABLE,
    MIGRATE_UNMOVABLE,
    ZONE_MOVABLE,
    FreeList,
    PerCpuPages,
    Zone,
)
from mmcore.mm.page_alloc.page import (
    PAGE_MAPPING_ANON,
    MemMap,
    Page,
    PG_anon_exclusive,
    PG_head,
    PG_locked,
    PG_lru,
    PG_swapbacked,
    PG_table,
    destroy_compound_page,
    folio_order,
    folio_put_testzero,
    page_test,
    prep_compound_page,
)
from mmcore.mm.page_alloc.rmqueue import rmqueue

GFP_DIRECT_RECLAIM, GFP_MOVABLE, GFP_ZERO, GFP_COMP = (1 << bit for bit in range(4))
"""Flags of an allocation, __GFP_... in the kernel: it may sleep; its pages may be moved, are zeroed, are one folio."""

GFP_ATOMIC = 0
GFP_KERNEL = GFP_DIRECT_RECLAIM
GFP_HIGHUSER_MOVABLE = GFP_DIRECT_RECLAIM | GFP_MOVABLE

PAGE_POISON = 0xAA
"""What a free page contains (include/linux/poison.h); zero it, or write it, before use."""

PCP_BATCH = 2
PCP_HIGH = 4
"""How many pages a per-CPU list takes at once, and how many it keeps back at most."""

KEPT_FLAGS = (PG_locked, PG_lru, PG_table)
"""What a page that is freed must not be (PAGE_FLAGS_CHECK_AT_FREE)."""


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """The memory of a machine: its zones, in order, and its page frames."""

    zones: tuple[Zone, ...]
    mem_map: MemMap


def gfp_migratetype(gfp: int) -> int:
    """The migrate type that an allocation wants (include/linux/gfp.h:gfp_migratetype())."""
    return MIGRATE_MOVABLE if gfp & GFP_MOVABLE else MIGRATE_UNMOVABLE


def zonelist(node: Node, gfp: int) -> Iterable[Zone]:
    """The zones that an allocation may use, the highest first; only movable pages lie in ZONE_MOVABLE."""
    return [zone for zone in reversed(node.zones) if gfp & GFP_MOVABLE or zone.number != ZONE_MOVABLE]


# --- allocation ---------------------------------------------------------------------------------------------------


def alloc_pages(cpu: Cpu, node: Node, order: int = 0, gfp: int = GFP_KERNEL) -> Page | None:
    """2 to `order` pages with one reference on the first, or None (alloc_pages()).

    Raises Misuse if the flags let it sleep where that is forbidden.
    """
    if gfp & GFP_DIRECT_RECLAIM:
        cpu.might_sleep("alloc_pages(GFP_KERNEL)")
    for zone in zonelist(node, gfp):
        page = rmqueue_pcplist(cpu, node, zone, gfp) if order == 0 else rmqueue_buddy(cpu, node, zone, order, gfp)
        if page is not None:
            prep_new_page(cpu, page, order, gfp)
            return page
    return None


def rmqueue_buddy(cpu: Cpu, node: Node, zone: Zone, order: int, gfp: int) -> Page | None:
    """A block from the zone's free lists (rmqueue_buddy())."""
    with cpu.spinlock(zone.lock):
        return rmqueue(cpu, zone, node.mem_map, order, gfp_migratetype(gfp), bool(gfp & GFP_MOVABLE))


def rmqueue_pcplist(cpu: Cpu, node: Node, zone: Zone, gfp: int) -> Page | None:
    """A page that this CPU keeps back, after a refill if there is none (rmqueue_pcplist())."""
    per_cpu = zone.per_cpu_pages[cpu.number]
    kept = per_cpu.lists[gfp_migratetype(gfp)]
    with cpu.spinlock(per_cpu.lock):
        if not kept:
            rmqueue_bulk(cpu, node, zone, gfp, kept)
        return node.mem_map[kept.popitem()[0]] if kept else None


def rmqueue_bulk(cpu: Cpu, node: Node, zone: Zone, gfp: int, kept: FreeList) -> None:
    """Moves single pages from the zone's free lists to a per-CPU list (rmqueue_bulk())."""
    with cpu.spinlock(zone.lock):
        for _ in range(PCP_BATCH):
            page = rmqueue(cpu, zone, node.mem_map, 0, gfp_migratetype(gfp), bool(gfp & GFP_MOVABLE))
            if page is None:
                return
            kept[page.pfn] = None


def prep_new_page(cpu: Cpu, page: Page, order: int, gfp: int) -> None:
    """Gives fresh pages their state (prep_new_page()); raises Misuse if somebody still uses one (check_new_pages())."""
    for each in block(page, order):
        check_page(cpu, each, "check_new_pages()")
        if gfp & GFP_ZERO:
            cpu.write_once(each.data, 0)
    if gfp & GFP_COMP and order:
        prep_compound_page(cpu, page, order)
    cpu.atomic_set(page.refcount, 1)


def block(page: Page, order: int) -> list[Page]:
    """The 2 to `order` pages that begin with one."""
    return [page.mem_map[page.pfn + i] for i in range(1 << order)]


def check_page(cpu: Cpu, page: Page, where: str) -> None:
    """Raises Misuse unless nobody refers to a page (free_page_is_bad(), bad_page())."""
    users = {
        "a page-table entry maps it": cpu.atomic_read(page.mapcount) != -1,
        "there are references to it": cpu.atomic_read(page.refcount) != 0,
        "it belongs to a mapping": cpu.read_once(page.mapping) != 0,
        "it is locked, on the LRU, or a page table": any(page_test(cpu, page, flag) for flag in KEPT_FLAGS),
    }
    for what, found in users.items():
        vm_bug_on(found, f"page {page.pfn} is free", f"but {what}", f"mm/page_alloc.c:{where}")


# --- freeing ------------------------------------------------------------------------------------------------------


def put_page(cpu: Cpu, folio: Page) -> None:
    """Drops a reference to a folio, and frees it with the last (include/linux/mm.h:folio_put()).

    Raises Misuse if there was none.
    """
    if folio_put_testzero(cpu, folio):
        free_folio(cpu, folio)


def free_folio(cpu: Cpu, folio: Page) -> None:
    """Frees a folio without references (mm/swap.c:__folio_put())."""
    if page_test(cpu, folio, PG_lru):
        cpu.clear_bit(PG_lru, folio.flags)
    free_unref_page(cpu, folio, int(folio_order(cpu, folio)))


def free_pages_of(cpu: Cpu, page: Page, order: int) -> None:
    """Drops the reference of an allocation of single pages, and frees them with it (__free_pages())."""
    if folio_put_testzero(cpu, page):
        free_unref_page(cpu, page, order)


def free_unref_page(cpu: Cpu, page: Page, order: int) -> None:
    """Frees pages without references to a per-CPU list or the buddy allocator (free_unref_page())."""
    zone = page.zone
    if zone is None:
        return
    free_pages_prepare(cpu, page, order)
    kind = pageblock_type(cpu, zone, page.pfn)
    if order or kind == MIGRATE_ISOLATE:
        with cpu.spinlock(zone.lock):
            free_one_page(cpu, zone, page, order, pageblock_type(cpu, zone, page.pfn))
    else:
        free_to_pcplist(cpu, zone, page, MIGRATE_MOVABLE if kind == MIGRATE_CMA else kind)


def free_pages_prepare(cpu: Cpu, page: Page, order: int) -> None:
    """Takes the state of use from pages; raises Misuse if somebody still uses one (free_pages_prepare())."""
    if page_test(cpu, page, PG_head):
        destroy_compound_page(cpu, page)
    for each in block(page, order):
        if cpu.read_once(each.mapping) & PAGE_MAPPING_ANON:
            cpu.write_once(each.mapping, 0)
        cpu.atomic_andnot(1 << PG_anon_exclusive | 1 << PG_swapbacked, each.flags)
        check_page(cpu, each, "free_page_is_bad()")
        cpu.write_once(each.data, PAGE_POISON)


def free_to_pcplist(cpu: Cpu, zone: Zone, page: Page, kind: int) -> None:
    """Keeps a page back for this CPU; what is too much goes to the buddy allocator (free_unref_page_commit())."""
    per_cpu = zone.per_cpu_pages[cpu.number]
    with cpu.spinlock(per_cpu.lock):
        per_cpu.lists[kind][page.pfn] = None
        if per_cpu.count > PCP_HIGH:
            free_pcppages_bulk(cpu, zone, page.mem_map, per_cpu, PCP_BATCH)


def free_pcppages_bulk(cpu: Cpu, zone: Zone, mem_map: MemMap, per_cpu: PerCpuPages, count: int) -> None:
    """Moves pages from a per-CPU list to the zone's free lists, the longest kept first (free_pcppages_bulk())."""
    with cpu.spinlock(zone.lock):
        for _ in range(min(count, per_cpu.count)):
            longest = max(per_cpu.lists, key=len)
            pfn = next(iter(longest))
            del longest[pfn]
            free_one_page(cpu, zone, mem_map[pfn], 0, pageblock_type(cpu, zone, pfn))


def drain_all_pages(cpu: Cpu, node: Node, zone: Zone) -> None:
    """Empties the per-CPU lists of a zone, of every CPU (drain_all_pages())."""
    for per_cpu in zone.per_cpu_pages:
        with cpu.spinlock(per_cpu.lock):
            free_pcppages_bulk(cpu, zone, node.mem_map, per_cpu, per_cpu.count)
