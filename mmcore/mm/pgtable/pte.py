"""Page-table entries as numbers: flags in the low bits, the page frame above them.

The layout is the simulator's own, with the flags of x86 (arch/x86/include/asm/pgtable_types.h of Linux 6.12) in fewer
positions.  An entry without PAGE_PRESENT that is not 0 is a swap entry (include/linux/swapops.h): a type in place of
the flags, and an offset in place of the frame.  Every function works on numbers and on the terms of a traced run, and
its names are those of include/linux/pgtable.h.
"""

from __future__ import annotations

from typing import Any

PAGE_PRESENT, PAGE_RW, PAGE_ACCESSED, PAGE_DIRTY, PAGE_PSE = (1 << bit for bit in range(5))
"""The flags of a present entry; PAGE_PSE: it maps a huge page where a table would be."""

PFN_SHIFT = 6
"""The frame of a present entry, or the offset of a swap entry, begins at this bit."""

FLAGS = (1 << PFN_SHIFT) - 1

PTE_NONE = 0

SWP_SWAPFILE, SWP_MIGRATION_READ, SWP_MIGRATION_READ_EXCLUSIVE, SWP_MIGRATION_WRITE = (n << 1 for n in range(1, 5))
"""The types of swap entries, as they stand in an entry (include/linux/swap.h)."""


# --- what an entry says -------------------------------------------------------------------------------------------


def pte_none(pte: Any) -> Any:
    """Whether there is nothing."""
    return pte == PTE_NONE


def pte_present(pte: Any) -> Any:
    """Whether the entry maps a page."""
    return (pte & PAGE_PRESENT) != 0


def pte_write(pte: Any) -> Any:
    """Whether the page may be written through the entry."""
    return (pte & PAGE_RW) != 0


def pte_dirty(pte: Any) -> Any:
    """Whether the page has been written through the entry."""
    return (pte & PAGE_DIRTY) != 0


def pte_young(pte: Any) -> Any:
    """Whether the page has been accessed through the entry."""
    return (pte & PAGE_ACCESSED) != 0


def pmd_leaf(pmd: Any) -> bool:
    """Whether an entry of a higher table maps a huge page: it is a number then, and no pointer to a table."""
    return isinstance(pmd, int) and pmd & PAGE_PSE != 0


def pte_pfn(pte: Any) -> Any:
    """The page frame that a present entry maps."""
    return pte >> PFN_SHIFT


# --- entries with a change ----------------------------------------------------------------------------------------


def mk_pte(pfn: Any, flags: int = 0) -> Any:
    """A present entry for a page frame."""
    return pfn << PFN_SHIFT | PAGE_PRESENT | flags


def pmd_mkhuge(pmd: Any) -> Any:
    """The entry as one of a higher table that maps a huge page."""
    return pmd | PAGE_PSE


def pte_wrprotect(pte: Any) -> Any:
    """The entry without the right to write."""
    return pte & ~PAGE_RW


def pte_mkwrite(pte: Any) -> Any:
    """The entry with the right to write."""
    return pte | PAGE_RW


def pte_mkdirty(pte: Any) -> Any:
    """The entry of a page that has been written."""
    return pte | PAGE_DIRTY


def pte_mkyoung(pte: Any) -> Any:
    """The entry of a page that has been accessed."""
    return pte | PAGE_ACCESSED


def pte_mkold(pte: Any) -> Any:
    """The entry of a page that has not been accessed since."""
    return pte & ~PAGE_ACCESSED


# --- swap and migration entries -----------------------------------------------------------------------------------


def swp_entry(kind: int, offset: Any) -> Any:
    """A swap entry of a type."""
    return offset << PFN_SHIFT | kind


def swp_type(pte: Any) -> Any:
    """The type of a swap entry."""
    return pte & FLAGS


def swp_offset(pte: Any) -> Any:
    """The offset of a swap entry; of a migration entry, the frame of the old page (include/linux/swapops.h)."""
    return pte >> PFN_SHIFT


def is_migration_entry(pte: Any) -> Any:
    """Whether the page of an entry that is not present is being moved."""
    return swp_type(pte) >= SWP_MIGRATION_READ


def make_migration_entry(pfn: Any, write: Any, exclusive: Any) -> Any:
    """The entry that stands for a page while it is moved: with its rights, and whether it is anon-exclusive.

    Source: mm/rmap.c:try_to_migrate_one().
    """
    if write:
        return swp_entry(SWP_MIGRATION_WRITE, pfn)
    return swp_entry(SWP_MIGRATION_READ_EXCLUSIVE if exclusive else SWP_MIGRATION_READ, pfn)
