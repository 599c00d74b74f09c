"""The structures above pages: address spaces, their areas, reverse maps, files, TLBs, and the system that holds them.

Addresses and offsets count pages.  What is ordinary Python here changes under the lock named beside it, as the lists of
the kernel do.  Source: include/linux/mm_types.h (struct mm_struct, struct vm_area_struct), include/linux/rmap.h (struct
anon_vma), include/linux/fs.h (struct address_space), arch/x86/include/asm/tlbflush.h (struct tlb_state) of Linux 6.12.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from mmcore.memory import Array, Cell, Memory
from mmcore.mm.page_alloc.page import Page
from mmcore.mm.page_alloc.page_alloc import Node
from mmcore.mm.pgtable.pgtable import Geometry, PageTables

VM_READ, VM_WRITE, VM_SHARED = (1 << bit for bit in range(3))

MMF_HAS_PINNED = 0
"""Bit of `Mm.flags`: somebody pinned a page of this address space once (include/linux/sched/coredump.h)."""


@dataclass(slots=True, eq=False)
class AnonVma:
    """Where the pages of related private mappings may be mapped: `vmas`, under `lock`.

    A child's areas join those of its parent, so that one list serves all pages that a fork shares.
    """

    number: int
    lock: Cell
    vmas: list[Vma] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class File:
    """A file in memory (shmem): its pages by offset, each with one reference, and the areas that map it, under `lock`.

    `size`: in pages.  The file is dropped with the last area that maps it.
    """

    number: int
    size: int
    lock: Cell
    pages: dict[int, Page] = field(default_factory=dict)
    vmas: list[Vma] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Vma:
    """A range of addresses, `start` to before `end`, of an address space; `pgoff` is the offset of its first page.

    `file`: what it maps; None for anonymous memory, whose offsets are its addresses at first.  `anon_vma`: the reverse
    map of its private pages, once it has one.  All of it changes under the mmap_lock.
    """

    mm: Mm
    start: int
    end: int
    flags: int
    pgoff: int
    file: File | None = None
    anon_vma: AnonVma | None = None

    @property
    def shared(self) -> bool:
        """Whether writes are seen by everybody who maps the file; if not, it is a mapping to be copied on write."""
        return bool(self.flags & VM_SHARED)

    def index(self, address: int) -> int:
        """The offset of an address in what is mapped (include/linux/pagemap.h:linear_page_index())."""
        return self.pgoff + address - self.start

    def address(self, index: int) -> int | None:
        """The address of an offset, or None where it lies outside (mm/internal.h:vma_address())."""
        address = self.start + index - self.pgoff
        return address if self.start <= address < self.end else None


@dataclass(slots=True, eq=False)
class Mm:
    """An address space.  `vmas`: in order of address, under `mmap_lock`, which sleeps.

    `write_protect_seq`: odd while fork write-protects.  `tlb_gen`: counts the flushes.  `cpumask`: a bit for each CPU
    that runs in it.
    """

    number: int
    system: System
    tables: PageTables
    mmap_lock: Cell
    write_protect_seq: Cell
    flags: Cell
    tlb_gen: Cell
    cpumask: Cell
    vmas: list[Vma] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Tlb:
    """What one CPU remembers of page tables: `entries[address space, address]`; no other CPU touches it.

    `loaded`: the address space that it runs in.  `generation`: by address space, the flushes that it has seen.
    """

    cpu: int
    entries: dict[tuple[int, int], int] = field(default_factory=dict)
    generation: dict[int, int] = field(default_factory=dict)
    loaded: Mm | None = None


@dataclass(slots=True, eq=False)
class System:
    """What the kernel keeps in global variables.

    `zero_page`: the page of zeros that reads of untouched memory map; it lies in no zone, and nobody counts its users.
    `table_pages`: the page of each page table, by the table's name.  `numbers` names what is made.
    """

    memory: Memory
    node: Node
    geometry: Geometry
    zero_page: Page
    tlbs: tuple[Tlb, ...]
    mms: dict[int, Mm] = field(default_factory=dict)
    anon_vmas: dict[int, AnonVma] = field(default_factory=dict)
    files: dict[int, File] = field(default_factory=dict)
    table_arrays: dict[int, Array] = field(default_factory=dict)
    table_pages: dict[str, Page] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
