"""Highmem mappings on the direct run: the right page is found, and broken rules are told."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmcore.direct.cpu import DirectCpu
from mmcore.errors import Misuse
from mmcore.memory import Memory
from mmcore.mm.highmem.highmem import (
    Address,
    LocalMaps,
    PkMap,
    Task,
    access,
    kmap,
    kmap_atomic,
    kmap_high,
    kmap_local,
    kmap_local_sched_in,
    kmap_local_sched_out,
    kunmap_atomic,
    kunmap_high,
    kunmap_local,
)

PAGES = 6
SLOTS = 3
CPUS = 2


@given(st.lists(st.tuples(st.sampled_from(["map", "unmap", "use"]), st.integers(1, PAGES), st.integers(0, CPUS - 1))))
@settings(max_examples=200)
def test_kmap_finds_the_page(steps: list[tuple[str, int, int]]) -> None:
    memory = Memory()
    pkmap = PkMap.make(memory, slots=SLOTS, cpus=CPUS)
    cpus = [DirectCpu(memory, number) for number in range(CPUS)]
    uses = dict.fromkeys(range(1, PAGES + 1), 0)
    where: dict[int, int] = {}
    for step, pfn, number in steps:
        if step == "map":
            slot = kmap_high(cpus[number], pkmap, pfn)
            if slot is None:
                assert sum(1 for count in uses.values() if count) == SLOTS
                continue
            uses[pfn] += 1
            where[pfn] = slot
        elif step == "unmap" and uses[pfn]:
            kunmap_high(cpus[number], pkmap, pfn)
            uses[pfn] -= 1
        elif step == "use" and uses[pfn]:
            assert pkmap.window.translate(cpus[number], where[pfn]) == pfn


def test_kunmap_without_kmap() -> None:
    memory = Memory()
    with pytest.raises(Misuse, match=r"as often as it was mapped .*kunmap_high"):
        kunmap_high(DirectCpu(memory), PkMap.make(memory, slots=1, cpus=1), 1)


@given(st.lists(st.one_of(st.integers(1, PAGES), st.just(0), st.just(-1)), max_size=30))
@settings(max_examples=200)
def test_local_mappings_find_their_pages(steps: list[int]) -> None:
    """A positive number maps that page, 0 unmaps the innermost one, -1 takes the task off its CPU and puts it back."""
    memory = Memory()
    maps, task, cpu = LocalMaps.make(memory, cpus=1), Task(), DirectCpu(memory)
    mapped: list[tuple[int, Address]] = []
    for step in steps:
        if step > 0 and len(mapped) < len(maps.windows[0].ptes):
            mapped.append((step, kmap_local(cpu, maps, task, step)))
        elif step == 0 and mapped:
            kunmap_local(cpu, maps, task, mapped.pop()[1])
        elif step == -1:
            kmap_local_sched_out(cpu, maps, task)
            kmap_local_sched_in(cpu, maps, task)
        assert [access(cpu, address) for _, address in mapped] == [pfn for pfn, _ in mapped]


@pytest.fixture
def local() -> tuple[DirectCpu, LocalMaps, Task]:
    memory = Memory()
    return DirectCpu(memory), LocalMaps.make(memory, cpus=2, depth=2), Task()


def test_out_of_order(local: tuple[DirectCpu, LocalMaps, Task]) -> None:
    first = kmap_atomic(*local, 1)
    kmap_atomic(*local, 2)
    with pytest.raises(Misuse, match=r"reverse order .*kunmap_local_indexed"):
        kunmap_atomic(*local, first)


def test_unmapped_twice(local: tuple[DirectCpu, LocalMaps, Task]) -> None:
    address = kmap_local(*local, 1)
    kunmap_local(*local, address)
    with pytest.raises(Misuse, match="reverse order"):
        kunmap_local(*local, address)


def test_unmapped_on_another_cpu(local: tuple[DirectCpu, LocalMaps, Task]) -> None:
    cpu, maps, task = local
    address = kmap_local(cpu, maps, task, 1)
    with pytest.raises(Misuse, match="on the CPU on which they began"):
        kunmap_local(DirectCpu(cpu.memory, 1), maps, task, address)


def test_too_many(local: tuple[DirectCpu, LocalMaps, Task]) -> None:
    for pfn in (1, 2):
        kmap_local(*local, pfn)
    with pytest.raises(Misuse, match="2 local mappings at most"):
        kmap_local(*local, 3)


def test_kmap_atomic_forbids_sleeping(local: tuple[DirectCpu, LocalMaps, Task]) -> None:
    cpu, maps, task = local
    pkmap = PkMap.make(cpu.memory, slots=1, cpus=1)
    address = kmap_atomic(cpu, maps, task, 1)
    with pytest.raises(Misuse, match="not called in atomic context"):
        kmap(cpu, pkmap, 2)
    kunmap_atomic(cpu, maps, task, address)
    assert kmap(cpu, pkmap, 2) == 0


def test_per_cpu_data_needs_preemption_disabled() -> None:
    memory = Memory()
    cells, cpu = memory.array("counter", CPUS), DirectCpu(memory, 1)
    with pytest.raises(Misuse, match=r"preemption disabled .*check_preemption_disabled"):
        cpu.this_cpu(cells)
    cpu.preempt_disable()
    assert cpu.this_cpu(cells) is cells[1]


def test_no_interrupt_is_sent_with_interrupts_off() -> None:
    cpu = DirectCpu(Memory())
    cpu.smp_call_function()
    cpu.local_irq_disable()
    with pytest.raises(Misuse, match=r"never go on .*smp_call_function_many_cond"):
        cpu.smp_call_function()
