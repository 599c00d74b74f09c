"""The address of a local mapping is used on another CPU."""

from __future__ import annotations

from dataclasses import dataclass

from mmcore.cpu import Cpu
from mmcore.memory import Cell, Memory
from mmcore.mm.highmem.highmem import Address, LocalMaps, Task, access, kmap_local, kunmap_local
from mmcore.scenario import NEVER, SOMETIMES, Scenario, Thread, Variant

MINE, NEXT = 1, 2


@dataclass(frozen=True, slots=True)
class State:
    """The slots, and the two words by which the CPUs hand the address over and back."""

    maps: LocalMaps
    handed: Cell
    done: Cell


def setup(memory: Memory) -> State:
    """Nothing is mapped."""
    return State(LocalMaps.make(memory, cpus=2, depth=1), memory.cell("handed"), memory.cell("done"))


def owner(cpu: Cpu, state: State) -> None:
    """Maps a page, lets the other CPU use the address, and re-uses the slot."""
    task = Task()
    address = kmap_local(cpu, state.maps, task, MINE)
    cpu.smp_store_release(state.handed, 1)
    if cpu.has("join"):
        cpu.smp_cond_load_acquire(state.done, lambda done: done == 1)
    kunmap_local(cpu, state.maps, task, address)
    kmap_local(cpu, state.maps, task, NEXT)


def user(cpu: Cpu, state: State) -> None:
    """Uses the address if it was handed one, and says that it will not use it any more."""
    if cpu.smp_load_acquire(state.handed) == 1:
        cpu.observe("used", 1)
        cpu.observe("found", access(cpu, Address(state.maps.windows[0], 0)))
    cpu.smp_store_release(state.done, 1)


def migrating(cpu: Cpu, state: State) -> None:
    """A task that maps a page and is moved to another CPU; here the next task then uses the slot."""
    kmap_local(cpu, state.maps, Task(), MINE)
    if not cpu.has("migrate_disable"):
        cpu.smp_store_release(state.handed, 1)  # the scheduler's hand-over of the task
    kmap_local(cpu, state.maps, Task(), NEXT)


SCENARIO = Scenario(
    name="kmap_handover",
    title="The address of a local mapping used on another CPU",
    source=("mm/highmem.c:__kmap_local_pfn_prot()", "mm/highmem.c:kunmap_local_indexed()",
            "Documentation/mm/highmem.rst"),
    bad="the other CPU finds another page, or none, at the address",
    setup=setup,
    threads=(Thread("owner", owner), Thread("user", user)),
    outcome=lambda end: (end.user.used == 1) & (end.user.found != MINE),
    variants=(
        Variant("fixed", NEVER, "the mapping ends after the other CPU said that it is done; the kernel's rule is not "
                "to hand an address over at all", catalogue="T22_kmap_local_leak-fixed"),
        Variant("no_join", SOMETIMES, "the slot is re-used while the other CPU uses the address; no barrier helps",
                frozenset({"join"}), catalogue="T22_kmap_local_leak-leak_no_join"),
        Variant("stays_on_cpu", NEVER, "a task that holds a local mapping is not moved: migrate_disable()",
                threads={"owner": migrating}),
        Variant("moved", SOMETIMES, "the task goes on on another CPU, and its slot belongs to the next task",
                frozenset({"migrate_disable"}), threads={"owner": migrating}),
    ),
    pairs="the release store of the address pairs with its acquire load, that of done with the wait for it",
    history='5fbda3ecd14a "sched: highmem: Store local kmaps in task struct"',
    catalogue="G4",
)  # fmt: skip
