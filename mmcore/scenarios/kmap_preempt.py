"""A task is preempted while it holds a local mapping, and the next task on the CPU maps a page at the same slot."""

from __future__ import annotations

from dataclasses import dataclass

from mmcore.cpu import Cpu
from mmcore.memory import Cell, Memory
from mmcore.mm.highmem.highmem import (
    LocalMaps,
    Task,
    access,
    kmap_atomic,
    kmap_local,
    kmap_local_sched_in,
    kmap_local_sched_out,
)
from mmcore.scenario import NEVER, SOMETIMES, Scenario, Thread, Variant

MINE, THEIRS = 1, 2


@dataclass(frozen=True, slots=True)
class State:
    """The slots of the CPU, and whether it is to reschedule."""

    maps: LocalMaps
    need_resched: Cell


def setup(memory: Memory) -> State:
    """Nothing is mapped."""
    return State(LocalMaps.make(memory, cpus=2, depth=1), memory.cell("need_resched"))


def local_mapper(cpu: Cpu, state: State) -> None:
    """Holds a mapping of kmap_local; other tasks may run meanwhile."""
    task = Task()
    address = kmap_local(cpu, state.maps, task, MINE)
    preempt(cpu, state, task)
    cpu.observe("found", access(cpu, address))


def atomic_mapper(cpu: Cpu, state: State) -> None:
    """Holds a mapping of kmap_atomic; no other task runs meanwhile."""
    task = Task()
    address = kmap_atomic(cpu, state.maps, task, MINE)
    preempt(cpu, state, task)
    cpu.observe("found", access(cpu, address))


def preempt(cpu: Cpu, state: State, task: Task) -> None:
    """preempt_schedule(): if asked for and permitted, another task runs here, maps a page and uses it."""
    if cpu.preempt_count or not cpu.read_once(state.need_resched):
        return
    if cpu.has("sched_out"):
        kmap_local_sched_out(cpu, state.maps, task)
    next_task = Task()
    access(cpu, kmap_local(cpu, state.maps, next_task, THEIRS))
    if cpu.has("sched_out"):
        kmap_local_sched_out(cpu, state.maps, next_task)
        kmap_local_sched_in(cpu, state.maps, task)


def waker(cpu: Cpu, state: State) -> None:
    """Another CPU wakes a task that is to run instead: resched_curr()."""
    cpu.write_once(state.need_resched, 1)


SCENARIO = Scenario(
    name="kmap_preempt",
    title="Preemption inside a local mapping",
    source=("mm/highmem.c:__kmap_local_sched_out()", "mm/highmem.c:__kmap_local_sched_in()",
            "include/linux/highmem-internal.h:kmap_atomic()"),
    bad="the task finds the page of another task at its address",
    setup=setup,
    threads=(Thread("mapper", local_mapper), Thread("waker", waker)),
    outcome=lambda end: end.mapper.found != MINE,
    variants=(
        Variant("fixed", NEVER, "the scheduler takes a task's mappings off the CPU and puts them back"),
        Variant("kmap_atomic", NEVER, "with preemption disabled nobody else uses the slot",
                frozenset({"sched_out"}), threads={"mapper": atomic_mapper}),
        Variant("no_sched_out", SOMETIMES, "the next task's mapping stays at the slot", frozenset({"sched_out"})),
    ),
    pairs="nothing pairs: the tasks of one CPU run one after the other",
    history='5fbda3ecd14a "sched: highmem: Store local kmaps in task struct"',
    catalogue="G4",
)  # fmt: skip
