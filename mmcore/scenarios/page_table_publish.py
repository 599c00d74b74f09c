"""Page tables: a new table is filled before it is linked, and walkers rely on the dependency from entry to entry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mmcore.cpu import Cpu
from mmcore.memory import Array, Cell, Memory
from mmcore.mm.gup.gup_fast import gup_fast_pgd_range
from mmcore.mm.page_alloc.page import MemMap
from mmcore.mm.pgtable.pgtable import PMD, PTE, Geometry, PageTables, install, offset
from mmcore.mm.pgtable.pte import PTE_NONE, mk_pte
from mmcore.scenario import NEVER, WEAK, Scenario, Thread, Variant

LEVELS = ("pte", "pmd", "pud", "p4d")
ADDRESS = 0
MAPPED = mk_pte(1)
STALE = mk_pte(2)
"""What a freed page-table page may still hold: the entry of a page of somebody else."""


@dataclass(frozen=True, slots=True)
class State:
    """An address space of one page: the top table with its only entry, and pages for the tables below, lowest first."""

    top: Array
    pages: tuple[Array, ...]
    lock: Cell

    def tables(self, levels: int) -> PageTables:
        """The page table, with so many levels."""
        return PageTables(Geometry(levels, 0), self.top, self.lock)


def setup(memory: Memory) -> State:
    """Only the top is there; the pages for the other tables hold what they held in their last life as such."""
    stale: int | Array = STALE
    pages: list[Array] = []
    for name in LEVELS:
        pages.append(memory.array(name, 1, stale))
        stale = memory.array(f"stale_{name}", 1, stale)
    return State(memory.array("top", 1, PTE_NONE), tuple(pages), memory.cell("page_table_lock"))


def builder(cpu: Cpu, state: State) -> None:
    """pte_alloc(): links a cleared page, unless another was first, and then maps a page."""
    tables = state.tables(2)
    entry = offset(tables, state.top, ADDRESS, PMD)
    table = cpu.read_once(entry)
    if table == PTE_NONE:
        table = install(cpu, tables, entry, cleared(cpu, state.pages[PTE]), label="pte_wmb")
    cpu.write_once(offset(tables, table, ADDRESS, PTE), MAPPED)


def builder_alone(levels: int) -> Callable[[Cpu, State], None]:
    """p4d_alloc(), ..., pte_alloc() by one whom no other builder disturbs: links a cleared page at each level."""

    def run(cpu: Cpu, state: State) -> None:
        entry = state.top[0]
        for level in range(levels - 2, PTE - 1, -1):
            page = cleared(cpu, state.pages[level])
            cpu.smp_wmb(label=f"{LEVELS[level]}_wmb")  # pairs with the dependency of the walker
            cpu.write_once(entry, page)
            entry = page[0]
        cpu.write_once(entry, MAPPED)

    return run


def cleared(cpu: Cpu, page: Array) -> Array:
    """pte_alloc_one() and its like: a page with empty entries."""
    cpu.write_once(page[0], PTE_NONE)
    return page


def walker(levels: int) -> Callable[[Cpu, State], None]:
    """gup_fast_pgd_range() and below, or the table walker of the hardware: from entry to entry without a lock."""

    def run(cpu: Cpu, state: State) -> None:
        found = gup_fast_pgd_range(cpu, state.tables(levels), MemMap(), ADDRESS)
        if found is not None:
            cpu.observe("stale", cpu.read_once(found.ptep) == STALE)

    return run


def of_levels(levels: int) -> dict[str, Callable[[Cpu, State], None]]:
    """The threads for a page table of so many levels that one CPU builds alone."""
    return {"builder": builder_alone(levels), "walker": walker(levels)}


SCENARIO = Scenario(
    name="page_table_publish",
    title="Linking a new page table against walking it",
    source=("mm/memory.c:pmd_install()", "mm/memory.c:__pmd_alloc()", "mm/gup.c:gup_fast_pgd_range()"),
    bad="a walker follows an entry to a new table, and finds what the page held before it was cleared",
    setup=setup,
    threads=(Thread("builder", builder), Thread("walker", walker(2))),
    outcome=lambda end: end.walker.stale == 1,
    variants=(
        Variant("fixed", NEVER, "the table is cleared before it is linked, and its entry is reached through the link",
                catalogue="S04_pmd_install-fixed"),
        Variant("no_pte_wmb", {**WEAK, "power": "Never"}, "the link is visible before the table is cleared",
                frozenset({"pte_wmb"}), catalogue="S04_pmd_install-no_wmb",
                reason="on Power taking the lock of the page table ends with an lwsync, which orders the two writes"),
        Variant("alone_no_pte_wmb", WEAK, "the same without the lock", frozenset({"pte_wmb"}), of_levels(2)),
        Variant("levels4", NEVER, "the same at every level", threads=of_levels(4)),
        Variant("levels4_no_pmd_wmb", WEAK, "one missing barrier leads to the wrong table",
                frozenset({"pmd_wmb"}), of_levels(4)),
        Variant("levels5", NEVER, "the same at every level", threads=of_levels(5)),
        Variant("levels5_no_p4d_wmb", WEAK, "one missing barrier leads to the wrong table",
                frozenset({"p4d_wmb"}), of_levels(5)),
    ),
    pairs="the smp_wmb() before the link pairs with the address dependency from the link to the entry",
    history='362a61ad6119 "fix SMP data race in pagetable setup vs walking"',
    catalogue="B3",
)  # fmt: skip
