"""The mm core on CPUs that run in turns: a scheduling point before every access, chosen at random.

What takes no lock, and what takes the wrong one, shows in the audit afterwards.  Accesses to the contents of a page are
no scheduling points: on real hardware the translation of an address and the access are one instruction, and a flush
waits until it is over.
"""

import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Any, TypeAlias

import pytest

from litmus import LitmusError
from mmcore.cpu.update import Update
from mmcore.direct.cpu import DirectCpu
from mmcore.machine.audit import audit, survey
from mmcore.machine.machine import Machine
from mmcore.memory import Cell
from mmcore.mm.gup.gup_fast import FOLL_WRITE
from mmcore.mm.mm_types import VM_READ, VM_SHARED, VM_WRITE, Mm
from mmcore.mm.page_alloc.page import GUP_PIN_COUNTING_BIAS, Page
from tests.mmcore.rooms import in_its_room

MOST_ACCESSES = 20_000


class Turns:
    """Threads of which one runs at a time; `switch` is where another may go on.

    `when`: says before each access, given how many there were, whether to switch.
    """

    def __init__(self, when: Callable[[int], bool], threads: int) -> None:
        self.when = when
        self.gates = [threading.Semaphore(0) for _ in range(threads)]
        self.alive = list(range(threads))
        self.accesses = 0
        self.rested = [0] * threads
        self.errors: list[BaseException] = []

    def switch(self, number: int, waiting: bool = False) -> None:
        self.accesses += 1
        if self.accesses > MOST_ACCESSES:
            raise AssertionError("the threads wait for each other")
        if waiting:
            self.rests(number)
        others = [each for each in self.alive if each != number]
        if others and (waiting or self.when(self.accesses)):
            self.gates[others[0]].release()
            self.gates[number].acquire()

    def rests(self, number: int) -> None:
        """Notes after how many accesses a thread first had to wait, or ended."""
        self.rested[number] = self.rested[number] or self.accesses

    def body(self, number: int, routine: Callable[[], None]) -> None:
        self.gates[number].acquire()
        try:
            routine()
        except BaseException as error:
            self.errors.append(error)
        self.alive.remove(number)
        self.rests(number)
        if self.alive:
            self.gates[self.alive[0]].release()

    def run(self, routines: list[Callable[[], None]]) -> None:
        threads = [threading.Thread(target=self.body, args=pair, daemon=True) for pair in enumerate(routines)]
        for thread in threads:
            thread.start()
        self.gates[0].release()
        for thread in threads:
            thread.join()
        if self.errors:
            raise self.errors[0]


class TurnCpu(DirectCpu):
    """A CPU that others may come before at every access."""

    turns: Turns | None = None

    def _turn(self, place: Cell) -> None:
        if self.turns is not None and not place.name.endswith(".data"):
            self.turns.switch(self.number)

    def _load(self, place: Cell, order: str) -> Any:
        self._turn(place)
        return super()._load(place, order)

    def _store(self, place: Cell, value: Any, order: str) -> None:
        self._turn(place)
        super()._store(place, value, order)

    def _update(self, place: Cell, update: Update) -> Any:
        self._turn(place)
        return super()._update(place, update)

    def _lock(self, lock: Cell) -> None:
        self._turn(lock)
        while lock.value and self.turns is not None:
            self.turns.switch(self.number, waiting=True)
        super()._lock(lock)

    def _wait(self, place: Cell, condition: Callable[[Any], Any], order: str) -> Any:
        self._turn(place)
        while not condition(place.value) and self.turns is not None:
            self.turns.switch(self.number, waiting=True)
        return super()._wait(place, condition, order)


@dataclass
class Spot:
    """An address of a process, what it holds, and what is written there in a round."""

    mm: Mm
    address: int
    value: int
    written: list[int] = field(default_factory=list)

    def page(self) -> Page | None:
        return next((entry.page for entry in survey(self.mm).entries if entry.address == self.address), None)


Work: TypeAlias = Callable[[Spot, int], None]


