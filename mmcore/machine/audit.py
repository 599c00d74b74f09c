"""What must hold in a machine between two calls: every violation, in words.

An audit looks at the cells from outside, as a debugger would, and not through a CPU.  It recounts what the counts of
pages count: CONFIG_DEBUG_VM, mm/page_table_check.c and mm/page_owner.c check parts of this in the kernel.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mmcore.memory import Array
from mmcore.mm.mm_types import Mm, System, Tlb
from mmcore.mm.page_alloc.buddy import may_merge
from mmcore.mm.page_alloc.mmzone import MAX_PAGE_ORDER, MIGRATE_TYPES, Zone
from mmcore.mm.page_alloc.page import PAGE_MAPPING_ANON, Page, PG_anon_exclusive, PG_buddy
from mmcore.mm.pgtable.pte import PAGE_PRESENT, PAGE_RW, PFN_SHIFT


@dataclass(frozen=True, slots=True)
class Entry:
    """A present entry of a page table: address space, address, value."""

    mm: Mm
    address: int
    pte: int

    @property
    def page(self) -> Page:
        """The page that it maps."""
        return self.mm.system.node.mem_map.pages[self.pte >> PFN_SHIFT]


@dataclass(frozen=True, slots=True)
class Survey:
    """What the page tables of an address space hold: present entries in order of address, and the tables."""

    entries: list[Entry]
    tables: list[Array]


def survey(mm: Mm) -> Survey:
    """Looks through the page tables of an address space."""
    found = Survey([], [])
    _look(mm, mm.tables.root, mm.tables.geometry.top, 0, found)
    return found


def _look(mm: Mm, table: Array, level: int, base: int, found: Survey) -> None:
    """Adds what is in one table, which begins at the address `base`."""
    found.tables.append(table)
    span = mm.tables.geometry.span(level)
    for i, cell in enumerate(table.cells):
        value: Any = cell.value
        if value == 0:
            continue
        if isinstance(value, Array):
            _look(mm, value, level - 1, base + i * span, found)
        elif value & PAGE_PRESENT:
            found.entries.append(Entry(mm, base + i * span, value))


def audit(system: System, held: Mapping[int, int]) -> Iterator[str]:
    """The violations; `held` says how many references the users of the machine hold on each page, by frame.

    A pin of a single page is GUP_PIN_COUNTING_BIAS references; the later pages of a block are in use without any.
    """
    surveys = [survey(mm) for mm in system.mms.values()]
    mapped = [entry for found in surveys for entry in found.entries]
    used = [system.table_pages[table.name].pfn for found in surveys for table in found.tables]
    yield from audit_counts(system, mapped, used, held)
    yield from audit_private(mapped)
    for zone in system.node.zones:
        yield from audit_zone(system, zone, held)
    for tlb in system.tlbs:
        yield from audit_tlb(system, tlb, {(entry.mm.number, entry.address): entry.pte for entry in mapped})


# --- counts -------------------------------------------------------------------------------------------------------


def audit_counts(system: System, mapped: list[Entry], used: list[int], held: Mapping[int, int]) -> Iterator[str]:
    """Each page has as many references and mappings as there are; `used` are the frames of page tables."""
    mappings = Counter(entry.pte >> PFN_SHIFT for entry in mapped)
    del mappings[system.zero_page.pfn]
    references = mappings.copy()
    references.update(held)
    references.update(page.pfn for file in system.files.values() for page in file.pages.values())
    references.update(used)
    for page in system.node.mem_map:
        users, times = references.get(page.pfn, 0), mappings.get(page.pfn, 0)
        if page.refcount.value != users:
            yield f"{page} has {users} references, and counts {page.refcount.value}"
        if page.mapcount.value != times - 1:
            yield f"{page} is mapped {times} times, and counts {page.mapcount.value} + 1"


def audit_private(mapped: list[Entry]) -> Iterator[str]:
    """A private page that may be written through some entry is exclusive; an exclusive page has one entry."""
    times = Counter(entry.pte >> PFN_SHIFT for entry in mapped)
    for entry in mapped:
        page: Any = entry.page
        exclusive = page.flags.value >> PG_anon_exclusive & 1
        if exclusive and times[page.pfn] > 1:
            yield f"{page} is exclusive, and mapped {times[page.pfn]} times"
        if page.mapping.value & PAGE_MAPPING_ANON and entry.pte & PAGE_RW and not exclusive:
            yield f"{page} is shared, and may be written at {entry.address}"


# --- free memory --------------------------------------------------------------------------------------------------


def audit_zone(system: System, zone: Zone, held: Mapping[int, int]) -> Iterator[str]:
    """Each page is either in use or in one free block or list, and free buddies are merged."""
    free = [0] * zone.end
    for pfn in (pfn for per_cpu in zone.per_cpu_pages for kept in per_cpu.lists for pfn in kept):
        free[pfn] += 1
    for order, area in enumerate(zone.free_area):
        for kind, blocks in enumerate(area):
            for pfn in blocks:
                for each in range(pfn, pfn + (1 << order)):
                    free[each] += 1
                yield from audit_block(system, zone, pfn, order, kind)
    for pfn in range(zone.start, zone.end):
        page = system.node.mem_map.pages[pfn]
        if free[pfn] + (page.refcount.value > 0 or pfn in held) != 1:  # type: ignore[operator]
            yield f"{page} has {page.refcount.value} references, and is {free[pfn]} times in a list of free pages"
        if free[pfn]:
            yield from audit_free(page)


def audit_block(system: System, zone: Zone, pfn: int, order: int, kind: int) -> Iterator[str]:
    """A free block says what it is, lies at its place, and is as large as it may be."""
    page, name = system.node.mem_map.pages[pfn], f"the free block of order {order} at {pfn}"
    flags: Any = page.flags.value
    if pfn % (1 << order) or not flags >> PG_buddy & 1 or page.order.value != order:
        yield f"{name} is not marked as such"
    if zone.block(pfn).value != kind:
        yield f"{name} is in the list of {MIGRATE_TYPES[kind]} pages"
    buddy = pfn ^ 1 << order
    for other in range(len(MIGRATE_TYPES)) if order < MAX_PAGE_ORDER else ():
        if buddy in zone.free_area[order][other] and may_merge(zone, order, kind, other):
            yield f"{name} is not merged with its buddy at {buddy}"


def audit_free(page: Page) -> Iterator[str]:
    """A free page is not mapped, and has no flags but that of a free block."""
    if page.mapcount.value != -1:
        yield f"{page} is free, and mapped"
    if page.flags.value not in (0, 1 << PG_buddy):
        yield f"{page} is free, and has the flags {page.flags.value}"


# --- TLBs ---------------------------------------------------------------------------------------------------------


def audit_tlb(system: System, tlb: Tlb, mapped: Mapping[tuple[int, int], int]) -> Iterator[str]:
    """A TLB permits nothing that the page table does not, unless it is dropped before the CPU uses it."""
    for (number, address), pte in tlb.entries.items():
        mm = system.mms.get(number)
        if mm is None or (tlb.loaded is not mm and tlb.generation[number] != mm.tlb_gen.value):
            continue
        now = mapped.get((number, address), 0)
        if now >> PFN_SHIFT != pte >> PFN_SHIFT or pte & PAGE_RW & ~now:
            yield f"the TLB of CPU {tlb.cpu} has {pte} for address {address}, where {now} is"
