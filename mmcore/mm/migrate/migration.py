"""Migration: moving a page to another frame, under the addresses that map it.

The entries are replaced by migration entries, on which faults wait; then the page has no users but those who hold
references, and it is moved only if there are none.  Source: mm/migrate.c (migrate_folio_unmap(), migrate_folio_move(),
folio_migrate_mapping(), remove_migration_ptes()), mm/rmap.c:try_to_migrate(), mm/vmscan.c:folio_isolate_lru() of Linux
6.12.
"""

from __future__ import annotations

from mmcore.cpu import Cpu
from mmcore.memory import Cell
from mmcore.mm.migrate.migrate import folio_migrate_copy, move_to_new_folio_early_copy
from mmcore.mm.mm_types import File, Mm, System, Vma
from mmcore.mm.page_alloc.page import (
    PAGE_MAPPING_ANON,
    Page,
    PG_lru,
    PG_swapbacked,
    folio_get,
    folio_mapcount,
    folio_ref_count,
    folio_test_anon,
    folio_test_large,
    folio_trylock,
    folio_unlock,
    page_set,
    page_test,
)
from mmcore.mm.page_alloc.page_alloc import alloc_pages, put_page
from mmcore.mm.pgtable.pte import (
    PTE_NONE,
    SWP_MIGRATION_READ,
    SWP_MIGRATION_WRITE,
    is_migration_entry,
    make_migration_entry,
    mk_pte,
    pte_mkwrite,
    pte_pfn,
    pte_present,
    pte_write,
    swp_offset,
    swp_type,
)
from mmcore.mm.rmap.anon_exclusive import folio_try_share_anon_rmap_pte
from mmcore.mm.rmap.rmap import (
    folio_add_anon_rmap_pte,
    folio_add_file_rmap_pte,
    folio_remove_rmap_pte,
    mapped_entry,
    page_is_exclusive,
    rmap_walk,
)
from mmcore.mm.tlb.tlb import flush_tlb_page


def isolate_folio(cpu: Cpu, folio: Page) -> bool:
    """Takes a folio off the LRU with a reference, so that nobody else moves it; whether it was on it."""
    if not cpu.test_and_clear_bit(PG_lru, folio.flags):
        return False
    folio_get(cpu, folio)
    return True


def putback_folio(cpu: Cpu, folio: Page) -> None:
    """Undoes isolate_folio() (putback_movable_pages())."""
    page_set(cpu, folio, PG_lru)
    put_page(cpu, folio)


def migrate_folio(cpu: Cpu, system: System, source: Page, gfp: int) -> bool:
    """Moves an isolated folio of one page to a fresh frame; whether it did.  If so, the isolation is over.

    It fails where somebody else has a reference, above all a pin, and where no page is left.
    """
    target = alloc_pages(cpu, system.node, 0, gfp)
    if target is None:
        return False
    moved = not folio_test_large(cpu, source) and folio_trylock(cpu, source)
    if moved:
        moved = move_locked(cpu, system, source, target)
        folio_unlock(cpu, source)
    if moved:
        page_set(cpu, target, PG_lru)
        put_page(cpu, source)
    put_page(cpu, target)
    return bool(moved)


def move_locked(cpu: Cpu, system: System, source: Page, target: Page) -> bool:
    """Unmaps, moves, and maps again: the target if it worked, else the source."""
    unmapped = try_to_migrate(cpu, system, source)
    moved = unmapped and move_to_new_folio(cpu, system, source, target)
    remove_migration_ptes(cpu, system, source, target if moved else source)
    return moved


# --- unmapping ----------------------------------------------------------------------------------------------------


def try_to_migrate(cpu: Cpu, system: System, page: Page) -> bool:
    """Replaces all entries that map a page by migration entries; whether none is left."""

    def one(vma: Vma, address: int) -> bool:
        entry = mapped_entry(cpu, vma.mm, address)
        return entry is None or unmap_for_migration(cpu, vma.mm, address, entry, page)

    return rmap_walk(cpu, system, page, one) and bool(folio_mapcount(cpu, page) == 0)


