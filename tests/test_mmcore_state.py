"""The mm core as a state machine: random calls, with the counts recounted and every byte remembered after each."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from errno import EFAULT, ENOMEM

import pytest
from hypothesis import Phase, Verbosity, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

import mmcore.core.fault
import mmcore.core.fork
import mmcore.core.migration
import mmcore.core.page_alloc
import mmcore.core.pin
import mmcore.core.rmap
import mmcore.core.tlb
import mmcore.core.unmap
from mmcore.audit import audit, entries
from mmcore.core.gup_fast import FOLL_LONGTERM, FOLL_WRITE
from mmcore.core.longterm import page_is_longterm_pinnable
from mmcore.core.mm_types import VM_READ, VM_SHARED, VM_WRITE, Mm
from mmcore.core.mmu import Fatal
from mmcore.core.page import GUP_PIN_COUNTING_BIAS, PG_lru, Page
from mmcore.core.page_alloc import GFP_COMP, GFP_HIGHUSER_MOVABLE, GFP_KERNEL
from mmcore.machine import Machine, Shape

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

    def process(self, n: int) -> Process:
        return self.processes[n % len(self.processes)]

    def address(self, process: Process, n: int) -> int:
        """Mostly an address that is mapped."""
        known = [*process.words, 200]
        return known[n % len(known)]

    @precondition(lambda self: len(self.processes) < PROCESSES)
    @rule()
    def spawn(self) -> None:
        """A process with some memory; it comes without if there is none left for its page table."""
        try:
            self.processes.append(Process(self.machine.spawn()))
        except OSError as error:
            assert error.errno == ENOMEM
        else:
            self.mmap(-1, 3, "private")
            self.mmap(-1, 2, "shared")

    @rule(who=small, length=st.integers(1, 4), kind=st.sampled_from("private private shared constant".split()))
    def mmap(self, who: int, length: int, kind: str) -> None:
        process = self.process(who)
        flags = VM_READ | (0 if kind == "constant" else VM_WRITE) | (VM_SHARED if kind == "shared" else 0)
        if len(process.words) > 9:
            return
        vma = self.machine.mmap(process.mm, length, flags)
        for address in range(vma.start, vma.end):
            assert address not in process.words
            process.words[address] = Word()
        addresses = set(range(vma.start, vma.end))
        process.shared |= addresses if kind == "shared" else set()
        process.read_only |= addresses if kind == "constant" else set()

    @rule(who=small, where=small, length=st.integers(1, 2))
    def munmap(self, who: int, where: int, length: int) -> None:
        process = self.process(who)
        start = self.address(process, where)
        self.machine.munmap(process.mm, start, length)
        for address in range(start, start + length):
            process.words.pop(address, None)
            process.shared.discard(address)
            process.read_only.discard(address)
        DONE["munmap"] += 1

    @rule(who=small, where=small, cpu=st.integers(0, 1), again=st.integers(0, 2))
    def access(self, who: int, where: int, cpu: int, again: int) -> None:
        """A read and some writes: what programs do most."""
        self.read(who, where, cpu)
        for i in range(again):
            self.write(who, where + i, cpu)

    def read(self, who: int, where: int, cpu: int) -> None:
        process = self.process(who)
        address = self.address(process, where)
        try:
            value = self.machine.read(process.mm, address, cpu)
        except Fatal as fatal:
            assert fatal.reason == 1 or address not in process.words
        else:
            assert value == process.words[address].value
            DONE["read"] += 1

    @rule(who=small, where=small, cpu=st.integers(0, 1))
    def write(self, who: int, where: int, cpu: int) -> None:
        process = self.process(who)
        address = self.address(process, where)
        self.clock += 1
        try:
            self.machine.write(process.mm, address, self.clock, cpu)
        except Fatal as fatal:
            assert fatal.reason == 1 or address not in process.words or address in process.read_only
        else:
            assert address not in process.read_only
            process.words[address].value = self.clock
            DONE["write"] += 1

    @precondition(lambda self: len(self.processes) < PROCESSES)
    @rule(who=small)
    def fork(self, who: int) -> None:
        parent = self.process(who)
        try:
            child = self.machine.fork(parent.mm)
        except OSError as error:
            assert error.errno == ENOMEM
            return
        words = {a: word if a in parent.shared else Word(word.value) for a, word in parent.words.items()}
        self.processes.append(Process(child, words, set(parent.shared), set(parent.read_only)))
        DONE["fork"] += 1

    @precondition(lambda self: len(self.processes) > 1)
    @rule(who=small)
    def exit(self, who: int) -> None:
        process = self.processes.pop(who % len(self.processes))
        self.machine.exit(process.mm)
        DONE["exit"] += 1

    # --- drivers ------------------------------------------------------------------------------------------

    @rule(who=small, where=small, count=st.integers(1, 2), how=st.sampled_from([0, FOLL_WRITE]), long=st.booleans(),
          fast=st.booleans())  # fmt: skip
    def pin(self, who: int, where: int, count: int, how: int, long: bool, fast: bool) -> None:
        process = self.process(who)
        start = self.address(process, where)
        try:
            pages = self.machine.pin(process.mm, start, count, how | (FOLL_LONGTERM if long else 0), fast=fast)
        except OSError as error:
            assert error.errno == ENOMEM or (error.errno == EFAULT and not self.may(process, start, how))
            return
        for address, page in enumerate(pages, start):
            assert self.may(process, address, how)
            zero = page is self.machine.system.zero_page
            assert not (zero and (how or long)), "the page of zeros is never written, nor kept for good"
            assert not long or page_is_longterm_pinnable(self.machine.cpus[0], page)
            self.pins.append(Pin(page, None if zero else process.words[address], bool(how)))
            DONE["pin long" if long else "pin fast" if fast else "pin"] += 1

    @staticmethod
    def may(process: Process, address: int, how: int) -> bool:
        return address in process.words and not (how and address in process.read_only)

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

    @rule(who=small, where=small, how=st.sampled_from([0, FOLL_WRITE]))
    def get(self, who: int, where: int, how: int) -> None:
        process = self.process(who)
        try:
            pages = self.machine.get(process.mm, self.address(process, where), 1, how)
        except OSError:
            return
        self.references += [page for page in pages if page is not self.machine.system.zero_page]
        DONE["get"] += 1

    @precondition(lambda self: self.references)
    @rule(which=small)
    def put(self, which: int) -> None:
        self.machine.put(self.references.pop(which % len(self.references)))

    # --- the kernel itself --------------------------------------------------------------------------------

    @rule(which=small, cpu=st.integers(0, 1))
    def migrate(self, which: int, cpu: int) -> None:
        movable = [page for page in self.machine.system.node.mem_map if page.flags.value >> PG_lru & 1]
        if movable:
            page = movable[which % len(movable)]
            used = self.held()[page.pfn]
            moved = self.machine.migrate(page, cpu)
            assert not (moved and used), "a page with foreign references was moved"
            DONE["migrate" if moved else "stay"] += 1

    @rule(order=st.integers(0, 3), gfp=st.sampled_from([GFP_KERNEL, GFP_KERNEL | GFP_COMP, GFP_HIGHUSER_MOVABLE]),
          cpu=st.integers(0, 1))  # fmt: skip
    def alloc(self, order: int, gfp: int, cpu: int) -> None:
        if len(self.blocks) > 3:
            return
        page = self.machine.alloc(order, gfp, cpu)
        if page is not None:
            self.blocks.append((page, order))
            DONE["alloc"] += 1

    @precondition(lambda self: self.blocks)
    @rule(which=small, cpu=st.integers(0, 1))
    def free(self, which: int, cpu: int) -> None:
        self.machine.free(*self.blocks.pop(which % len(self.blocks)), cpu)

    @precondition(lambda self: len(self.ranges) < 2)
    @rule(count=st.integers(1, 10))
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
    def counts_are_right(self) -> None:
        assert list(audit(self.machine.system, self.held())) == []

    @invariant()
    def contents_are_right(self) -> None:
        for process in self.processes:
            present = {entry.address: entry.page for entry in entries(process.mm)}
            for address, word in process.words.items():
                page = present.get(address)
                if page is not None:
                    assert page.data.value == word.value
                elif address not in process.shared:
                    assert word.value == 0, "what a process wrote is gone"

    @invariant()
    def pins_see_their_word(self) -> None:
        for pin in self.pins:
            assert pin.word is None or self.machine.dma_read(pin.page) == pin.word.value

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


def run(examples: int, **options: object) -> None:
    """Runs random programs; raises what the first failing one raises."""
    chosen = settings(max_examples=examples, stateful_step_count=100, deadline=None, database=None,
                      suppress_health_check=list(settings().suppress_health_check), derandomize=True)  # fmt: skip
    run_state_machine_as_test(Core, settings=settings(chosen, **options))  # type: ignore[arg-type]


def test_ten_thousand_random_calls() -> None:
    DONE.clear()
    run(100)
    assert all(DONE[name] > 10 for name in ("read", "write", "fork", "exit", "munmap", "pin", "pin fast", "pin long",
                                            "dma", "get", "migrate", "stay", "alloc", "cma", "cma busy")), DONE  # fmt: skip
