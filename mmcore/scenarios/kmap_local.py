"""Two CPUs map pages with kmap_local at the same time, without any lock."""

from __future__ import annotations

from mmcore.cpu import Cpu
from mmcore.memory import Memory
from mmcore.mm.highmem.highmem import LocalMaps, Task, access, kmap_local, kunmap_local
from mmcore.scenario import ALWAYS, NEVER, SOMETIMES, Scenario, Thread, Variant

A, B, C = 1, 2, 3


def setup(memory: Memory) -> LocalMaps:
    """Nothing is mapped."""
    return LocalMaps.make(memory, cpus=2, depth=2)


def copier(cpu: Cpu, maps: LocalMaps) -> None:
    """Maps one page and then another: both get the same slot of this CPU."""
    task = Task()
    for name, pfn in (("first", A), ("second", B)):
        address = kmap_local(cpu, maps, task, pfn)
        cpu.observe(name, access(cpu, address))
        kunmap_local(cpu, maps, task, address)


def other(cpu: Cpu, maps: LocalMaps) -> None:
    """Maps a third page on another CPU."""
    if not cpu.has("own_slots"):
        maps = LocalMaps((maps.windows[0],) * 2)
    task = Task()
    address = kmap_local(cpu, maps, task, C)
    cpu.observe("found", access(cpu, address))
    kunmap_local(cpu, maps, task, address)


SCENARIO = Scenario(
    name="kmap_local",
    title="kmap_local on two CPUs: no lock, no barrier, a local flush",
    source=("mm/highmem.c:__kmap_local_pfn_prot()", "mm/highmem.c:kunmap_local_indexed()"),
    bad="a task finds another page at the address that it mapped",
    setup=setup,
    threads=(Thread("copier", copier), Thread("other", other)),
    outcome=lambda end: (end.copier.first != A) | (end.copier.second != B) | (end.other.found != C),
    variants=(
        Variant("fixed", NEVER, "a slot and its TLB entry belong to one CPU, which sees its own writes in order"),
        Variant("no_local_flush", ALWAYS, "the TLB still holds the page that the slot had before",
                frozenset({"local_flush"})),
        Variant("shared_slots", SOMETIMES, "if the CPUs shared a slot, they would need a lock for it",
                frozenset({"own_slots"})),
    ),
    pairs="nothing pairs: each location is written and read by one CPU only",
    history='5fbda3ecd14a "sched: highmem: Store local kmaps in task struct"',
    catalogue="G4",
)  # fmt: skip