def unmap_for_migration(cpu: Cpu, mm: Mm, address: int, entry: Cell, page: Page) -> bool:
    """Replaces one entry, if it maps the page; False if the page may be pinned (try_to_migrate_one()).

    The entry is cleared, and flushed, before the pins are looked at.
    """
    with cpu.spinlock(mm.tables.lock):
        pte = int(cpu.read_once(entry))
        if not pte_present(pte) or pte_pfn(pte) != page.pfn:
            return True
        cpu.write_once(entry, PTE_NONE)
        flush_tlb_page(cpu, mm, address)
        exclusive = page_is_exclusive(cpu, page)
        if exclusive and not folio_try_share_anon_rmap_pte(cpu, page):
            cpu.write_once(entry, pte)
            return False
        cpu.write_once(entry, make_migration_entry(page.pfn, pte_write(pte), exclusive))
        folio_remove_rmap_pte(cpu, page)
    put_page(cpu, page)
    return True


# --- moving -------------------------------------------------------------------------------------------------------


def move_to_new_folio(cpu: Cpu, system: System, source: Page, target: Page) -> bool:
    """Moves contents and identity of an unmapped page that nobody else uses; whether it did (__migrate_folio())."""
    mapping = int(cpu.read_once(source.mapping))
    file = None if mapping & PAGE_MAPPING_ANON else system.files.get(mapping >> 1)
    moved = move_private(cpu, target, source) if file is None else move_cached(cpu, file, target, source)
    if moved:
        cpu.write_once(target.index, cpu.read_once(source.index))
        cpu.write_once(target.mapping, mapping)
        cpu.write_once(source.mapping, 0)
    return moved


def move_private(cpu: Cpu, target: Page, source: Page) -> bool:
    """Moves the contents of a page that no file has; not if there is a reference but that of the isolation.

    Nobody can find the page and take one, so that its references need no freeze (__folio_migrate_mapping()).
    """
    if folio_ref_count(cpu, source) != 1:
        return False
    folio_migrate_copy(cpu, target, source)
    if page_test(cpu, source, PG_swapbacked):
        page_set(cpu, target, PG_swapbacked)
    return True


def move_cached(cpu: Cpu, file: File, target: Page, source: Page) -> bool:
    """Moves the contents of a page of a file, and the file's reference; not if there is one but these two."""
    with cpu.spinlock(file.lock):
        moved = move_to_new_folio_early_copy(cpu, target, source, expected=2)
        if moved:
            folio_get(cpu, target)
            file.pages[int(cpu.read_once(source.index))] = target
    return moved


# --- mapping again ------------------------------------------------------------------------------------------------


def remove_migration_ptes(cpu: Cpu, system: System, source: Page, page: Page) -> None:
    """Maps a page wherever a migration entry stands for the source."""

    def one(vma: Vma, address: int) -> bool:
        entry = mapped_entry(cpu, vma.mm, address)
        if entry is not None:
            with cpu.spinlock(vma.mm.tables.lock):
                remove_migration_pte(cpu, vma, entry, source, page)
        return True

    rmap_walk(cpu, system, page, one)


def remove_migration_pte(cpu: Cpu, vma: Vma, entry: Cell, source: Page, page: Page) -> None:
    """Maps a page where the migration entry of the source is; the entry's reference is a new one."""
    pte = int(cpu.read_once(entry))
    if pte_present(pte) or not is_migration_entry(pte) or swp_offset(pte) != source.pfn:
        return
    folio_get(cpu, page)
    if folio_test_anon(cpu, page):
        folio_add_anon_rmap_pte(cpu, page, exclusive=bool(swp_type(pte) != SWP_MIGRATION_READ))
    else:
        folio_add_file_rmap_pte(cpu, page)
    new = mk_pte(page.pfn)
    cpu.write_once(entry, pte_mkwrite(new) if swp_type(pte) == SWP_MIGRATION_WRITE else new)
