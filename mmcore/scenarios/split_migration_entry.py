"""Splitting a folio against a walker that resolves a migration entry to one of its tail pages."""

from __future__ import annotations

from dataclasses import dataclass

from mmcore.cpu import Cpu
from mmcore.memory import Cell, Memory
from mmcore.mm.migrate.migrate import migration_entry_to_folio
from mmcore.mm.page_alloc.page import MemMap, Page, PG_head, PG_locked
from mmcore.mm.pgtable.pte import is_migration_entry, make_migration_entry, mk_pte, pte_none, pte_present
from mmcore.mm.rmap.split import split_huge_page_tail
from mmcore.scenario import NEVER, SOMETIMES, WEAK, Scenario, Thread, Variant

HEAD, TAIL = 2, 3


@dataclass(frozen=True, slots=True)
class State:
    """A folio of two pages, and the entry that maps the second one."""

    pte: Cell
    head: Page
    tail: Page


def setup(memory: Memory) -> State:
    """The folio is locked and frozen; its head carries the flags for all of it."""
    mem_map = MemMap()
    head = mem_map.add(memory, HEAD, "head", flags=1 << PG_head | 1 << PG_locked)
    tail = mem_map.add(memory, TAIL, "tail", compound_head=HEAD << 1 | 1)
    return State(memory.cell("pte", mk_pte(TAIL)), head, tail)


def splitter(cpu: Cpu, state: State) -> None:
    """split_huge_page_to_list_to_order(): unmaps the folio to migration entries, and makes each page one of its own."""
    cpu.write_once(state.pte, make_migration_entry(TAIL, write=False, exclusive=False))
    split_huge_page_tail(cpu, state.head, state.tail)


def walker(cpu: Cpu, state: State) -> None:
    """smaps, madvise() or the like: finds a migration entry, and asks for its folio, which has to be locked."""
    pte = cpu.read_once(state.pte)
    if not pte_none(pte) and not pte_present(pte) and is_migration_entry(pte):
        _, locked = migration_entry_to_folio(cpu, state.head.mem_map, pte)
        cpu.observe("resolved", True)
        cpu.observe("locked", locked)


SCENARIO = Scenario(
    name="split_migration_entry",
    title="Splitting a folio against resolving a migration entry",
    source=("mm/huge_memory.c:__split_huge_page_tail()", "include/linux/swapops.h:swap_entry_migration_sync()"),
    bad="the walker finds the page under a migration entry to be a folio of its own, and not locked",
    setup=setup,
    threads=(Thread("splitter", splitter), Thread("walker", walker)),
    outcome=lambda end: (end.walker.resolved == 1) & (end.walker.locked == 0),
    variants=(
        Variant("fixed", NEVER, "who sees the page as a folio of its own sees its flags",
                catalogue="S06_split_migentry-fixed"),
        Variant("no_rmb", WEAK, "the flags are read before the head is", frozenset({"sync_rmb"}),
                catalogue="S06_split_migentry-no_rmb"),
        Variant("no_wmb", WEAK, "the page is a folio of its own before its flags are there", frozenset({"tail_wmb"}),
                catalogue="S06_split_migentry-no_wmb"),
        Variant("flags_last", SOMETIMES, "the same, in program order", frozenset({"flags_first"})),
    ),
    pairs="the smp_wmb() between flags and head pairs with the smp_rmb() between head and flags",
    history="4c5e7f0fcd59 \"mm/huge_memory: fix folio isn't locked in softleaf_to_folio()\"",
    catalogue="B1",
)  # fmt: skip
