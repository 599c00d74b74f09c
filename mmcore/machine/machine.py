"""A machine with processes: the mm core as an ordinary program, on CPUs that run one at a time.

The machine adds nothing to the core but names for what a program, a driver or a device does; a call runs on one CPU and
is over when it returns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from errno import ENOMEM
from typing import Any

from mmcore.cpu import Cpu
from mmcore.direct import DirectCpu
from mmcore.memory import Memory
from mmcore.mm.fault.fork import dup_mm
from mmcore.mm.fault.mmu import load, store
from mmcore.mm.gup.gup import get_user_pages, pin_user_pages, pin_user_pages_fast
from mmcore.mm.gup.pin import put_user_page, unpin_user_page
from mmcore.mm.migrate.cma import cma_alloc, cma_release, init_cma_area
from mmcore.mm.migrate.migration import isolate_folio, migrate_folio, putback_folio
from mmcore.mm.mm_types import VM_SHARED, Mm, System, Tlb, Vma
from mmcore.mm.mmap.mm import mmap_lock, new_mm
from mmcore.mm.mmap.shmem import new_file
from mmcore.mm.mmap.unmap import exit_mmap, munmap
from mmcore.mm.mmap.vma import insert_vma, new_vma, unmapped_area
from mmcore.mm.page_alloc.buddy import free_one_page
from mmcore.mm.page_alloc.mmzone import MAX_PAGE_ORDER, MIGRATE_MOVABLE, ZONE_MOVABLE, ZONE_NORMAL, Zone, new_zone
from mmcore.mm.page_alloc.page import MemMap, Page
from mmcore.mm.page_alloc.page_alloc import GFP_HIGHUSER_MOVABLE, GFP_KERNEL, Node, alloc_pages, free_pages_of
from mmcore.mm.pgtable.pgtable import Geometry
from mmcore.mm.tlb.tlb import switch_mm


@dataclass(frozen=True, slots=True)
class Shape:
    """The size of a machine: pages of ZONE_NORMAL, how many at its end are CMA, and pages of ZONE_MOVABLE.

    All three are multiples of a page block, which is 2 to `pageblock_order` pages.  A page table of `levels` levels has
    2 to `bits` entries in each.
    """

    normal: int = 64
    cma: int = 16
    movable: int = 16
    pageblock_order: int = 3
    cpus: int = 2
    levels: int = 4
    bits: int = 2


def boot(shape: Shape) -> System:
    """The kernel's state at the start: all memory is free, but for the page of zeros in frame 0, which no zone has."""
    memory, mem_map, first = Memory(), MemMap(), 1 << shape.pageblock_order
    zero = mem_map.add(memory, 0, "zero_page")
    zones = [new_zone(memory, ZONE_NORMAL, first, shape.normal, shape.pageblock_order, shape.cpus)]
    if shape.movable:
        start = zones[0].end
        zones.append(new_zone(memory, ZONE_MOVABLE, start, shape.movable, shape.pageblock_order, shape.cpus))
    cpu = DirectCpu(memory)
    for zone in zones:
        for pfn in range(zone.start, zone.end):
            mem_map.add(memory, pfn, zone=zone)
        free_all(cpu, zone, mem_map)
    init_cma_area(cpu, zones[0], mem_map, zones[0].end - shape.cma, zones[0].end)
    tlbs = tuple(map(Tlb, range(shape.cpus)))
    return System(memory, Node(tuple(zones), mem_map), Geometry(shape.levels, shape.bits), zero, tlbs)


def free_all(cpu: Cpu, zone: Zone, mem_map: MemMap) -> None:
    """Frees all pages of a zone, in blocks as large as they fit (mm/memblock.c:__free_pages_memory())."""
    pfn = zone.start
    while pfn < zone.end:
        fitting = (order for order in range(MAX_PAGE_ORDER, -1, -1) if pfn % (1 << order) == 0)
        order = next(order for order in fitting if pfn + (1 << order) <= zone.end)
        free_one_page(cpu, zone, mem_map[pfn], order, MIGRATE_MOVABLE)
        pfn += 1 << order


