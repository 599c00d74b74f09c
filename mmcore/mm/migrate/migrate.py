"""The steps of migration that GUP-fast may run into: unmap, freeze, copy, map again.

Whoever pins a page first finds it mapped; so the page is unmapped, and only then its references are counted.  To freeze
them is to count them and to make their number 0 at once, so that nobody gets a new one while the contents move.

Source: mm/rmap.c:try_to_migrate_one(), mm/migrate.c (__migrate_folio(), __folio_migrate_mapping(),
folio_migrate_flags(), remove_migration_pte()), include/linux/page_ref.h:folio_ref_freeze() of Linux 6.12.  Older
kernels copied the contents after the freeze, as here; 6.12 copies them between a first look at the count and the freeze
(move_to_new_folio_early_copy()).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mmcore.cpu import Cpu
from mmcore.memory import Cell
from mmcore.mm.page_alloc.page import (
    MemMap,
    Page,
    PG_locked,
    folio_ref_count,
    folio_ref_freeze,
    folio_ref_unfreeze,
    page_folio,
    page_test,
)
from mmcore.mm.pgtable.pte import PTE_NONE, make_migration_entry, swp_offset


def try_to_migrate_one(
    cpu: Cpu, ptep: Cell, folio: Page, flush: Callable[[], None], write: bool, exclusive: bool = False
) -> None:
    """Puts a migration entry in the place of an entry of the folio, whose reference is dropped.

    The lock of the page table is held.  `flush` flushes the TLBs, and is at least a full barrier: it pairs with the
    second look of gup_fast_pte_range() at the entry.
    """
    cpu.write_once(ptep, PTE_NONE)
    flush()
    cpu.write_once(ptep, make_migration_entry(folio.pfn, write, exclusive))
    cpu.atomic_dec(folio.refcount)


def move_to_new_folio(cpu: Cpu, target: Page, source: Page, expected: int) -> bool:
    """Moves the contents of a page that has no users but the `expected` references; whether it did.

    One of them, that of the page cache, goes over to the target.
    """
    if not folio_ref_freeze(cpu, source, expected, label="freeze"):  # pairs with try_get_folio(), on the same word
        return False
    folio_migrate_copy(cpu, target, source)
    folio_ref_unfreeze(cpu, source, expected - 1)
    return True


def move_to_new_folio_early_copy(cpu: Cpu, target: Page, source: Page, expected: int) -> bool:
    """Moves the contents in the order of Linux 6.12: a look at the count, the copy, and the freeze.

    A barrier after the count, which is not in the kernel, would make the copy as good as one after the freeze.
    """
    if cpu.has("count") and folio_ref_count(cpu, source) != expected:
        return False
    cpu.smp_rmb(label="count_rmb")
    cpu.smp_mb(label="count_mb")
    folio_migrate_copy(cpu, target, source)
    if not folio_ref_freeze(cpu, source, expected, label="freeze"):
        return False
    folio_ref_unfreeze(cpu, source, expected - 1)
    return True


def folio_migrate_copy(cpu: Cpu, target: Page, source: Page) -> None:
    """Copies the contents, and marks them as up to date: they are visible before the target is mapped."""
    cpu.write_once(target.data, cpu.read_once(source.data))
    cpu.smp_wmb(label="uptodate_wmb")  # folio_mark_uptodate(); pairs with the dependency from the entry to the page


def remove_migration_pte(cpu: Cpu, ptep: Cell, folio: Page, pte: Any) -> None:
    """Maps the folio, by a new reference, where a migration entry was.  The lock of the page table is held."""
    cpu.atomic_inc(folio.refcount)
    cpu.write_once(ptep, pte)


def migration_entry_to_folio(cpu: Cpu, mem_map: MemMap, pte: Any) -> tuple[Page, Any]:
    """The folio under a migration entry, and whether it is locked, as it has to be while there are such entries.

    The folio may be split meanwhile: include/linux/swapops.h:pfn_swap_entry_folio(), swap_entry_migration_sync().
    """
    folio = page_folio(cpu, mem_map[swp_offset(pte)])
    cpu.smp_rmb(label="sync_rmb")  # pairs with the smp_wmb() of split_huge_page_tail()
    return folio, page_test(cpu, folio, PG_locked)
