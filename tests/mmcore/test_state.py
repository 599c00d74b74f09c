"""The mm core as a state machine: random calls, with the counts recounted and every byte remembered after each."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from errno import EFAULT, ENOMEM
from typing import TypeAlias

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from litmus import LitmusError
from mmcore.machine.audit import audit, survey
from mmcore.machine.machine import Machine, Shape
from mmcore.mm.fault.fault import VM_FAULT_OOM
from mmcore.mm.fault.mmu import Fatal
from mmcore.mm.gup.gup_fast import FOLL_LONGTERM, FOLL_WRITE, folio_is_longterm_pinnable
from mmcore.mm.mm_types import VM_READ, VM_SHARED, VM_WRITE, Mm
from mmcore.mm.page_alloc.mmzone import MIGRATE_CMA
from mmcore.mm.page_alloc.page import GUP_PIN_COUNTING_BIAS, Page, PG_lru
from mmcore.mm.page_alloc.page_alloc import GFP_COMP, GFP_HIGHUSER_MOVABLE, GFP_KERNEL
from tests.mmcore.rooms import in_its_room

SHAPE = Shape(normal=48, cma=16, movable=16, pageblock_order=3, cpus=2, levels=4, bits=2)
PROCESSES = 4
DONE: Counter[str] = Counter()
"""What the machine has done so far, to see that the rules reach it."""


@dataclass
class Word:
    """One word of memory as the programs see it: shared by all mappings of it, or of one process alone."""

    value: int = 0


@dataclass
class Process:
    """What a process should see: a word for each mapped address; `shared` are the addresses of shared memory."""

    mm: Mm
    words: dict[int, Word] = field(default_factory=dict)
    shared: set[int] = field(default_factory=set)
    read_only: set[int] = field(default_factory=set)


@dataclass
class Pin:
    """A pin, and the word that it should see; None for the page of zeros, which may be replaced at any time."""

    page: Page
    word: Word | None
    write: bool


spots = st.integers(0, 2047)
"""Chooses a CPU, a process, and an address of it; small numbers also one thing out of a list."""

small = st.integers(0, 63)


class Core(RuleBasedStateMachine):
    """Random calls on one machine, beside what they should do."""

    def __init__(self) -> None:
        super().__init__()
        self.machine = Machine(SHAPE)
        self.processes: list[Process] = []
        self.pins: list[Pin] = []
        self.references: list[Page] = []
        self.blocks: list[tuple[Page, int]] = []
        self.ranges: list[list[Page]] = []
        self.clock = 0
        self.spawn()

    # --- programs -----------------------------------------------------------------------------------------

    def chosen(self, spot: int) -> tuple[Process, int, int]:
        """A process, an address, mostly one that is mapped, and a CPU."""
        process = self.processes[spot // 2 % len(self.processes)]
        known = [*process.words, 200]
        return process, known[spot // 8 % len(known)], spot % 2

    @precondition(lambda self: len(self.processes) < PROCESSES)
    @rule()
    def spawn(self) -> None:
        """A process with some memory; it comes without if there is none left for its page table."""
        try:
            self.processes.append(Process(self.machine.spawn()))
        except OSError as error:
            assert error.errno == ENOMEM
        else:
            self.map(self.processes[-1], 3, "private")
            self.map(self.processes[-1], 2, "shared")

    @rule(spot=spots, kind=st.sampled_from(["private", "private", "shared", "constant"]))
    def mmap(self, spot: int, kind: str) -> None:
        process, _, _ = self.chosen(spot)
        if len(process.words) < 10:
            self.map(process, 1 + spot // 8 % 4, kind)

    def map(self, process: Process, length: int, kind: str) -> None:
        flags = VM_READ | (0 if kind == "constant" else VM_WRITE) | (VM_SHARED if kind == "shared" else 0)
        vma = self.machine.mmap(process.mm, length, flags)
        addresses = set(range(vma.start, vma.end))
        assert len(addresses) == length and not addresses & set(process.words)
        process.words |= {address: Word() for address in sorted(addresses)}
        process.shared |= addresses if kind == "shared" else set()
        process.read_only |= addresses if kind == "constant" else set()

    @rule(spot=spots, length=st.integers(1, 2))
    def munmap(self, spot: int, length: int) -> None:
        process, start, cpu = self.chosen(spot)
        self.machine.munmap(process.mm, start, length, cpu)
        for address in range(start, start + length):
            process.words.pop(address, None)
            process.shared.discard(address)
            process.read_only.discard(address)
        DONE["munmap"] += 1

    @rule(spot=spots, writes=st.integers(0, 2))
    def access(self, spot: int, writes: int) -> None:
        """A read and some writes, from both CPUs: what programs do most."""
        process, address, cpu = self.chosen(spot)
        self.read(process, address, cpu)
        for i in range(writes):
            self.write(process, address, (cpu + i + 1) % 2)

    @rule(spot=spots)
    def write_first(self, spot: int) -> None:
        self.write(*self.chosen(spot))

    def read(self, process: Process, address: int, cpu: int) -> None:
        try:
            value = self.machine.read(process.mm, address, cpu)
        except Fatal as fatal:
            assert fatal.reason == VM_FAULT_OOM or address not in process.words
        else:
            assert value == process.words[address].value, "a process reads what it did not write"
            DONE["read"] += 1

    def write(self, process: Process, address: int, cpu: int) -> None:
        self.clock += 1
        try:
            self.machine.write(process.mm, address, self.clock, cpu)
        except Fatal as fatal:
            assert fatal.reason == VM_FAULT_OOM or not self.may(process, address, FOLL_WRITE)
        else:
            assert self.may(process, address, FOLL_WRITE)
            process.words[address].value = self.clock
            DONE["write"] += 1

    @precondition(lambda self: len(self.processes) < PROCESSES)
    @rule(spot=spots)
    def fork(self, spot: int) -> None:
        parent, _, cpu = self.chosen(spot)
        try:
            child = self.machine.fork(parent.mm, cpu)
        except OSError as error:
            assert error.errno == ENOMEM
            return
        words = {a: word if a in parent.shared else Word(word.value) for a, word in parent.words.items()}
        self.processes.append(Process(child, words, set(parent.shared), set(parent.read_only)))
        DONE["fork"] += 1

    @precondition(lambda self: len(self.processes) > 1)
    @rule(spot=spots)
    def exit(self, spot: int) -> None:
        process, _, cpu = self.chosen(spot)
        self.processes.remove(process)
        self.machine.exit(process.mm, cpu)
        DONE["exit"] += 1

    # --- drivers ------------------------------------------------------------------------------------------

    @rule(spot=spots, how=st.sampled_from([0, FOLL_WRITE, FOLL_LONGTERM, FOLL_WRITE | FOLL_LONGTERM]),
          way=st.sampled_from([(1, False), (2, False), (1, True), (2, True)]))  # fmt: skip
    def pin(self, spot: int, how: int, way: tuple[int, bool]) -> None:
        process, start, cpu = self.chosen(spot)
        count, fast = way
        try:
            pages = self.machine.pin(process.mm, start, count, how, cpu, fast)
        except OSError as error:
            assert error.errno == ENOMEM or (error.errno == EFAULT and not self.may(process, start, how))
            return
        for address, page in enumerate(pages, start):
            assert self.may(process, address, how)
            zero = page is self.machine.system.zero_page
            assert not (zero and how), "the page of zeros is never written, nor kept for good"
            assert not how & FOLL_LONGTERM or folio_is_longterm_pinnable(self.machine.cpus[0], page)
            self.pins.append(Pin(page, None if zero else process.words[address], bool(how & FOLL_WRITE)))
            DONE["pin long" if how & FOLL_LONGTERM else "pin fast" if fast else "pin"] += 1

    @staticmethod
    def may(process: Process, address: int, how: int) -> bool:
        """Whether a process may write, or only read, at an address."""
        return address in process.words and not (how & FOLL_WRITE and address in process.read_only)

    @precondition(lambda self: self.pins)
    @rule(which=small)
    def unpin(self, which: int) -> None:
        self.machine.unpin(self.pins.pop(which % len(self.pins)).page)

    @precondition(lambda self: any(pin.write for pin in self.pins))
    @rule()
    def dma(self) -> None:
        """Devices write through all pins that permit it."""
        for pin in self.pins:
            if pin.write and pin.word is not None:
                self.clock += 1
                self.machine.dma_write(pin.page, self.clock)
                pin.word.value = self.clock
                DONE["dma"] += 1

    @rule(spot=spots, how=st.sampled_from([0, FOLL_WRITE]))
    def get(self, spot: int, how: int) -> None:
        process, address, cpu = self.chosen(spot)
        try:
            pages = self.machine.get(process.mm, address, 1, how, cpu)
        except OSError:
            return
        self.references += [page for page in pages if page is not self.machine.system.zero_page]
        DONE["get"] += 1

    @precondition(lambda self: self.references)
    @rule(which=small)
    def put(self, which: int) -> None:
        self.machine.put(self.references.pop(which % len(self.references)))

    # --- the kernel itself --------------------------------------------------------------------------------

    @rule(which=small)
    def migrate(self, which: int) -> None:
        movable = [page for page in self.machine.system.node.mem_map if page.flags.value >> PG_lru & 1]
        if movable:
            page = movable[which % len(movable)]
            used = self.held()[page.pfn]
            moved = self.machine.migrate(page, which % 2)
            assert not (moved and used), "a page with foreign references was moved"
            DONE["migrate" if moved else "stay"] += 1

    @precondition(lambda self: len(self.blocks) < 4)
    @rule(order=st.integers(0, 3), gfp=st.sampled_from([GFP_KERNEL, GFP_KERNEL | GFP_COMP, GFP_HIGHUSER_MOVABLE]))
    def alloc(self, order: int, gfp: int) -> None:
        page = self.machine.alloc(order, gfp)
        if page is not None:
            self.blocks.append((page, order))
            DONE["alloc"] += 1

    @precondition(lambda self: self.blocks)
    @rule(which=small)
    def free(self, which: int) -> None:
        self.machine.free(*self.blocks.pop(which % len(self.blocks)), which % 2)

    @precondition(lambda self: len(self.ranges) < 2)
    @rule(count=st.integers(1, 16))
    def cma_alloc(self, count: int) -> None:
        pages = self.machine.cma_alloc(count)
        if pages is not None:
            assert [page.pfn for page in pages] == list(range(pages[0].pfn, pages[0].pfn + count))
            self.ranges.append(pages)
        DONE["cma busy" if pages is None else "cma"] += 1

    @precondition(lambda self: self.ranges)
    @rule(which=small)
    def cma_release(self, which: int) -> None:
        self.machine.cma_release(self.ranges.pop(which % len(self.ranges)))

    # --- what must hold -----------------------------------------------------------------------------------

    def held(self) -> Counter[int]:
        """The references that users of the machine hold, by page frame."""
        held = Counter(page.pfn for page in self.references)
        for page, order in self.blocks:
            held[page.pfn] += 1
            held.update({page.pfn + i: 0 for i in range(1, 1 << order)})
        held.update(page.pfn for pages in self.ranges for page in pages)
        for pin in self.pins:
            held[pin.page.pfn] += GUP_PIN_COUNTING_BIAS if pin.page.zone else 0
        return held

    @invariant()
    def everything_is_right(self) -> None:
        assert list(audit(self.machine.system, self.held())) == []
        kinds = [block.value == MIGRATE_CMA for block in self.machine.system.node.zones[0].blocks]
        assert kinds == [False] * 4 + [True] * 2, "the CMA area is not where it was"
        for process in self.processes:
            self.contents_are_right(process)
        for pin in self.pins:
            assert pin.word is None or pin.page.data.value == pin.word.value, "a pin sees another page than its process"

    @staticmethod
    def contents_are_right(process: Process) -> None:
        present = {entry.address: entry.page for entry in survey(process.mm).entries}
        for address, word in process.words.items():
            page = present.get(address)
            if page is not None:
                assert page.data.value == word.value, "a process sees what it did not write"
            elif address not in process.shared:
                assert word.value == 0, "what a process wrote is gone"

    def teardown(self) -> None:
        """At the end all memory comes back."""
        for process in self.processes:
            self.machine.exit(process.mm)
        for pin in self.pins:
            self.machine.unpin(pin.page)
        for page in self.references:
            self.machine.put(page)
        for block in self.blocks:
            self.machine.free(*block)
        for pages in self.ranges:
            self.machine.cma_release(pages)
        assert list(audit(self.machine.system, {})) == []
        assert not self.machine.system.files and not self.machine.system.anon_vmas


def run(examples: int) -> None:
    """Runs random programs; raises what the first failing one raises."""
    chosen = settings(max_examples=examples, stateful_step_count=100, deadline=None, database=None, derandomize=True,
                      suppress_health_check=list(HealthCheck), report_multiple_bugs=False)  # fmt: skip
    run_state_machine_as_test(Core, settings=chosen)


def test_ten_thousand_random_calls() -> None:
    DONE.clear()
    run(100)
    wanted = "read, write, fork, exit, munmap, pin, pin fast, pin long, dma, get, migrate, stay, alloc, cma, cma busy"
    assert all(DONE[name] > 10 for name in wanted.split(", ")), DONE


# --- the core with one step left out ----------------------------------------------------------------------------------


Step: TypeAlias = Callable[[Core], None]


def nothing(*arguments: object) -> None:
    """In place of a step."""


MUTANTS: dict[str, dict[str, object]] = {
    "copy-on-write does not copy": {"fault.copy_page": nothing},
    "copy-on-write does not flush": {"fault.flush_tlb_page": nothing},
    "every page is reused on a write": {"fault.can_reuse": lambda cpu, page: True},
    "fresh memory is not zeroed": {"fault.GFP_ZERO": 0},
    "fork does not flush": {"fork.flush_tlb_mm": nothing},
    "fork does not write-protect": {"fork.pte_wrprotect": lambda pte: pte},
    "fork shares pinned pages": {"rmap.folio_needs_cow_for_dma": lambda cpu, vma, page: False},
    "fork leaves pages exclusive": {"rmap.page_clear": nothing},
    "fork takes no reference": {"fork.folio_get": nothing},
    "unmapping does not flush": {"tlb.flush_tlb_mm_range": nothing},
    "unmapping forgets the mapping": {"unmap.folio_remove_rmap_pte": nothing},
    "unmapping forgets the reference": {"tlb.put_page": nothing},
    "a CPU that switches ignores what it missed": {"tlb.forget": nothing},
    "migration does not look for pins and references": {
        "migration.folio_try_share_anon_rmap_pte": lambda cpu, page: True,
        "migration.folio_ref_count": lambda cpu, page: 1,
        "migrate.folio_ref_count": lambda cpu, page: 2,
        "migrate.folio_ref_freeze": lambda cpu, page, count, label: True,
    },
    "migration does not copy": {"migration.folio_migrate_copy": nothing, "migrate.folio_migrate_copy": nothing},
    "migration does not flush": {"migration.flush_tlb_page": nothing},
    "a pin for reading does not unshare": {"gup.gup_must_unshare": lambda cpu, vma, flags, page: False},
    "a long-term pin stays where it is": {"gup.migrate_unpinnable": nothing},
    "a pin counts like a reference": {"pin.folio_add_pins": lambda cpu, page, pins: cpu.atomic_inc(page.refcount)},
    "the buddy allocator does not merge": {"buddy.find_buddy": nothing},
    "the buddy allocator loses what it splits off": {"rmqueue.expand": nothing},
    "CMA blocks are merged with others": {"buddy.migratetype_is_mergeable": lambda kind: True},
}
"""Steps that are left out: names in mmcore.mm, and what stands in their place."""


def written(spot: int) -> Step:
    """A process writes at an address."""
    return lambda core: core.write_first(spot)


def pinned(how: int) -> Step:
    """A device pins the first page of the first process."""
    return lambda core: core.pin(0, how, (1, False))


def taken(count: int) -> Step:
    """A range of pages comes from the CMA area."""
    return lambda core: core.cma_alloc(count)


WRITTEN, FORKED = written(0), lambda core: core.fork(0)
MIGRATED, UNMAPPED = lambda core: core.migrate(0), lambda core: core.munmap(0, 1)

SCRIPTS: dict[str, tuple[Step, ...]] = {
    "copy-on-write does not copy": (WRITTEN, FORKED, pinned(FOLL_LONGTERM)),
    "copy-on-write does not flush": (lambda core: core.access(0, 1),),
    "every page is reused on a write": (WRITTEN, FORKED, WRITTEN),
    "fresh memory is not zeroed": (written(8), MIGRATED, pinned(FOLL_WRITE)),
    "fork does not flush": (WRITTEN, FORKED, WRITTEN),
    "fork does not write-protect": (WRITTEN, FORKED),
    "fork shares pinned pages": (pinned(FOLL_WRITE), FORKED, lambda core: core.dma()),
    "fork leaves pages exclusive": (WRITTEN, FORKED),
    "fork takes no reference": (WRITTEN, FORKED),
    "unmapping does not flush": (WRITTEN, UNMAPPED),
    "unmapping forgets the mapping": (WRITTEN, UNMAPPED),
    "unmapping forgets the reference": (WRITTEN, UNMAPPED),
    "a CPU that switches ignores what it missed": (WRITTEN, FORKED),
    "migration does not look for pins and references": (pinned(FOLL_WRITE), MIGRATED),
    "migration does not copy": (WRITTEN, MIGRATED),
    "migration does not flush": (WRITTEN, MIGRATED),
    "a pin for reading does not unshare": (pinned(FOLL_LONGTERM),),
    "a long-term pin stays where it is": (WRITTEN, pinned(FOLL_LONGTERM)),
    "a pin counts like a reference": (pinned(FOLL_WRITE),),
    "the buddy allocator does not merge": (taken(2), taken(1), lambda core: core.cma_release(0), taken(3)),
    "the buddy allocator loses what it splits off": (),
    "CMA blocks are merged with others": (),
}
"""Calls that show it: the same in every run, where random ones depend on what hypothesis finds in loaded modules."""


def play(name: str) -> None:
    """A fresh machine, the calls of a script, and the end, with a look at everything after each."""
    core = Core()
    core.everything_is_right()
    for step in SCRIPTS[name]:
        step(core)
        core.everything_is_right()
    core.teardown()


@pytest.mark.parametrize("name", MUTANTS)
def test_a_step_that_is_left_out_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    play(name)
    for place, substitute in MUTANTS[name].items():
        monkeypatch.setattr(in_its_room(place), substitute)
    with pytest.raises((AssertionError, LitmusError)):
        play(name)
