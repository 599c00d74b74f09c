"""A long-term pin against the contiguous allocator, which wants the page's block back."""

from __future__ import annotations

from dataclasses import dataclass

from mmcore.cpu import Cpu
from mmcore.memory import Cell, Memory
from mmcore.mm.gup.gup_fast import (
    FOLL_LONGTERM,
    FOLL_PIN,
    folio_is_longterm_pinnable,
    try_get_folio,
    try_grab_folio_fast,
)
from mmcore.mm.page_alloc.mmzone import MIGRATE_ISOLATE, MIGRATE_MOVABLE, ZONE_NORMAL, new_zone
from mmcore.mm.page_alloc.page import MemMap, Page, folio_ref_count, folio_ref_freeze
from mmcore.scenario import NEVER, SOMETIMES, STORE_BUFFERING, Scenario, Thread, Variant

PFN = 1
BLOCK_ORDER = 1


@dataclass(frozen=True, slots=True)
class State:
    """One page, the migrate type of its block, and the lock of its zone."""

    folio: Page
    block: Cell
    lock: Cell


def setup(memory: Memory) -> State:
    """The page is in use by the page cache only, and its block is movable."""
    zone = new_zone(memory, ZONE_NORMAL, 0, 1 << BLOCK_ORDER, BLOCK_ORDER, MIGRATE_MOVABLE)
    folio = MemMap().add(memory, PFN, "folio", zone, refcount=1)
    return State(folio, zone.block(PFN), zone.lock)


def isolate(cpu: Cpu, state: State) -> None:
    """set_migratetype_isolate(): from now on no long-term pin is to succeed in the block."""
    with cpu.spinlock(state.lock):
        cpu.write_once(state.block, MIGRATE_ISOLATE)


def allocator(cpu: Cpu, state: State) -> None:
    """alloc_contig_range(): isolates the block, and takes the page if nobody else uses it, by a freeze."""
    isolate(cpu, state)
    cpu.observe("taken", folio_ref_freeze(cpu, state.folio, 1))


def allocator_counts(cpu: Cpu, state: State) -> None:
    """alloc_contig_range() with a look at the count, and no freeze."""
    isolate(cpu, state)
    cpu.smp_mb(label="mb")  # would pair with try_get_folio()
    cpu.observe("taken", folio_ref_count(cpu, state.folio) == 1)


def pinner(cpu: Cpu, state: State) -> None:
    """GUP-fast with FOLL_LONGTERM: a reference first, and then the type of the block."""
    cpu.observe("pinned", try_grab_folio_fast(cpu, state.folio, FOLL_PIN | FOLL_LONGTERM))


def pinner_checks_first(cpu: Cpu, state: State) -> None:
    """GUP-fast the wrong way round: the type of the block, and then a reference."""
    if folio_is_longterm_pinnable(cpu, state.folio):
        cpu.observe("pinned", try_get_folio(cpu, state.folio))


SCENARIO = Scenario(
    name="longterm_cma",
    title="Long-term pin against isolation by the contiguous allocator",
    source=("mm/gup.c:try_grab_folio_fast()", "include/linux/mm.h:folio_is_longterm_pinnable()",
            "mm/page_isolation.c:set_migratetype_isolate()", "include/linux/page_ref.h:folio_ref_freeze()"),
    bad="the contiguous allocator takes a page as unused, and a long-term pin on it succeeds",
    setup=setup,
    threads=(Thread("allocator", allocator), Thread("pinner", pinner)),
    outcome=lambda end: (end.allocator.taken == 1) & (end.pinner.pinned == 1),
    variants=(
        Variant("fixed", NEVER, "freeze and reference change the same word: one of them comes too late",
                catalogue="T08_cma_longterm-fixed"),
        Variant("no_pinnable", NEVER, "the type keeps the allocator from failing; it is the freeze that keeps it safe",
                frozenset({"pinnable"})),
        Variant("count_mb", NEVER, "without a freeze, the type does it: each writes, is fully ordered, and reads",
                threads={"allocator": allocator_counts}),
        Variant("count", STORE_BUFFERING, "the count is read before the new type is visible",
                frozenset({"mb"}), {"allocator": allocator_counts}),
        Variant("check_then_pin", SOMETIMES, "the type is read before the reference is taken",
                frozenset({"mb"}), {"allocator": allocator_counts, "pinner": pinner_checks_first},
                catalogue="T08_cma_longterm-check_then_pin_plain"),
    ),
    pairs="the freeze and the reference, on the same word; where nothing is frozen, the type and the count",
    history='f68749ec342b "mm/gup: longterm pin migration cleanup"',
    catalogue="A7",
)  # fmt: skip
