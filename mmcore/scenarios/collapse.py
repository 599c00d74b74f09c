"""khugepaged, which collapses the pages of a table into a huge page, against a GUP-fast pin of one of them."""

from __future__ import annotations

from dataclasses import dataclass

from mmcore.cpu import Cpu
from mmcore.memory import Array, Cell, Memory
from mmcore.mm.gup.gup_fast import FOLL_PIN, FOLL_WRITE, Walk, gup_fast_pte_range
from mmcore.mm.page_alloc.page import MemMap, Page, folio_ref_count
from mmcore.mm.pgtable.pte import PAGE_RW, PTE_NONE, mk_pte
from mmcore.scenario import NEVER, SOMETIMES, STORE_BUFFERING, Scenario, Thread, Variant

PFN = 1


@dataclass(frozen=True, slots=True)
class State:
    """One small page, its table with one entry, and the entry that points to the table."""

    pmd: Cell
    table: Array
    folio: Page


def setup(memory: Memory) -> State:
    """The page is mapped and nobody else uses it."""
    table = memory.array("pte", 1, mk_pte(PFN, PAGE_RW))
    folio = MemMap().add(memory, PFN, "folio", refcount=1)
    return State(memory.cell("pmd", table), table, folio)


def collapser(cpu: Cpu, state: State) -> None:
    """collapse_huge_page(): takes the table out, and copies its pages if nobody else uses them.

    The entries in the table stay as they are until the copy is done.
    """
    cpu.write_once(state.pmd, PTE_NONE)  # pmdp_collapse_flush()
    cpu.smp_mb(label="flush")  # its flush; pairs with the reference that gup_fast_pte_range() takes
    cpu.observe("copies", folio_ref_count(cpu, state.folio) == 1)  # __collapse_huge_page_isolate()


def pinner(cpu: Cpu, state: State) -> None:
    """gup_fast_pmd_range(): goes through the table that the entry above points to."""
    pmd = cpu.read_once(state.pmd)
    if pmd == PTE_NONE:
        return
    walk = Walk(state.folio.mem_map, pmd[0], state.pmd, pmd)
    cpu.observe("pinned", gup_fast_pte_range(cpu, walk, FOLL_PIN | FOLL_WRITE) is not None)


SCENARIO = Scenario(
    name="collapse",
    title="khugepaged collapsing a table against a GUP-fast pin through it",
    source=("mm/khugepaged.c:collapse_huge_page()", "mm/gup.c:gup_fast_pmd_range()", "mm/gup.c:gup_fast_pte_range()"),
    bad="the small page is copied into the huge page as unused, and GUP-fast returns a pin on the small page",
    setup=setup,
    threads=(Thread("collapser", collapser), Thread("pinner", pinner)),
    outcome=lambda end: (end.collapser.copies == 1) & (end.pinner.pinned == 1),
    variants=(
        Variant("fixed", NEVER, "one of the two must notice the other: each writes, is fully ordered, and then reads",
                catalogue="S36_collapse_pmd-fixed"),
        Variant("no_flush", STORE_BUFFERING, "the count is read before the cleared entry is visible",
                frozenset({"flush"}), catalogue="S36_collapse_pmd-no_mb"),
        Variant("pte_check_only", SOMETIMES, "the entry that is read again is not the one that was cleared",
                frozenset({"recheck_pmd"}), catalogue="T04_collapse_norecheck-ptecheck_only"),
        Variant("pmd_check_only", NEVER, "collapse clears the upper entry; the lower one is for other unmappers",
                frozenset({"recheck"})),
    ),
    pairs="the flush between clearing and counting pairs with the fully ordered reference before the second look",
    history='70cbc3cc78a9 "mm: gup: fix the fast GUP race against THP collapse"',
    catalogue="A5",
)  # fmt: skip