class Machine:
    """CPUs and the kernel's state.  `cpu` arguments are numbers; addresses count pages, and a page holds one word."""

    def __init__(self, shape: Shape | None = None) -> None:
        self.shape = shape or Shape()
        self.system = boot(self.shape)
        self.cpus = tuple(DirectCpu(self.system.memory, number) for number in range(self.shape.cpus))

    # --- programs -----------------------------------------------------------------------------------------

    def spawn(self, cpu: int = 0) -> Mm:
        """A process with nothing mapped; raises OSError without memory."""
        return new_mm(self.cpus[cpu], self.system)

    def fork(self, mm: Mm, cpu: int = 0) -> Mm:
        """A copy of a process; raises OSError without memory."""
        child = dup_mm(self.cpus[cpu], mm)
        if child is None:
            raise OSError(ENOMEM, "no memory for a copy of the address space")
        return child

    def exit(self, mm: Mm, cpu: int = 0) -> None:
        """Ends a process: no CPU runs it any more, and what it had is freed."""
        for runner, tlb in zip(self.cpus, self.system.tlbs, strict=True):
            if tlb.loaded is mm:
                switch_mm(runner, tlb, None)
        exit_mmap(self.cpus[cpu], mm)

    def mmap(self, mm: Mm, length: int, flags: int, cpu: int = 0) -> Vma:
        """Maps `length` pages of fresh memory, shared with later children by VM_SHARED; raises OSError without room."""
        with mmap_lock(self.cpus[cpu], mm):
            start = unmapped_area(self.cpus[cpu], mm, length)
            if start is None:
                raise OSError(ENOMEM, "no gap in the address space is long enough")
            file = new_file(self.system, length) if flags & VM_SHARED else None
            vma = new_vma(mm, start, length, flags, file)
            insert_vma(self.cpus[cpu], vma)
        return vma

    def munmap(self, mm: Mm, start: int, length: int, cpu: int = 0) -> None:
        """Unmaps the pages of a range."""
        munmap(self.cpus[cpu], mm, start, start + length)

    def read(self, mm: Mm, address: int, cpu: int = 0) -> Any:
        """What a program on a CPU reads; raises mmcore.mm.fault.mmu.Fatal."""
        return load(self.cpus[cpu], self.system.tlbs[cpu], mm, address)

    def write(self, mm: Mm, address: int, value: int, cpu: int = 0) -> None:
        """A program on a CPU writes; raises mmcore.mm.fault.mmu.Fatal."""
        store(self.cpus[cpu], self.system.tlbs[cpu], mm, address, value)

    # --- drivers and devices ------------------------------------------------------------------------------

    def get(self, mm: Mm, start: int, count: int = 1, flags: int = 0, cpu: int = 0) -> list[Page]:
        """References to pages of a process; raises OSError, and Misuse for flags that make no sense."""
        return get_user_pages(self.cpus[cpu], mm, start, count, flags)

    def put(self, page: Page, cpu: int = 0) -> None:
        """Drops a reference of get()."""
        put_user_page(self.cpus[cpu], page)

    def pin(self, mm: Mm, start: int, count: int = 1, flags: int = 0, cpu: int = 0, fast: bool = False) -> list[Page]:
        """Pins of pages of a process; raises OSError, and Misuse for flags that make no sense."""
        return (pin_user_pages_fast if fast else pin_user_pages)(self.cpus[cpu], mm, start, count, flags)

    def unpin(self, page: Page, cpu: int = 0) -> None:
        """Drops a pin of pin()."""
        unpin_user_page(self.cpus[cpu], page)

    def dma_read(self, page: Page) -> Any:
        """What a device reads from a page."""
        return self.cpus[0].read_once(page.data)

    def dma_write(self, page: Page, value: int) -> None:
        """A device writes to a page."""
        self.cpus[0].write_once(page.data, value)

    # --- the kernel itself --------------------------------------------------------------------------------

    def alloc(self, order: int = 0, gfp: int = GFP_KERNEL, cpu: int = 0) -> Page | None:
        """2 to `order` pages, or None."""
        return alloc_pages(self.cpus[cpu], self.system.node, order, gfp)

    def free(self, page: Page, order: int = 0, cpu: int = 0) -> None:
        """Frees an allocation of single pages; raises Misuse if it is free already."""
        free_pages_of(self.cpus[cpu], page, order)

    def migrate(self, page: Page, cpu: int = 0) -> bool:
        """Moves a page to another frame; whether it did (move_pages() on one page)."""
        if not isolate_folio(self.cpus[cpu], page):
            return False
        moved = migrate_folio(self.cpus[cpu], self.system, page, GFP_HIGHUSER_MOVABLE)
        if not moved:
            putback_folio(self.cpus[cpu], page)
        return moved

    def cma_alloc(self, count: int, cpu: int = 0) -> list[Page] | None:
        """`count` pages in a row from the CMA area, or None where no such range can be emptied."""
        zone = self.system.node.zones[0]
        return cma_alloc(self.cpus[cpu], self.system, zone, zone.end - self.shape.cma, zone.end, count)

    def cma_release(self, pages: Sequence[Page], cpu: int = 0) -> None:
        """Frees pages of cma_alloc()."""
        cma_release(self.cpus[cpu], list(pages))
