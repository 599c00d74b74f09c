"""Mapping highmem pages into the kernel: kmap() and its PKMap slots, kmap_local and its slots per CPU.

A page is known by its frame number, 1 or more; 0 is none.  A TLB is a cell for each address that a CPU may use: what
the CPU loaded from the page table when it last used the address, until it is flushed.

Source: mm/highmem.c of Linux 6.12 (kmap_high(), kunmap_high(), map_new_virtual(), flush_all_zero_pkmaps(),
__kmap_local_pfn_prot(), kunmap_local_indexed(), __kmap_local_sched_out(), __kmap_local_sched_in());
Documentation/mm/highmem.rst.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mmcore.cpu import Cpu
from mmcore.errors import Misuse
from mmcore.memory import Array, Cell, Memory

KM_MAX_IDX = 16
"""Nested local mappings of one task, at most (arch/x86/include/asm/kmap_size.h)."""


@dataclass(frozen=True, slots=True)
class Window:
    """A range of kernel addresses: its page-table entries, and for each CPU what its TLB holds of them."""

    ptes: Array
    tlbs: tuple[Array, ...]

    @staticmethod
    def make(memory: Memory, name: str, size: int, cpus: int) -> Window:
        """A window without mappings."""
        tlbs = tuple(memory.array(f"tlb{cpu}.{name}", size) for cpu in range(cpus))
        return Window(memory.array(name, size), tlbs)

    def set_pte(self, cpu: Cpu, slot: int, pfn: Any) -> None:
        """Maps a page at a slot."""
        cpu.write_once(self.ptes[slot], pfn)

    def translate(self, cpu: Cpu, slot: int) -> Any:
        """The page that this CPU finds at a slot: what its TLB holds, or else what it loads from the page table."""
        cached = cpu.read_once(self.tlbs[cpu.number][slot])
        if cached:
            return cached
        loaded = cpu.read_once(self.ptes[slot])
        cpu.write_once(self.tlbs[cpu.number][slot], loaded)
        return loaded

    def flush_local(self, cpu: Cpu, slot: int) -> None:
        """Makes this CPU forget a slot: flush_tlb_one_kernel()."""
        cpu.write_once(self.tlbs[cpu.number][slot], 0)

    def flush_all(self, cpu: Cpu, slot: int) -> None:
        """Makes every CPU forget a slot, and waits until they have: flush_tlb_kernel_range()."""
        for tlb in self.tlbs:
            cpu.write_once(tlb[slot], 0)
        cpu.smp_mb()  # the interrupt is answered before the flush returns


# --- kmap(): slots for everyone -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PkMap:
    """The PKMap: slots that every CPU may use.

    `counts`: pkmap_count; 0 free, 1 unused but perhaps still in some TLB, 2 and more in use.  `pages`: for each slot
    the page whose page_address() it is, or 0 (page_address_maps).  `lock`: kmap_lock, under which all of it changes.
    """

    window: Window
    counts: Array
    pages: Array
    lock: Cell

    @staticmethod
    def make(memory: Memory, slots: int, cpus: int) -> PkMap:
        """Slots that are all free."""
        window = Window.make(memory, "pkmap", slots, cpus)
        return PkMap(window, memory.array("pkmap_count", slots), memory.array("page_address_maps", slots),
                     memory.cell("kmap_lock"))  # fmt: skip


def kmap(cpu: Cpu, pkmap: PkMap, pfn: int) -> int | None:
    """kmap_high() for who may sleep; raises Misuse in atomic context (include/linux/highmem-internal.h:kmap())."""
    cpu.might_sleep("kmap()")
    return kmap_high(cpu, pkmap, pfn)


def kmap_high(cpu: Cpu, pkmap: PkMap, pfn: int) -> int | None:
    """Maps a page where every CPU finds it; its slot, or None if none is free (the kernel waits for one)."""
    with cpu.spinlock(pkmap.lock, label="kmap_lock"):
        slot = page_address(cpu, pkmap, pfn)
        if slot is None:
            slot = map_new_virtual(cpu, pkmap, pfn)
        if slot is not None:
            _count(cpu, pkmap, slot, +1)
        return slot


def kmap_high_get(cpu: Cpu, pkmap: PkMap, pfn: int) -> int | None:
    """Uses the mapping that a page has; its slot, or None if it has none."""
    with cpu.spinlock(pkmap.lock, label="kmap_lock"):
        slot = page_address(cpu, pkmap, pfn)
        if slot is not None:
            _count(cpu, pkmap, slot, +1)
        return slot


def kunmap_high(cpu: Cpu, pkmap: PkMap, pfn: int) -> None:
    """Ends one use of a mapping; raises Misuse if there is none.  The entry stays until the next flush."""
    with cpu.spinlock(pkmap.lock, label="kmap_lock"):
        slot = page_address(cpu, pkmap, pfn)
        if slot is None or _count(cpu, pkmap, slot, -1) < 1:
            raise Misuse(f"kunmap({pfn})", "a page is unmapped as often as it was mapped", "mm/highmem.c:kunmap_high()")


def page_address(cpu: Cpu, pkmap: PkMap, pfn: int) -> int | None:
    """The slot at which a page is mapped, or None."""
    return next((slot for slot, page in enumerate(pkmap.pages) if cpu.read_once(page) == pfn), None)


def _count(cpu: Cpu, pkmap: PkMap, slot: int, change: int) -> Any:
    """Changes the count of a slot; the new one."""
    count = cpu.read_once(pkmap.counts[slot]) + change
    cpu.write_once(pkmap.counts[slot], count)
    return count


def map_new_virtual(cpu: Cpu, pkmap: PkMap, pfn: int) -> int | None:
    """Gives a page a slot of its own; None if all are in use.  The caller holds kmap_lock.

    Each search begins with a flush; the kernel's goes on where the last one ended, and flushes when it wraps.
    """
    flush_all_zero_pkmaps(cpu, pkmap)
    for slot, count in enumerate(pkmap.counts):
        if cpu.read_once(count) == 0:
            pkmap.window.set_pte(cpu, slot, pfn)
            cpu.write_once(count, 1)
            cpu.write_once(pkmap.pages[slot], pfn)
            return slot
    return None


def flush_all_zero_pkmaps(cpu: Cpu, pkmap: PkMap) -> None:
    """Frees the slots that nobody uses any more: their entries go first, then what the TLBs hold of them."""
    for slot, count in enumerate(pkmap.counts):
        if cpu.read_once(count) == 1:
            cpu.write_once(count, 0)
            pkmap.window.set_pte(cpu, slot, 0)
            cpu.write_once(pkmap.pages[slot], 0)
            if cpu.has("flush"):
                pkmap.window.flush_all(cpu, slot)


# --- kmap_local: slots for one CPU ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LocalMaps:
    """The slots of kmap_local: each CPU has its own, and so needs no lock for them."""

    windows: tuple[Window, ...]

    @staticmethod
    def make(memory: Memory, cpus: int, depth: int = KM_MAX_IDX) -> LocalMaps:
        """Slots without mappings, `depth` for each CPU."""
        return LocalMaps(tuple(Window.make(memory, f"kmap{cpu}", depth, cpus) for cpu in range(cpus)))


@dataclass(frozen=True, slots=True)
class Address:
    """What kmap_local gives: a slot of one CPU's window."""

    window: Window
    slot: int


