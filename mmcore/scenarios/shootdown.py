"""A TLB shoot-down: the page is re-used once every CPU has acknowledged."""

from __future__ import annotations

from dataclasses import dataclass

from mmcore.cpu import Cpu
from mmcore.memory import Cell, Memory
from mmcore.scenario import NEVER, SOMETIMES, WEAK, Scenario, Thread, Variant

PRESENT, REUSED = 1, 99


@dataclass(frozen=True, slots=True)
class State:
    """The entry, the contents of the page, and the acknowledgement of the other CPU."""

    pte: Cell
    page: Cell
    ack: Cell


def setup(memory: Memory) -> State:
    """The other CPU has the entry in its TLB, so that it reaches the page without looking at the entry."""
    return State(memory.cell("pte", PRESENT), memory.cell("page"), memory.cell("ack"))


def flusher(cpu: Cpu, state: State) -> None:
    """tlb_finish_mmu(): clears the entry, has the other CPU flush, and lets the page be used for something else."""
    cpu.write_once(state.pte, 0)
    if cpu.has("wait"):
        cpu.smp_cond_load_acquire(state.ack, lambda ack: ack == 1)  # pairs with the acknowledgement
    cpu.write_once(state.page, REUSED)


def user(cpu: Cpu, state: State) -> None:
    """Reads the page through its TLB, then is interrupted: flushes, and acknowledges."""
    cpu.observe("read", cpu.read_once(state.page))
    cpu.smp_store_release(state.ack, 1, label="release")  # pairs with the wait


SCENARIO = Scenario(
    name="shootdown",
    title="A TLB shoot-down: acknowledgement before the page is re-used",
    source=("mm/mmu_gather.c:tlb_finish_mmu()", "mm/vmalloc.c:__purge_vmap_area_lazy()"),
    bad="the CPU that was to forget the page reads what its next owner wrote",
    setup=setup,
    threads=(Thread("flusher", flusher), Thread("user", user)),
    outcome=lambda end: end.user.read == REUSED,
    variants=(
        Variant("fixed", NEVER, "what was read before the acknowledgement was read before the page was re-used",
                catalogue="T20_shootdown_ack-fixed"),
        Variant("relaxed_ack", WEAK, "the acknowledgement may overtake the read", frozenset({"release"}),
                catalogue="T20_shootdown_ack-relaxed_ack"),
        Variant("no_wait", SOMETIMES, "the page is re-used at once", frozenset({"wait"}),
                catalogue="T20_shootdown_ack-no_wait"),
    ),
    pairs="the release store of the acknowledgement pairs with the acquire load that waits for it",
    catalogue="C6",
)  # fmt: skip
