"""Address spaces: made and taken down, their tables, and the mmap_lock.

Source: kernel/fork.c:mm_init(), include/linux/mmap_lock.h, include/asm-generic/pgalloc.h of Linux 6.12.  The mmap_lock
is a simple lock here: it has one holder, reader or writer.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from errno import ENOMEM

from mmcore.cpu import Cpu
from mmcore.errors import Misuse
from mmcore.memory import Array, Cell
from mmcore.mm.mm_types import Mm, System
from mmcore.mm.page_alloc.page import PG_table, page_clear, page_set
from mmcore.mm.page_alloc.page_alloc import GFP_KERNEL, alloc_pages, put_page
from mmcore.mm.pgtable.pgtable import PageTables, alloc


class NoMemory(OSError):
    """No page is left for what the kernel needs itself: ENOMEM."""

    def __init__(self) -> None:
        super().__init__(ENOMEM, "no page is left")


def new_table(cpu: Cpu, system: System) -> Array:
    """An empty page table in a page of its own (pte_alloc_one()); raises NoMemory."""
    page = alloc_pages(cpu, system.node, 0, GFP_KERNEL)
    if page is None:
        raise NoMemory()
    page_set(cpu, page, PG_table)
    if page.pfn not in system.table_arrays:
        array = system.memory.array(f"table{page.pfn}", system.geometry.table_size)
        system.table_arrays[page.pfn] = array
        system.table_pages[array.name] = page
    return system.table_arrays[page.pfn]


def free_table(cpu: Cpu, system: System, table: Array) -> None:
    """Frees the page of an empty table (pte_free())."""
    page = system.table_pages[table.name]
    page_clear(cpu, page, PG_table)
    put_page(cpu, page)


def new_mm(cpu: Cpu, system: System) -> Mm:
    """An empty address space (mm_init()); raises NoMemory."""
    root = new_table(cpu, system)
    number = next(system.numbers)
    fields = ("mmap_lock", "write_protect_seq", "flags", "tlb_gen", "cpumask")
    cells = {name: system.memory.cell(f"mm{number}.{name}") for name in fields}
    tables = PageTables(system.geometry, root, system.memory.cell(f"mm{number}.page_table_lock"))
    system.mms[number] = Mm(number, system, tables, vmas=[], **cells)
    return system.mms[number]


def free_mm(cpu: Cpu, mm: Mm) -> None:
    """Frees an address space without areas and tables, but for the root (__mmdrop(), pgd_free())."""
    free_table(cpu, mm.system, mm.tables.root)
    del mm.system.mms[mm.number]


def alloc_pte(cpu: Cpu, mm: Mm, address: int) -> Cell:
    """The entry of an address, with new tables on the way (pte_alloc()); raises NoMemory."""
    system = mm.system
    entry: Cell = alloc(
        cpu, mm.tables, address, lambda cpu: new_table(cpu, system), lambda cpu, table: free_table(cpu, system, table)
    )
    return entry


# --- locks that sleep ---------------------------------------------------------------------------------------------


def down(cpu: Cpu, lock: Cell) -> None:
    """Takes a lock, and sleeps until it is free; raises Misuse where that is forbidden."""
    cpu.might_sleep(f"taking {lock.name}")
    while cpu.cmpxchg(lock, 0, 1, order="acquire") != 0:
        cpu.smp_cond_load_relaxed(lock, lambda holder: holder == 0)


def up(cpu: Cpu, lock: Cell) -> None:
    """Frees a lock; raises Misuse if nobody holds it."""
    if cpu.read_once(lock) == 0:
        raise Misuse(
            f"freeing {lock.name}", "only the holder of a lock releases it", "kernel/locking/rwsem.c:__up_write()"
        )
    cpu.smp_store_release(lock, 0)


@contextmanager
def mmap_lock(cpu: Cpu, mm: Mm) -> Iterator[None]:
    """The mmap_lock of an address space, held for a block and freed at its end, also by an exception."""
    down(cpu, mm.mmap_lock)
    try:
        yield
    finally:
        up(cpu, mm.mmap_lock)


def mmap_assert_locked(cpu: Cpu, mm: Mm, what: str) -> None:
    """Raises Misuse if nobody holds the mmap_lock (include/linux/mmap_lock.h:mmap_assert_locked())."""
    if cpu.read_once(mm.mmap_lock) == 0:
        raise Misuse(what, "the caller holds the mmap_lock", "include/linux/mmap_lock.h:mmap_assert_locked()")
