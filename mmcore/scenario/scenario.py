"""Scenarios: an initial state, threads, a bad outcome, and the variants in which a step is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from traceback import walk_tb
from typing import Any

from litmus import LitmusError
from mmcore.cpu import Cpu, Maker
from mmcore.cpu.expression import Expression, Final, Reported
from mmcore.cpu.term import Term
from mmcore.errors import ScenarioError
from mmcore.memory import Cell, Memory

MODELS = ("sc", "x86-tso", "armv8", "riscv", "power", "lkmm")
"""The models of the expectations, in the order of the tables."""

NEVER = dict.fromkeys(MODELS, "Never")
SOMETIMES = dict.fromkeys(MODELS, "Sometimes")
"""Wrong already under sequential consistency."""
ALWAYS = dict.fromkeys(MODELS, "Always")
"""Wrong in every execution."""
STORE_BUFFERING = {**SOMETIMES, "sc": "Never"}
"""Wrong wherever a write may wait in a store buffer: on every real machine."""
WEAK = {**STORE_BUFFERING, "x86-tso": "Never"}
"""Wrong on machines that reorder more than a write with a later read."""


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread: `routine(cpu, state)` runs on a CPU with what the scenario's `setup` made."""

    name: str
    routine: Callable[[Cpu, Any], None]


@dataclass(frozen=True, slots=True)
class Variant:
    """A scenario without the steps of some labels, and the verdict that is expected under each model.

    `why`: one sentence on what the step is for, or why the outcome stays impossible.  `threads`: routines that stand
    in for those of the scenario, by name of the thread.  `reason`: where the expectation on a model is no plain
    consequence of the others (Power, RISC-V): why.  `unchecked`: models that cannot express it, with the reason.
    `catalogue`: the reduction of this variant in a catalogue of protocols, if any.
    """

    name: str
    expected: Mapping[str, str]
    why: str
    without: frozenset[str] = frozenset()
    threads: Mapping[str, Callable[[Cpu, Any], None]] = field(default_factory=dict)
    reason: str = ""
    unchecked: Mapping[str, str] = field(default_factory=dict)
    catalogue: str = ""

    @property
    def correct(self) -> bool:
        """Whether the bad outcome is impossible under every model."""
        return all(observation == "Never" for observation in self.expected.values())


@dataclass(frozen=True, slots=True)
class Scenario:
    """A race of the kernel.

    `source`: file and function of each side; `history`: the commit that made it right, where known.  `bad` states the
    outcome that must not happen, `outcome` as a condition on an `End`.  `setup` makes the initial state in a fresh
    memory.  `pairs`: which step pairs with which.  `catalogue`: its entry in a catalogue of protocols, if any.
    """

    name: str
    title: str
    source: tuple[str, ...]
    bad: str
    setup: Callable[[Memory], Any]
    threads: tuple[Thread, ...]
    outcome: Callable[[End], Any]
    variants: tuple[Variant, ...]
    pairs: str = ""
    history: str = ""
    catalogue: str = ""

    def variant(self, name: str) -> Variant:
        """The variant of that name; raises ScenarioError if there is none."""
        for variant in self.variants:
            if variant.name == name:
                return variant
        known = ", ".join(variant.name for variant in self.variants)
        raise ScenarioError(f"the scenario '{self.name}' has no variant '{name}'", hint=f"its variants: {known}")

    def routine(self, thread: Thread, variant: Variant) -> Callable[[Cpu, Any], None]:
        """What a thread runs in a variant."""
        return variant.threads.get(thread.name, thread.routine)

    def runs(self, variant: Variant) -> list[Callable[[Maker], None]]:
        """The threads of a variant: each call runs one of them on a fresh machine, whose CPU a maker makes."""
        routines = (self.routine(thread, variant) for thread in self.threads)
        return [partial(self._run, number, routine, variant) for number, routine in enumerate(routines)]

    def _run(self, number: int, routine: Callable[[Cpu, Any], None], variant: Variant, make: Maker) -> None:
        memory = Memory()
        with _told("a routine computes with numbers, addresses, and what reads return"):
            state = self.setup(memory)
            routine(make(memory, number, variant.without), state)

    def memory(self) -> Memory:
        """The initial state, in a fresh memory; raises ScenarioError where `setup` does."""
        memory = Memory()
        with _told("setup(memory) makes the cells and gives them to the routines"):
            self.setup(memory)
        return memory

    def condition(self) -> Expression:
        """The bad outcome as an expression over `observed` and `final`; raises ScenarioError if it is none."""
        with _told("the outcome is a condition on end.THREAD.NAME and end.final(CELL)"):
            found = self.outcome(End(tuple(thread.name for thread in self.threads)))
        if not isinstance(found, Term):
            raise ScenarioError(f"the outcome of '{self.name}' is {found!r}, and no condition on what threads observe")
        return found.expression


@contextmanager
def _told(hint: str) -> Iterator[None]:
    """Tells what the code of a scenario raises as a mistake of its author, with the place."""
    try:
        yield
    except LitmusError:
        raise
    except (Exception, SystemExit) as error:
        raise ScenarioError(f"{_place(error)}{type(error).__name__}: {error}", hint=hint) from error


def _place(error: BaseException) -> str:
    """`file:line: ` of the innermost call in the scenario's own code; nothing where it calls none."""
    for frame, line in reversed(list(walk_tb(error.__traceback__))):
        if _is_of_a_scenario(frame.f_globals):
            return f"{frame.f_code.co_filename}:{line}: "
    return ""


def _is_of_a_scenario(names: Mapping[str, object]) -> bool:
    """Whether these are the globals of a module with a scenario, or of one that is not of this package."""
    inside = str(names.get("__name__")).partition(".")[0] == __name__.partition(".")[0]
    return not inside or isinstance(names.get("SCENARIO"), Scenario)


class End:
    """The end of a run: `end.THREAD.NAME` is what a thread observed, `end.final(CELL)` what a cell holds."""

    def __init__(self, threads: tuple[str, ...]) -> None:
        self._threads = threads

    def __getattr__(self, thread: str) -> Observed:
        if thread not in self._threads:
            raise ScenarioError(f"there is no thread '{thread}'", hint=f"the threads are {', '.join(self._threads)}")
        return Observed(self._threads.index(thread))

    def final(self, cell: Cell | str) -> Term:
        """What a cell, or the cell of a name, holds at the end."""
        return Term(Final(cell if isinstance(cell, str) else cell.name))


class Observed:
    """The results of one thread, by name."""

    def __init__(self, thread: int) -> None:
        self._thread = thread

    def __getattr__(self, name: str) -> Term:
        return Term(Reported(self._thread, name))
