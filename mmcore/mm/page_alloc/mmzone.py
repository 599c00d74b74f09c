"""Zones of physical memory, their free areas, and the migrate types of their page blocks.

Source: include/linux/mmzone.h:struct zone, struct free_area, enum migratetype of Linux 6.12.  Free lists hold page
frame numbers in the order in which they will be taken; they change under `Zone.lock` only, and are ordinary Python,
which no traced scenario sees.  The type of a page block is a cell, because it is also read without the lock.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mmcore.memory import Array, Cell, Memory

MAX_PAGE_ORDER = 10
"""The largest block of the buddy allocator is 2 to this many pages."""

MIGRATE_UNMOVABLE, MIGRATE_MOVABLE, MIGRATE_CMA, MIGRATE_ISOLATE = range(4)
MIGRATE_TYPES = ("unmovable", "movable", "cma", "isolate")

ZONE_NORMAL, ZONE_MOVABLE = range(2)
ZONE_NAMES = ("normal", "movable")

FreeList = dict[int, None]


def _free_area() -> tuple[tuple[FreeList, ...], ...]:
    """Empty free lists: by order, then by migrate type."""
    return tuple(tuple({} for _ in MIGRATE_TYPES) for _ in range(MAX_PAGE_ORDER + 1))


@dataclass(frozen=True, slots=True, eq=False)
class PerCpuPages:
    """Single free pages that a CPU keeps back: `lists[type]`, under a lock of their own."""

    lock: Cell
    lists: tuple[FreeList, ...]

    @property
    def count(self) -> int:
        """How many pages there are."""
        return sum(map(len, self.lists))


@dataclass(frozen=True, slots=True, eq=False)
class Zone:
    """A range of page frames: `start` and on, `size` of them; `number` is ZONE_NORMAL or ZONE_MOVABLE.

    `pageblock_order`: the migrate type is one of each 2 to this many pages.  `free_area[order][type]` lists the first
    frame of each free block.  `per_cpu_pages`: what each CPU keeps back, by its number.
    """

    number: int
    start: int
    size: int
    pageblock_order: int
    lock: Cell
    blocks: Array
    free_area: tuple[tuple[FreeList, ...], ...] = field(default_factory=_free_area)
    per_cpu_pages: tuple[PerCpuPages, ...] = ()

    @property
    def end(self) -> int:
        """The frame after the last one."""
        return self.start + self.size

    def block(self, pfn: int) -> Cell:
        """The migrate type of the page block that a frame lies in."""
        return self.blocks[(pfn - self.start) >> self.pageblock_order]


def new_zone(memory: Memory, number: int, start: int, size: int, pageblock_order: int, cpus: int) -> Zone:
    """A zone whose page blocks are all movable, with nothing free yet."""
    name = f"zone_{ZONE_NAMES[number]}"
    blocks = memory.array(f"{name}.blocks", -(-size >> pageblock_order), MIGRATE_MOVABLE)
    per_cpu = tuple(
        PerCpuPages(memory.cell(f"{name}.pcp{cpu}.lock"), tuple({} for _ in MIGRATE_TYPES)) for cpu in range(cpus)
    )
    return Zone(number, start, size, pageblock_order, memory.cell(f"{name}.lock"), blocks, per_cpu_pages=per_cpu)
