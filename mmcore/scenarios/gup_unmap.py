"""A GUP-fast pin against "clear the entry, then look at the reference count"."""

from __future__ import annotations

from dataclasses import dataclass

from mmcore.cpu import Cpu
from mmcore.memory import Cell, Memory
from mmcore.mm.gup.gup_fast import FOLL_PIN, FOLL_WRITE, Walk, gup_fast_pte_range
from mmcore.mm.page_alloc.page import MemMap, Page, folio_ref_count
from mmcore.mm.pgtable.pte import PAGE_RW, PTE_NONE, mk_pte
from mmcore.scenario import NEVER, SOMETIMES, STORE_BUFFERING, WEAK, Scenario, Thread, Variant

PFN = 1


@dataclass(frozen=True, slots=True)
class State:
    """One page and the entry that maps it; the mapping has its only reference."""

    pte: Cell
    folio: Page


def setup(memory: Memory) -> State:
    """The page is mapped and nobody else uses it."""
    folio = MemMap().add(memory, PFN, "folio", refcount=1)
    return State(memory.cell("pte", mk_pte(PFN, PAGE_RW)), folio)


def unmapper(cpu: Cpu, state: State) -> None:
    """try_to_unmap_one() on an MADV_FREE page: clears the entry, and discards the page if it sees no other user."""
    cpu.write_once(state.pte, PTE_NONE)
    cpu.smp_mb(label="mb")  # pairs with the reference that gup_fast_pte_range() takes
    cpu.observe("discards", folio_ref_count(cpu, state.folio) == 1)


def unmapper_xchg(cpu: Cpu, state: State) -> None:
    """An atomic ptep_get_and_clear() in try_to_unmap_one(): it need not order, but on x86 it is a locked xchg."""
    cpu.xchg(state.pte, PTE_NONE, label="get_and_clear")
    cpu.smp_mb(label="mb")
    cpu.observe("discards", folio_ref_count(cpu, state.folio) == 1)


def unmapper_counts_first(cpu: Cpu, state: State) -> None:
    """try_to_unmap_one() the wrong way round: a pin may come in between."""
    count = folio_ref_count(cpu, state.folio)
    cpu.smp_mb(label="mb")
    cpu.write_once(state.pte, PTE_NONE)
    cpu.observe("discards", count == 1)


def pinner(cpu: Cpu, state: State) -> None:
    """pin_user_pages_fast(): takes a pin, and keeps it if the entry is still the same."""
    page = gup_fast_pte_range(cpu, Walk(state.folio.mem_map, state.pte), FOLL_PIN | FOLL_WRITE)
    cpu.observe("pinned", page is not None)


SCENARIO = Scenario(
    name="gup_unmap",
    title="GUP-fast pin against clearing the entry and looking at the reference count",
    source=("mm/rmap.c:try_to_unmap_one()", "mm/gup.c:gup_fast_pte_range()"),
    bad="the unmapper discards the page, and GUP-fast returns a usable pin on it",
    setup=setup,
    threads=(Thread("unmapper", unmapper), Thread("pinner", pinner)),
    outcome=lambda end: (end.unmapper.discards == 1) & (end.pinner.pinned == 1),
    variants=(
        Variant("fixed", NEVER, "one of the two must notice the other: each writes, is fully ordered, and then reads",
                catalogue="S01_gup_vs_unmap-fixed"),
        Variant("no_mb", STORE_BUFFERING, "the count is read before the cleared entry is visible", frozenset({"mb"}),
                catalogue="S01_gup_vs_unmap-no_mb"),
        Variant("xchg_no_mb", WEAK, "the locked xchg of x86 hides that the barrier is missing",
                frozenset({"get_and_clear", "mb"}), threads={"unmapper": unmapper_xchg}),
        Variant("no_recheck", SOMETIMES, "GUP-fast does not look whether the entry is still there",
                frozenset({"recheck"})),
        Variant("count_before_clear", SOMETIMES, "a pin that comes after the count finds the entry still in place",
                threads={"unmapper": unmapper_counts_first}),
    ),
    pairs="the smp_mb() between clearing and counting pairs with the fully ordered reference before the second look",
    history='6c8e2a256915 "mm: fix race between MADV_FREE reclaim and blkdev direct IO read"',
    catalogue="A1",
)  # fmt: skip
