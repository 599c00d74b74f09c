"""Splitting a folio: each tail page becomes a folio of its own.

Source: mm/huge_memory.c:__split_huge_page_tail() of Linux 6.12, __split_folio_to_order() since.
"""

from __future__ import annotations

from mmcore.cpu import Cpu
from mmcore.mm.page_alloc.page import Page, PG_head, folio_ref_unfreeze


def split_huge_page_tail(cpu: Cpu, head: Page, tail: Page) -> None:
    """Makes a tail page a folio of its own, locked like the one that it was in, whose references are frozen.

    It has its flags before it is a folio, and it is one before it can be referenced.
    """
    if cpu.has("flags_first"):
        _clone_flags(cpu, head, tail)
    cpu.smp_wmb(label="tail_wmb")  # pairs with the smp_rmb() of migration_entry_to_folio()
    cpu.write_once(tail.compound_head, 0)
    if not cpu.has("flags_first"):
        _clone_flags(cpu, head, tail)
    folio_ref_unfreeze(cpu, tail, 1)  # pairs with try_get_folio()


def _clone_flags(cpu: Cpu, head: Page, tail: Page) -> None:
    """Gives the tail the flags of the head."""
    cpu.write_once(tail.flags, cpu.read_once(head.flags) & ~(1 << PG_head))
