"""Ending the exclusivity of an anonymous page against a GUP-fast pin for reading."""

from __future__ import annotations

from dataclasses import dataclass

from mmcore.cpu import Cpu
from mmcore.memory import Cell, Memory
from mmcore.mm.gup.gup_fast import FOLL_PIN, Walk, gup_fast_pte_range
from mmcore.mm.page_alloc.page import MemMap, Page, PG_anon_exclusive
from mmcore.mm.pgtable.pte import PTE_NONE, mk_pte
from mmcore.mm.rmap.anon_exclusive import folio_try_share_anon_rmap_pte
from mmcore.scenario import NEVER, SOMETIMES, STORE_BUFFERING, WEAK, Scenario, Thread, Variant

PFN = 1


@dataclass(frozen=True, slots=True)
class State:
    """One anonymous page, mapped read-only."""

    pte: Cell
    folio: Page


def setup(memory: Memory) -> State:
    """The page is exclusive, and nobody has pinned it."""
    folio = MemMap().add(memory, PFN, "folio", refcount=1, flags=1 << PG_anon_exclusive)
    return State(memory.cell("pte", mk_pte(PFN)), folio)


def sharer(cpu: Cpu, state: State) -> None:
    """KSM, swap-out or migration: clears the entry, ends the exclusivity if it can, and puts the same entry back."""
    cpu.write_once(state.pte, PTE_NONE)  # (A1)
    shared = folio_try_share_anon_rmap_pte(cpu, state.folio)
    cpu.write_once(state.pte, mk_pte(PFN))  # (A4)
    cpu.observe("shared", shared)


def pinner(cpu: Cpu, state: State) -> None:
    """pin_user_pages_fast() for reading: of a page that is not exclusive it would miss later writes of the process."""
    page = gup_fast_pte_range(cpu, Walk(state.folio.mem_map, state.pte), FOLL_PIN)
    cpu.observe("pinned", page is not None)


SCENARIO = Scenario(
    name="anon_exclusive",
    title="Clearing PageAnonExclusive against a GUP-fast pin for reading",
    source=("include/linux/rmap.h:__folio_try_share_anon_rmap()", "mm/gup.c:gup_fast_pte_range()",
            "mm/internal.h:gup_must_unshare()"),
    bad="a page is shared as not pinned, and GUP-fast returns a pin on it as exclusive",
    setup=setup,
    threads=(Thread("sharer", sharer), Thread("pinner", pinner)),
    outcome=lambda end: (end.sharer.shared == 1) & (end.pinner.pinned == 1),
    variants=(
        Variant("fixed", NEVER, "the pin is seen, or the cleared entry is, or the cleared flag behind the restored one",
                catalogue="S02_anonexcl-fixed"),
        Variant("no_share_mb", STORE_BUFFERING, "the count is read before the cleared entry is visible",
                frozenset({"share_mb"}), catalogue="S02_anonexcl-no_P0_mb"),
        Variant("no_share_wmb", WEAK, "the restored entry is visible before the cleared flag",
                frozenset({"share_wmb"}), catalogue="S02_anonexcl-no_P0_mb2"),
        Variant("no_pin_mb", WEAK, "the entry is read again before the pin is visible",
                frozenset({"pin_mb"}), catalogue="S02_anonexcl-no_P1_aa"),
        Variant("no_unshare_rmb", WEAK, "the flag is read before the entry is read again",
                frozenset({"unshare_rmb"}), catalogue="S02_anonexcl-no_P1_rmb"),
        Variant("no_recheck", SOMETIMES, "a pin between the count and the clearing of the flag sees the flag",
                frozenset({"recheck"})),
    ),
    pairs="(A1) mb (A2) against (B3) mb (B4), and (A3) mb (A4) against (B4) rmb (B5) of the comment in rmap.h",
    history='088b8aa537c2 "mm: fix PageAnonExclusive clearing racing with concurrent RCU GUP-fast"',
    catalogue="A2",
)  # fmt: skip
