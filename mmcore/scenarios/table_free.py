"""A table walker with interrupts off against the freeing of the table: an interrupt as a grace period."""

from __future__ import annotations

from dataclasses import dataclass

from mmcore.cpu import Cpu
from mmcore.memory import Array, Cell, Memory
from mmcore.scenario import Scenario, Thread, Variant

ENTRY, REUSED = 1, 99
NO_FORM = {
    "sc": "the model has no grace periods; `mmcore run --exhaustive` looks at every schedule",
    **dict.fromkeys(("x86-tso", "armv8", "riscv", "power"), "interrupts and grace periods are not compiled"),
}


@dataclass(frozen=True, slots=True)
class State:
    """The upper-level entry, and the table that it points to."""

    pmd: Cell
    table: Array


def setup(memory: Memory) -> State:
    """The table is in place."""
    table = memory.array("table", 1, ENTRY)
    return State(memory.cell("pmd", table), table)


def retract(cpu: Cpu, state: State) -> None:
    """retract_page_tables(): unhooks the table, waits for walkers, and gives it to another use."""
    cpu.write_once(state.pmd, 0)
    cpu.smp_call_function(label="sync")  # tlb_remove_table_sync_one(); waits for the regions of gup_fast()
    cpu.write_once(state.table[0], REUSED)


def gup_fast(cpu: Cpu, state: State) -> None:
    """gup_fast(): walks the tables with interrupts off, and so without a lock."""
    cpu.local_irq_disable()
    table = cpu.read_once(state.pmd)
    if table != 0:
        cpu.observe("entry", cpu.read_once(table[0]))
    cpu.local_irq_enable()


SCENARIO = Scenario(
    name="table_free",
    title="A walker with interrupts off against the freeing of a page table",
    source=("mm/gup.c:gup_fast()", "mm/mmu_gather.c:tlb_remove_table_sync_one()",
            "mm/khugepaged.c:retract_page_tables()"),
    bad="a walker that found the table reads it after it was given to another use",
    setup=setup,
    threads=(Thread("retract", retract), Thread("gup_fast", gup_fast)),
    outcome=lambda end: end.gup_fast.entry == REUSED,
    variants=(
        Variant("fixed", {"lkmm": "Never"}, "the interrupt is taken only after the walker has turned them on again",
                unchecked=NO_FORM, catalogue="T05_irqoff_table_free-fixed"),
        Variant("no_sync", {"lkmm": "Sometimes"}, "the table is re-used under the walker", frozenset({"sync"}),
                unchecked=NO_FORM, catalogue="T05_irqoff_table_free-no_sync"),
    ),
    pairs="the interrupt that is waited for pairs with the region in which the walker has interrupts off",
    history='2ba99c5e0881 "mm/khugepaged: fix GUP-fast interaction by sending IPI"',
    catalogue="A6",
)  # fmt: skip
