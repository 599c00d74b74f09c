"""Page tables of 4 or 5 levels: descending, installing, clearing.

A table is an `Array`; an entry of a higher table points to the table below, so that a walk depends on what it reads.
Addresses count pages.  Names as in include/linux/pgtable.h and mm/memory.c of Linux 6.12; with 4 levels the p4d is
folded into the pgd.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from mmcore.cpu import Cpu
from mmcore.errors import Misuse
from mmcore.memory import Array, Cell
from mmcore.mm.pgtable.pte import PTE_NONE, pmd_leaf

PTE, PMD, PUD, P4D, PGD = range(5)
"""The levels, lowest first; with 4 levels the tables of P4D are the top."""

NewTable: TypeAlias = Callable[[Cpu], Array]
"""Gives an empty table."""

FreeTable: TypeAlias = Callable[[Cpu, Array], None]
"""Takes a table back."""


@dataclass(frozen=True, slots=True)
class Geometry:
    """`levels`: 4 or 5.  `bits`: a table has 2 to this many entries (9 on x86)."""

    levels: int = 4
    bits: int = 9

    @property
    def table_size(self) -> int:
        """The number of entries of a table."""
        return 1 << self.bits

    @property
    def pages(self) -> int:
        """The number of pages of an address space."""
        return 1 << self.bits * self.levels

    @property
    def top(self) -> int:
        """The level of the root table."""
        return self.levels - 1

    def index(self, address: int, level: int) -> int:
        """The entry of a page in the table of a level (pte_index(), pmd_index() and so on)."""
        return address >> self.bits * level & self.table_size - 1

    def span(self, level: int) -> int:
        """How many pages an entry of a level covers: PMD_SIZE and so on, in pages."""
        return 1 << self.bits * level


@dataclass(frozen=True, slots=True)
class PageTables:
    """The tables of one address space: the root, and the lock of all of them (mm->page_table_lock).

    The lock is that of a kernel without split page-table locks (include/linux/mm.h:pte_lockptr()).
    """

    geometry: Geometry
    root: Array
    lock: Cell


def offset(tables: PageTables, table: Any, address: int, level: int) -> Any:
    """The entry of a page in a table of a level: pgd_offset(), p4d_offset(), ..., pte_offset_map()."""
    return table[tables.geometry.index(address, level)]


def walk(cpu: Cpu, tables: PageTables, address: int, level: int = PTE) -> Any:
    """The entry of a page at a level, or None where a table is missing or a huge page ends the way above.

    Each step reads an entry and goes on through it, as mm/gup.c:gup_fast_pgd_range() does without locks.
    """
    table: Any = tables.root
    for current in range(tables.geometry.top, level, -1):
        table = cpu.read_once(offset(tables, table, address, current))
        if table == PTE_NONE or pmd_leaf(table):
            return None
    return offset(tables, table, address, level)


def lowest(cpu: Cpu, tables: PageTables, address: int) -> tuple[Any, int]:
    """The last entry on the way to a page, and its level: PTE, or higher where it is empty or maps a huge page."""
    table: Any = tables.root
    for level in range(tables.geometry.top, PTE, -1):
        entry = offset(tables, table, address, level)
        table = cpu.read_once(entry)
        if table == PTE_NONE or pmd_leaf(table):
            return entry, level
    return offset(tables, table, address, PTE), PTE


def install(cpu: Cpu, tables: PageTables, entry: Any, new: Array, label: str | None = None) -> Any:
    """Puts a new table into an entry, unless somebody else was first; the table that is there.

    The barrier makes the zeroed table visible before the pointer to it; it pairs with the address dependency of walk().
    Source: mm/memory.c:pmd_install(), __pmd_alloc().
    """
    with cpu.spinlock(tables.lock):
        found = cpu.read_once(entry)
        if found == PTE_NONE:
            cpu.smp_wmb(label)
            cpu.write_once(entry, new)
            found = new
    return found


def alloc(
    cpu: Cpu, tables: PageTables, address: int, new_table: NewTable, free_table: FreeTable, level: int = PTE
) -> Any:
    """The entry of a page at a level, with all tables on the way (p4d_alloc(), ..., pmd_alloc(), pte_alloc_map()).

    A table that somebody else installed first is used, and the new one freed.  Raises Misuse where a huge page is
    mapped on the way.
    """
    table: Any = tables.root
    for current in range(tables.geometry.top, level, -1):
        entry = offset(tables, table, address, current)
        table = cpu.read_once(entry)
        if pmd_leaf(table):
            rule = "a huge page is split before its pages are mapped one by one"
            raise Misuse(f"pte_alloc(address {address})", rule, "mm/memory.c:handle_pte_fault()")
        if table == PTE_NONE:
            new = new_table(cpu)
            table = install(cpu, tables, entry, new, label="install_wmb")
            if table is not new:
                free_table(cpu, new)
    return offset(tables, table, address, level)


def mapped(cpu: Cpu, tables: PageTables, start: int, end: int) -> Iterator[tuple[int, Any, int]]:
    """Address, entry and level of what is not empty for the pages from `start` to before `end`, in order.

    Source: mm/pagewalk.c:walk_pgd_range() and below.
    """
    address = start
    while address < end:
        entry, level = lowest(cpu, tables, address)
        if cpu.read_once(entry) != PTE_NONE:
            yield address, entry, level
        span = tables.geometry.span(level)
        address = (address // span + 1) * span


def release(cpu: Cpu, tables: PageTables, free_table: FreeTable) -> None:
    """Frees all tables below the root; no page is mapped any more (mm/memory.c:free_pgtables())."""
    for entry in tables.root:
        _release(cpu, entry, tables.geometry.top - 1, free_table)


def _release(cpu: Cpu, entry: Cell, level: int, free_table: FreeTable) -> None:
    """Frees the table at an entry, those below it first."""
    table: Any = cpu.read_once(entry)
    if table == PTE_NONE:
        return
    if level > PTE:
        for below in table:
            _release(cpu, below, level - 1, free_table)
    cpu.write_once(entry, PTE_NONE)
    free_table(cpu, table)
