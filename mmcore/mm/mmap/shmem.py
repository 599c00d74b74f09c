"""Files in memory, which shared anonymous mappings are too: their pages, and the end of both.

Source: mm/shmem.c of Linux 6.12 (shmem_zero_setup(), shmem_get_folio_gfp(), shmem_evict_inode()).
"""

from __future__ import annotations

from mmcore.cpu import Cpu
from mmcore.mm.mm_types import File, System
from mmcore.mm.page_alloc.page import Page, PG_lru, folio_get, page_set
from mmcore.mm.page_alloc.page_alloc import GFP_HIGHUSER_MOVABLE, GFP_ZERO, alloc_pages, put_page


def new_file(system: System, size: int) -> File:
    """An empty file of that many pages."""
    number = next(system.numbers)
    system.files[number] = File(number, size, system.memory.cell(f"file{number}.lock"))
    return system.files[number]


def get_file_page(cpu: Cpu, system: System, file: File, index: int) -> Page | None:
    """The page at an offset, fresh and zeroed if there was none, with a reference for the caller; None is no memory."""
    with cpu.spinlock(file.lock):
        page = file.pages.get(index)
        if page is not None:
            folio_get(cpu, page)
    return page or add_file_page(cpu, system, file, index)


def add_file_page(cpu: Cpu, system: System, file: File, index: int) -> Page | None:
    """A fresh page for an offset, with a reference for the caller beside the file's (shmem_alloc_and_add_folio()).

    A page that somebody else has added first is taken instead.
    """
    page = alloc_pages(cpu, system.node, 0, GFP_HIGHUSER_MOVABLE | GFP_ZERO)
    if page is None:
        return None
    cpu.write_once(page.mapping, file.number << 1)
    cpu.write_once(page.index, index)
    with cpu.spinlock(file.lock):
        found = file.pages.setdefault(index, page)
        folio_get(cpu, found)
    if found is page:
        page_set(cpu, page, PG_lru)
    else:
        cpu.write_once(page.mapping, 0)
        put_page(cpu, page)
    return found


def remove_file_page(cpu: Cpu, file: File, index: int) -> None:
    """Takes a page out of a file, and drops the file's reference (filemap_remove_folio())."""
    with cpu.spinlock(file.lock):
        page = file.pages.pop(index)
        cpu.write_once(page.mapping, 0)
    put_page(cpu, page)


def put_file(cpu: Cpu, system: System, file: File) -> None:
    """Drops a file that no area maps any more, with its pages (shmem_evict_inode())."""
    if not file.vmas:
        for index in list(file.pages):
            remove_file_page(cpu, file, index)
        del system.files[file.number]
