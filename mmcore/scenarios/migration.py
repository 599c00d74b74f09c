"""Page migration, whole, against a GUP-fast pin through which a device writes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mmcore.cpu import Cpu
from mmcore.memory import Cell, Memory
from mmcore.mm.gup.gup_fast import FOLL_PIN, FOLL_WRITE, Walk, gup_fast_pte_range, gup_put_folio
from mmcore.mm.migrate.migrate import (
    folio_migrate_copy,
    move_to_new_folio,
    move_to_new_folio_early_copy,
    remove_migration_pte,
    try_to_migrate_one,
)
from mmcore.mm.page_alloc.page import MemMap, Page, folio_ref_count
from mmcore.mm.pgtable.pte import PAGE_RW, mk_pte
from mmcore.scenario import NEVER, SOMETIMES, WEAK, End, Scenario, Thread, Variant

SOURCE, TARGET = 1, 2
BY_DEVICE = 7
WROTE, WROTE_AND_KEEPS = 1, 2

UNMAPPED_REFS = 2
"""References of a page of a file that nobody uses: that of the page cache and that of the isolation."""

Move = Callable[[Cpu, Page, Page, int], bool]


@dataclass(frozen=True, slots=True)
class State:
    """The entry, and two page frames with one word of contents each."""

    pte: Cell
    source: Page
    target: Page


def setup(memory: Memory) -> State:
    """The source is mapped and isolated; the target is fresh."""
    mem_map = MemMap()
    source = mem_map.add(memory, SOURCE, "source", refcount=UNMAPPED_REFS + 1)
    target = mem_map.add(memory, TARGET, "target", refcount=2)
    return State(memory.cell("pte", mk_pte(SOURCE, PAGE_RW)), source, target)


def migrate_by(move: Move) -> Callable[[Cpu, State], None]:
    """migrate_folio_unmap() and migrate_folio_move(), with one way or another to move the contents."""

    def migrator(cpu: Cpu, state: State) -> None:
        try_to_migrate_one(cpu, state.pte, state.source, lambda: cpu.smp_mb(label="flush"), write=True)
        moved = move(cpu, state.target, state.source, UNMAPPED_REFS)
        if moved:
            remove_migration_pte(cpu, state.pte, state.target, mk_pte(TARGET, PAGE_RW))
        else:
            remove_migration_pte(cpu, state.pte, state.source, mk_pte(SOURCE, PAGE_RW))
        cpu.observe("moved", moved)

    return migrator


def move_unchecked(cpu: Cpu, target: Page, source: Page, expected: int) -> bool:
    """Moves the contents whoever uses them."""
    folio_migrate_copy(cpu, target, source)
    return True


def move_counted(cpu: Cpu, target: Page, source: Page, expected: int) -> bool:
    """Looks at the count and freezes nothing, as the kernel does for anonymous pages outside of the swap cache."""
    if folio_ref_count(cpu, source) != expected:
        return False
    cpu.smp_rmb(label="count_rmb")
    folio_migrate_copy(cpu, target, source)
    return True


def pinner(cpu: Cpu, state: State) -> None:
    """pin_user_pages_fast(), a write of the device, and unpin_user_page() unless the device keeps the page."""
    page = gup_fast_pte_range(cpu, Walk(state.source.mem_map, state.pte), FOLL_PIN | FOLL_WRITE)
    if page is state.source:
        cpu.write_once(state.source.data, BY_DEVICE)
        if cpu.has("unpin"):
            gup_put_folio(cpu, page, FOLL_PIN)
        cpu.observe("wrote", WROTE if cpu.has("unpin") else WROTE_AND_KEEPS)
    elif page is state.target:
        cpu.write_once(state.target.data, BY_DEVICE)
        cpu.observe("wrote", WROTE)


def lost(end: End) -> object:
    """A pin is on a page that was moved, or a write through a pin is not in the page that is mapped now."""
    missing = (end.pinner.wrote == WROTE) & (end.final("target.data") != BY_DEVICE)
    return (end.migrator.moved == 1) & ((end.pinner.wrote == WROTE_AND_KEEPS) | missing)


KEEPS = frozenset({"unpin"})
EARLY = frozenset({"count_rmb", "count_mb"})
"""The barriers that an early copy would need one of."""

SCENARIO = Scenario(
    name="migration",
    title="Page migration against a GUP-fast pin through which a device writes",
    source=("mm/rmap.c:try_to_migrate_one()", "mm/migrate.c:__migrate_folio()", "mm/migrate.c:remove_migration_pte()",
            "mm/gup.c:gup_fast_pte_range()"),
    bad="a pinned page is moved, or what a device wrote through its pin is lost",
    setup=setup,
    threads=(Thread("migrator", migrate_by(move_to_new_folio)), Thread("pinner", pinner)),
    outcome=lost,
    variants=(
        Variant("fixed", NEVER, "the freeze fails while there is a pin, and comes after the write of one that is gone"),
        Variant("fixed_kept", NEVER, "the same where the device keeps its pin", KEEPS),
        Variant("no_freeze", SOMETIMES, "nobody looks for pins",
                threads={"migrator": migrate_by(move_unchecked)}),
        Variant("no_recheck", SOMETIMES, "a pin may come after the references are free again",
                frozenset({"recheck"})),
        Variant("no_flush", NEVER, "against pins the freeze is barrier enough, being fully ordered",
                frozenset({"flush"})),
        Variant("relaxed_freeze", WEAK, "the contents are read before the count says that the pin is gone",
                frozenset({"freeze"})),
        Variant("no_uptodate_wmb", {**WEAK, "power": "Never", "riscv": "Never"},
                "the target is mapped before the copy is there, which overwrites the device",
                frozenset({"uptodate_wmb"}),
                reason="Power and RISC-V build the release store of the unfreeze from a barrier, which orders the copy "
                       "before the new entry too; the STLR of Armv8 orders it before the count only"),
        Variant("copy_before_freeze", SOMETIMES, "the device writes between the copy and the freeze",
                EARLY | {"count"}, {"migrator": migrate_by(move_to_new_folio_early_copy)}),
        Variant("count_copy_freeze", WEAK, "the order of Linux 6.12: the contents are read before the first count",
                EARLY, {"migrator": migrate_by(move_to_new_folio_early_copy)}),
        Variant("count_rmb_copy_freeze", {**NEVER, "armv8": "Sometimes"},
                "the same with a read barrier: later pins fail their second look",
                EARLY - {"count_rmb"}, {"migrator": migrate_by(move_to_new_folio_early_copy)},
                reason="the count that is read may be the CPU's own, from dropping the reference of the mapping; Armv8 "
                       "lets a read see the CPU's own STADD early, which LKMM takes for a dependency"),
        Variant("count_mb_copy_freeze", NEVER, "the same with a full barrier",
                EARLY - {"count_mb"}, {"migrator": migrate_by(move_to_new_folio_early_copy)}),
        Variant("count_only", WEAK, "nothing is frozen, and the contents are read before the count",
                frozenset({"count_rmb"}), {"migrator": migrate_by(move_counted)}),
        Variant("count_only_kept", NEVER, "a pin that stays is counted, since the flush is a full barrier",
                KEEPS | {"count_rmb"}, {"migrator": migrate_by(move_counted)}),
        Variant("count_only_no_flush", WEAK, "the count is read before the cleared entry is visible",
                KEEPS | {"count_rmb", "flush"}, {"migrator": migrate_by(move_counted)},
                reason="on x86 the locked drop of the mapping's reference, which is in between, is a full barrier"),
    ),
    pairs="clearing the entry and freezing the count against the reference and the second look at the entry; the "
          "freeze against dropping the pin; the write barrier before the new entry against the dependency from it",
)  # fmt: skip