class Race:
    """A parent and a child with shared and copied memory; in each round two CPUs do something at one address."""

    def __init__(self, seed: int) -> None:
        self.machine = Machine()
        self.cpus = tuple(TurnCpu(self.machine.system.memory, number) for number in range(2))
        self.machine.cpus = self.cpus
        self.random = random.Random(seed)
        self.parent = self.machine.spawn()
        self.machine.mmap(self.parent, 3, VM_READ | VM_WRITE)
        self.shared = self.machine.mmap(self.parent, 1, VM_READ | VM_WRITE | VM_SHARED).start
        for address in range(4):
            self.machine.write(self.parent, address, address, address % 2)
        self.pins: list[Page] = []
        self.clock = 100

    def value(self, spot: Spot) -> int:
        self.clock += 1
        spot.written.append(self.clock)
        return self.clock

    # --- what a CPU does ----------------------------------------------------------------------------------

    def write(self, spot: Spot, cpu: int) -> None:
        self.machine.write(spot.mm, spot.address, self.value(spot), cpu)

    def read(self, spot: Spot, cpu: int) -> None:
        assert self.machine.read(spot.mm, spot.address, cpu) in (spot.value, *spot.written)

    def migrate(self, spot: Spot, cpu: int) -> None:
        page = spot.page()
        if page is not None:
            self.machine.migrate(page, cpu)

    def pin(self, spot: Spot, cpu: int) -> None:
        self.pins += self.machine.pin(spot.mm, spot.address, 1, FOLL_WRITE, cpu, fast=True)

    def dma(self, spot: Spot, cpu: int) -> None:
        (page,) = self.machine.pin(spot.mm, spot.address, 1, FOLL_WRITE, cpu, fast=True)
        self.machine.dma_write(page, self.value(spot))
        self.machine.unpin(page, cpu)

    def fork(self, spot: Spot, cpu: int) -> None:
        child = self.machine.fork(spot.mm, cpu)
        assert self.machine.read(child, spot.address, cpu) in (spot.value, *spot.written)
        self.machine.exit(child, cpu)

    def alloc(self, spot: Spot, cpu: int) -> None:
        page = self.machine.alloc(spot.address, cpu=cpu)
        assert page is not None
        self.machine.free(page, spot.address, cpu)

    def cma(self, spot: Spot, cpu: int) -> None:
        pages = self.machine.cma_alloc(8, cpu)
        if pages is not None:
            self.machine.cma_release(pages, cpu)

    # --- rounds -------------------------------------------------------------------------------------------

    def round(self) -> None:
        """Two CPUs do one thing each at one address, in turns that are more or less short."""
        child = self.machine.fork(self.parent) if self.random.random() < 0.5 else None
        mm = self.random.choice([each for each in (self.parent, child) if each is not None])
        often = self.random.choice([0.3, 0.1, 0.03])
        works = [self.random.choice([self.write, self.read, self.migrate, self.migrate, self.pin, self.dma, self.fork,
                                     self.alloc, self.cma]) for _ in range(2)]  # fmt: skip
        self.meanwhile(mm, self.random.randrange(4), works, lambda accesses: self.random.random() < often)
        if child is not None:
            self.machine.exit(child)

    def meanwhile(self, mm: Mm, address: int, works: list[Work], when: Callable[[int], bool]) -> Turns:
        """Runs one thing on each CPU, and checks what comes of it."""
        spot = Spot(mm, address, self.machine.read(mm, address))
        turns = Turns(when, len(works))
        for cpu in self.cpus:
            cpu.turns = turns
        try:
            turns.run([partial(work, spot, cpu) for cpu, work in enumerate(works)])
        finally:
            for cpu in self.cpus:
                cpu.turns = None
        self.check(spot)
        for page in self.pins:
            self.machine.unpin(page)
        self.pins.clear()
        return turns

    def check(self, spot: Spot) -> None:
        held = {pfn: GUP_PIN_COUNTING_BIAS * count for pfn, count in Counter(page.pfn for page in self.pins).items()}
        assert list(audit(self.machine.system, held)) == []
        allowed = spot.written or [spot.value]
        assert self.machine.read(spot.mm, spot.address) in allowed, "a write is lost"
        self.clock += 1
        self.machine.write(spot.mm, spot.address, self.clock)
        assert all(page is spot.page() for page in self.pins), "a pinned page was replaced"


def rounds(seed: int) -> None:
    here = Race(seed)
    for _ in range(20):
        here.round()


@pytest.mark.parametrize("seed", range(10))
def test_random_races(seed: int) -> None:
    rounds(seed)


def interrupted(first: str, second: str) -> int:
    """One CPU is interrupted before each access, and the other goes on for each number of accesses; how many ways."""
    here, ways = Race(0), 0
    works = [getattr(here, first), getattr(here, second)]
    for before in count(1):
        for longer in count(1):
            turns = here.meanwhile(here.parent, 0, works, {before, before + longer}.__contains__)
            ways += 1
            if turns.rested[0] < before:
                return ways
            if turns.rested[1] < before + longer:
                break
    raise AssertionError("counting ends")


@pytest.mark.parametrize("first", ["pin", "dma"])
def test_every_interruption_of_a_pin_by_migration(first: str) -> None:
    assert interrupted(first, "migrate") > 500


@pytest.mark.slow
@pytest.mark.parametrize("pair", ["pin fork", "fork pin", "migrate pin", "migrate dma"])
def test_every_interruption(pair: str) -> None:
    assert interrupted(*pair.split()) > 500


MUTANTS: dict[str, tuple[str, str, dict[str, object]]] = {
    "GUP-fast does not look again": ("pin", "migrate", {"gup_fast._changed": lambda cpu, walk, pte: False}),
    "a write by a device gets lost": ("dma", "migrate", {"gup_fast._changed": lambda cpu, walk, pte: False}),
    "migration does not count": ("pin", "migrate", {"migration.folio_ref_count": lambda cpu, page: 1}),
    "fork does not look for pins": ("pin", "fork", {"rmap.folio_needs_cow_for_dma": lambda cpu, vma, page: False}),
    "GUP-fast does not look for a fork": ("pin", "fork", {"gup_fast.read_seqcount_retry": lambda *arguments: False}),
}
"""Steps that matter only in a race: what is interrupted by what, and what stands in their place."""


@pytest.mark.parametrize("name", MUTANTS)
def test_a_step_that_is_left_out_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, steps = MUTANTS[name]
    for place, substitute in steps.items():
        monkeypatch.setattr(in_its_room(place), substitute)
    with pytest.raises((AssertionError, LitmusError)):
        interrupted(first, second)
