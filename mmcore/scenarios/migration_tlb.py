"""Page migration against a CPU that has the page in its TLB."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mmcore.cpu import Cpu
from mmcore.memory import Cell, Memory
from mmcore.mm.gup.gup_fast import FOLL_WRITE, pte_access_permitted
from mmcore.mm.migrate.migrate import move_to_new_folio, remove_migration_pte, try_to_migrate_one
from mmcore.mm.page_alloc.page import MemMap, Page
from mmcore.mm.pgtable.pte import PAGE_RW, mk_pte, pte_pfn
from mmcore.scenario import NEVER, SOMETIMES, WEAK, End, Scenario, Thread, Variant

SOURCE, TARGET = 1, 2
FIRST, SECOND = 1, 2

UNMAPPED_REFS = 2
"""References of a page of a file that nobody uses: that of the page cache and that of the isolation."""


@dataclass(frozen=True, slots=True)
class State:
    """The entry, two page frames with one word of contents each, and the flush: whether it is asked for, and done.

    The TLB of the CPU is what it has read from the entry last.
    """

    pte: Cell
    source: Page
    target: Page
    request: Cell
    done: Cell


def setup(memory: Memory) -> State:
    """The source is mapped and isolated; the target is fresh."""
    mem_map = MemMap()
    source = mem_map.add(memory, SOURCE, "source", refcount=UNMAPPED_REFS + 1)
    target = mem_map.add(memory, TARGET, "target", refcount=2)
    pte = memory.cell("pte", mk_pte(SOURCE, PAGE_RW))
    return State(pte, source, target, memory.cell("request"), memory.cell("done"))


def migrator(cpu: Cpu, state: State) -> None:
    """migrate_folio_unmap() and migrate_folio_move()."""
    try_to_migrate_one(cpu, state.pte, state.source, lambda: flush_tlb_page(cpu, state), write=True)
    if move_to_new_folio(cpu, state.target, state.source, UNMAPPED_REFS):
        remove_migration_pte(cpu, state.pte, state.target, mk_pte(TARGET, PAGE_RW))


def flush_tlb_page(cpu: Cpu, state: State) -> None:
    """on_each_cpu(): interrupts the CPU, and waits until it has dropped the entry."""
    cpu.smp_mb(label="request_mb")  # pairs with the interrupt, after which the CPU walks the table anew
    cpu.write_once(state.request, 1)
    if cpu.has("wait"):
        cpu.smp_cond_load_acquire(state.done, lambda done: done == 1, label="wait_acquire")


def user(cpu: Cpu, state: State) -> None:
    """A CPU in user mode stores twice, and takes the interrupt in between."""
    cpu.observe("first", store(cpu, state, FIRST))
    flush_tlb_func(cpu, state)
    cpu.observe("second", store(cpu, state, SECOND))


def flush_tlb_func(cpu: Cpu, state: State) -> None:
    """The interrupt: what was stored through the old entry is done, and the next access walks the table."""
    cpu.smp_cond_load_acquire(state.request, lambda request: request == 1, label="interrupt_acquire")
    cpu.smp_store_release(state.done, 1, label="done_release")


def store(cpu: Cpu, state: State, value: int) -> Any:
    """A store, to where the table walker finds the page; whether it is mapped."""
    pte = cpu.read_once(state.pte)
    if not pte_access_permitted(pte, FOLL_WRITE):
        return False
    cpu.write_once(state.source.mem_map[pte_pfn(pte)].data, value)
    return True


def lost(end: End) -> object:
    """The last store is not in the page that is mapped now."""
    contents = end.final("target.data")
    first = (end.user.first == 1) & (end.user.second == 0) & (contents != FIRST)
    return first | ((end.user.second == 1) & (contents != SECOND))


SCENARIO = Scenario(
    name="migration_tlb",
    title="Page migration against a CPU that has the page in its TLB",
    source=("mm/rmap.c:try_to_migrate_one()", "mm/migrate.c:__migrate_folio()",
            "kernel/smp.c:smp_call_function_many_cond()", "arch/x86/mm/tlb.c:flush_tlb_func()"),
    bad="a store of the user through a stale TLB entry is lost, because it comes after the copy",
    setup=setup,
    threads=(Thread("migrator", migrator), Thread("user", user)),
    outcome=lost,
    variants=(
        Variant("fixed", NEVER, "the copy waits until the CPU has forgotten the entry, and its stores are done"),
        Variant("no_wait", SOMETIMES, "the CPU still stores through the old entry when the copy is made",
                frozenset({"wait"})),
        Variant("no_request_mb", WEAK, "the interrupt comes before the CPU can see the cleared entry",
                frozenset({"request_mb"})),
        Variant("relaxed_interrupt", {**WEAK, "power": "Never"}, "the table is walked before the interrupt is taken",
                frozenset({"interrupt_acquire"}),
                reason="on Power the lwsync of the report orders the reads before and after it, too"),
        Variant("relaxed_done", {**WEAK, "power": "Never"},
                "the flush is reported before the stores through the old entry are done", frozenset({"done_release"}),
                reason="on Power the lwsync of taking the interrupt orders the stores before and after it, too"),
        Variant("relaxed_wait", NEVER, "the freeze, which is fully ordered, comes between the wait and the copy",
                frozenset({"wait_acquire"})),
    ),
    pairs="the barrier before the request pairs with the interrupt, the report of the CPU with the wait for it",
)  # fmt: skip
