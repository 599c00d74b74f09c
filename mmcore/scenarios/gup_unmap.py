"""A GUP-fast pin against "clear the entry, then look at the reference count"."""

from __future__ import annotations

from dataclasses import dataclass

from mmcore.cpu import Cpu
from mmcore.memory import Cell, Memory
from mmcore.scenario import NEVER, SOMETIMES, STORE_BUFFERING, Scenario, Thread, Variant

PTE_NONE = 0
PTE_PRESENT = 1


@dataclass(frozen=True, slots=True)
class State:
    """One mapped page: its page-table entry and its reference count, which is 1 for the mapping."""

    pte: Cell
    refcount: Cell


def setup(memory: Memory) -> State:
    """The page is mapped and nobody else uses it."""
    return State(memory.cell("pte", PTE_PRESENT), memory.cell("refcount", 1))


def unmapper(cpu: Cpu, state: State) -> None:
    """try_to_unmap_one() on an MADV_FREE page: clears the entry, and discards the page if it sees no other user."""
    cpu.write_once(state.pte, PTE_NONE)
    cpu.smp_mb(label="mb")  # pairs with the atomic of gup_fast_pte_range()
    cpu.observe("discards", cpu.atomic_read(state.refcount) == 1)


def pinner(cpu: Cpu, state: State) -> None:
    """gup_fast_pte_range(): takes a reference, and keeps it if the entry is still the same."""
    cpu.observe("pinned", gup_fast_pte(cpu, state.pte, state.refcount))


def gup_fast_pte(cpu: Cpu, ptep: Cell, refcount: Cell) -> bool:
    """Whether the page under an entry got pinned."""
    pte = cpu.read_once(ptep)
    if pte != PTE_PRESENT:
        return False
    cpu.atomic_inc_return(refcount, label="full")
    if cpu.has("recheck") and cpu.read_once(ptep) != pte:
        cpu.atomic_dec(refcount)
        return False
    return True


SCENARIO = Scenario(
    name="gup_unmap",
    title="GUP-fast pin against clearing the entry and looking at the reference count",
    source=("mm/rmap.c:try_to_unmap_one()", "mm/gup.c:gup_fast_pte_range()"),
    bad="the unmapper discards the page, and GUP-fast returns a usable pin on it",
    setup=setup,
    threads=(Thread("unmapper", unmapper), Thread("pinner", pinner)),
    outcome=lambda end: (end.unmapper.discards == 1) & (end.pinner.pinned == 1),
    variants=(
        Variant("fixed", NEVER, "one of the two must notice the other: each writes, is fully ordered, and then reads"),
        Variant("no_mb", STORE_BUFFERING, "the count is read before the cleared entry is visible", frozenset({"mb"})),
        Variant("no_recheck", SOMETIMES, "GUP-fast does not look whether the entry is still there",
                frozenset({"recheck"})),
    ),
    pairs="the smp_mb() between clearing and counting pairs with the fully ordered atomic before re-reading the entry",
    history='6c8e2a256915 "mm: fix race between MADV_FREE reclaim and blkdev direct IO read"',
    catalogue="A1",
)  # fmt: skip