@dataclass(slots=True)
class Task:
    """A task and the pages that it has mapped locally, the innermost last (task_struct.kmap_ctrl)."""

    kmap_ctrl: list[int] = field(default_factory=list)


def kmap_local(cpu: Cpu, maps: LocalMaps, task: Task, pfn: int) -> Address:
    """Maps a page for the running task at the next slot of this CPU; raises Misuse if the task has too many.

    No lock: only this CPU uses the slot, and the task stays on it (migrate_disable()).
    """
    window = maps.windows[cpu.number]
    if len(task.kmap_ctrl) == len(window.ptes):
        rule = f"a task holds {len(window.ptes)} local mappings at most"
        raise Misuse("kmap_local_page()", rule, "mm/highmem.c:kmap_local_idx_push()")
    task.kmap_ctrl.append(pfn)
    address = Address(window, len(task.kmap_ctrl) - 1)
    window.set_pte(cpu, address.slot, pfn)
    return address


def kunmap_local(cpu: Cpu, maps: LocalMaps, task: Task, address: Address) -> None:
    """Ends the innermost mapping; raises Misuse for any other.  Flushes the TLB of this CPU only."""
    if address != Address(maps.windows[cpu.number], len(task.kmap_ctrl) - 1):
        rule = "local mappings end in the reverse order in which they began, on the CPU on which they began"
        raise Misuse("kunmap_local()", rule, "mm/highmem.c:kunmap_local_indexed(); Documentation/mm/highmem.rst")
    address.window.set_pte(cpu, address.slot, 0)
    if cpu.has("local_flush"):
        address.window.flush_local(cpu, address.slot)
    task.kmap_ctrl.pop()


def kmap_atomic(cpu: Cpu, maps: LocalMaps, task: Task, pfn: int) -> Address:
    """kmap_local() with preemption disabled, so that the task is not even interrupted by another one."""
    cpu.preempt_disable()
    return kmap_local(cpu, maps, task, pfn)


def kunmap_atomic(cpu: Cpu, maps: LocalMaps, task: Task, address: Address) -> None:
    """Ends a mapping of kmap_atomic()."""
    kunmap_local(cpu, maps, task, address)
    cpu.preempt_enable()


def access(cpu: Cpu, address: Address) -> Any:
    """The page that this CPU finds at an address."""
    return address.window.translate(cpu, address.slot)


def kmap_local_sched_out(cpu: Cpu, maps: LocalMaps, task: Task) -> None:
    """Takes the mappings of a task that stops running off its CPU."""
    for slot in range(len(task.kmap_ctrl)):
        maps.windows[cpu.number].set_pte(cpu, slot, 0)
        maps.windows[cpu.number].flush_local(cpu, slot)


def kmap_local_sched_in(cpu: Cpu, maps: LocalMaps, task: Task) -> None:
    """Puts the mappings of a task that runs again back."""
    for slot, pfn in enumerate(task.kmap_ctrl):
        maps.windows[cpu.number].set_pte(cpu, slot, pfn)
