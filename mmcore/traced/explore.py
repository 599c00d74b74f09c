"""Running a routine along each of its paths.

A read returns a term.  Where the routine asks for its truth or its number, both answers are followed, each in a run of
its own, if the values that the cell may hold permit it.  What cells may hold is found by going round all threads until
nothing new is stored; a value that takes more rounds than there are writes would have to cause itself.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count, product
from math import prod
from types import FrameType
from typing import Any, Literal, NoReturn, TypeAlias

from mmcore.cpu import Cpu, LoadOrder, Maker, RcuCall, StoreOrder, Update, is_machinery, machinery
from mmcore.cpu.expression import Address, ArrayAddress, Expression, Key, Register, binary, evaluate, registers
from mmcore.cpu.term import Term, expression_of
from mmcore.errors import ScenarioError
from mmcore.memory import Cell, Memory
from mmcore.traced.step import Cut, Decision, Fence, Load, Locking, Modify, Observe, Path, Point, Rcu, Step, Store

MOST_ASSIGNMENTS = 20_000
"""Combinations of values that are looked at to rule a branch out; where there are more, it is followed."""

MOST_TURNS = 3
"""How often a path branches at one place of the routine; one that would more often is in a loop, and is cut there."""

MOST_VISITS = 16
"""How often a path uses a primitive at one place of the routine; a loop that never branches is cut there."""

MOST_PATHS = 2_000

Values: TypeAlias = dict[str, dict[Expression, None]]
"""What each cell may hold, in the order of discovery."""


class Ended(BaseException):
    """The path ends here: a loop that is cut, or a wait that does not end.  No routine catches it."""


@dataclass
class Exploration:
    """The paths of one thread; `stored` is what it may store in each cell, `pointers` the registers that get addresses,
    `labels` where each labelled step is (file and function, line), `writes` the most writes on one path.
    """

    paths: list[Path] = field(default_factory=list)
    stored: Values = field(default_factory=dict)
    pointers: dict[Key, None] = field(default_factory=dict)
    labels: dict[str, tuple[str, int]] = field(default_factory=dict)
    bounded: bool = False
    writes: int = 0


Routine: TypeAlias = Callable[[Maker], None]
"""A thread of a scenario: it sets the machine up anew, makes its CPU with the maker, and runs."""


def explore_all(threads: Sequence[Routine], initial: Memory) -> tuple[list[Exploration], Values]:
    """The paths of every thread, and what each cell may hold."""
    values: Values = {name: {expression_of(cell.initial): None} for name, cell in initial.cells.items()}
    for rounds in count():
        found = [explore(thread, values) for thread in threads]
        if not _learn(values, found) or rounds > sum(exploration.writes for exploration in found):
            return found, values
    raise AssertionError("counting ends")


def _learn(values: Values, found: Sequence[Exploration]) -> bool:
    """Adds what the threads store; whether anything is new."""
    before = sum(map(len, values.values()))
    for exploration in found:
        for name, stored in exploration.stored.items():
            values[name].update(stored)
    return sum(map(len, values.values())) > before


def explore(thread: Routine, values: Values) -> Exploration:
    """The paths of one thread, given what cells may hold."""
    exploration = Exploration()
    waiting: list[tuple[bool, ...]] = [()]
    while waiting:
        run = Run(waiting.pop(), values, exploration)
        with suppress(Ended):
            thread(partial(TracedCpu, run))
        exploration.paths.append(tuple(run.items))
        exploration.writes = max(exploration.writes, run.writes)
        if len(exploration.paths) > MOST_PATHS:
            raise ScenarioError(f"a thread has more than {MOST_PATHS} paths", hint="make its loops shorter")
        waiting += [(*run.taken[:i], False) for i in range(len(run.prefix), len(run.taken))]
    return exploration


@machinery
class Run:
    """One run of a thread: `prefix` says how its first decisions go; the later ones go to true."""

    def __init__(self, prefix: tuple[bool, ...], values: Values, exploration: Exploration) -> None:
        self.prefix = prefix
        self.values = values
        self.exploration = exploration
        self.taken: tuple[bool, ...] = ()
        self.items: list[Step | Decision] = []
        self.domains: dict[Key, tuple[Expression, ...]] = {}
        self.constraints: list[tuple[Expression, bool]] = []
        self.visits: Counter[Point] = Counter()
        self.turns: Counter[Point] = Counter()
        self.writes = 0

    # --- what the routine asks ----------------------------------------------------------------------------

    def decide(self, condition: Expression) -> bool:
        """Which way a branch goes on this path."""
        possible = {value != 0 for value in self.possible(condition)}
        if len(possible) == 1:
            return possible.pop()
        where = point()
        self.turns[where] += 1
        if self.turns[where] > MOST_TURNS:
            self.too_long()
        outcome = self.prefix[len(self.taken)] if len(self.taken) < len(self.prefix) else True
        self.taken = (*self.taken, outcome)
        self.items.append(Decision(condition, outcome, where))
        self.constraints.append((condition, outcome))
        return outcome

    def settle(self, expression: Expression) -> int:
        """The number that an expression is on this path: a branch for each that it may be."""
        if isinstance(expression, int):
            return expression
        for value in self.possible(expression):
            if isinstance(value, int) and self.decide(binary("==", expression, value)):
                return value
        raise ScenarioError("an address is used as a number", hint="compare it, or read through it")

    def too_long(self) -> NoReturn:
        """Ends a path in a loop."""
        self.exploration.bounded = True
        self.cut("bound")

    def cut(self, why: Literal["bound", "wait"]) -> NoReturn:
        """Ends the path."""
        self.items.append(Cut(why, point=point()))
        raise Ended

    def possible(self, expression: Expression) -> tuple[Expression, ...]:
        """The values that an expression may have on this path, in the order of discovery; too many give 0 and 1."""
        keys, rules = self._connected(expression)
        domains = [self.domains[key] for key in keys]
        if prod(map(len, domains)) > MOST_ASSIGNMENTS:
            return 0, 1
        found: dict[Expression, None] = {}
        for chosen in product(*domains):
            assignment = dict(zip(keys, chosen, strict=True))
            if all((evaluate(rule, assignment) != 0) == outcome for rule, outcome in rules):
                found[evaluate(expression, assignment)] = None
        return tuple(found) or (0, 1)

    def _connected(self, expression: Expression) -> tuple[list[Key], list[tuple[Expression, bool]]]:
        """The registers of an expression, and those that the path's conditions tie to them; and these conditions."""
        keys = dict.fromkeys(registers(expression))
        rules: list[tuple[Expression, bool]] = []
        grown = True
        while grown:
            near = [rule for rule in self.constraints if any(key in keys for key in registers(rule[0]))]
            grown = len(near) > len(rules)
            rules = near
            for condition, _ in rules:
                keys |= dict.fromkeys(registers(condition))
        return list(keys), rules

    # --- what the routine does ----------------------------------------------------------------------------

    def step(self, bare: Step, *arguments: Any, domain: tuple[Expression, ...] | None = None) -> Any:
        """Adds a step with its arguments and its place; its value, if it has a domain of values."""
        where = point()
        self.visits[where] += 1
        if self.visits[where] > MOST_VISITS:
            self.too_long()
        key = None if domain is None else (where, self.visits[where])
        self.items.append(replace(bare, arguments=tuple(map(expression_of, arguments)), result=key, point=where))
        if domain is None:
            return None
        self.domains[key] = domain
        if any(isinstance(value, Address) for value in domain):
            self.exploration.pointers[key] = None
        return Term(Register(key), self)

    def held(self, place: Any) -> tuple[Expression, ...]:
        """What the cell or cells that `place` may point to may hold."""
        cells = [self._name(address) for address in self.possible(expression_of(place))]
        return tuple(dict.fromkeys(value for name in cells for value in self.values[name]))

    def store(self, place: Any, values: Iterator[Expression]) -> None:
        """Notes what a cell may hold from now on."""
        self.writes += 1
        new = dict.fromkeys(values)
        for address in self.possible(expression_of(place)):
            self.exploration.stored.setdefault(self._name(address), {}).update(new)

    def _name(self, address: Expression) -> str:
        """The cell at an address; raises ScenarioError for what is none."""
        of_array = isinstance(address, ArrayAddress)
        if isinstance(address, Address):
            name = f"{address.name}[0]" if of_array else address.name
            if name in self.values:
                return name
        shown = ("array" if of_array else "cell", address.name) if isinstance(address, Address) else address
        hint = "test a pointer against 0 before it is followed, and make all cells in the scenario's setup"
        raise ScenarioError(f"an access goes to {shown!r}, which is no cell", hint=hint)


class TracedCpu(Cpu):
    """The CPU of a run: each primitive is a step of its path."""

    def __init__(self, run: Run, memory: Memory, number: int = 0, without: frozenset[str] = frozenset()) -> None:
        super().__init__(memory, number, without)
        self.run = run

    def has(self, label: str | None) -> bool:
        """Whether the step with that label is there in this variant; notes where the step is."""
        if label is not None and label not in self.run.exploration.labels:
            self.run.exploration.labels[label] = point()[-1]
        return super().has(label)

    def _load(self, place: Any, order: LoadOrder) -> Any:
        return self.run.step(Load(order), place, domain=self.run.held(place))

    def _store(self, place: Any, value: Any, order: StoreOrder) -> None:
        self.run.step(Store(order), place, value)
        self.run.store(place, iter(self.run.possible(expression_of(value))))

    def _update(self, place: Any, update: Update) -> Any:
        changes = dict.fromkeys(self._changes(update, self.run.held(place)))
        bare = replace(update, operand=None, against=None)
        operands = [value for value in (update.operand, update.against) if value is not None]
        domain = None if update.result == "none" else tuple(dict.fromkeys(value for _, value in changes))
        result = self.run.step(Modify(bare), place, *operands, domain=domain)
        self.run.store(place, (new for new, _ in changes))
        return result

    def _changes(self, update: Update, held: tuple[Expression, ...]) -> Iterator[tuple[Expression, Expression]]:
        """What an update of a cell that holds one of some values may leave behind, and its value."""
        operands = self.run.possible(expression_of(update.operand))
        against = [0] if update.against is None else self.run.possible(expression_of(update.against))
        for operand, other in product(operands, against):
            yield from map(replace(update, operand=operand, against=other).apply, held)

    def _fence(self, name: str) -> None:
        self.run.step(Fence(name))

    def _lock(self, lock: Cell) -> None:
        self.run.step(Locking("spin_lock"), lock)

    def _unlock(self, lock: Cell) -> None:
        self.run.step(Locking("spin_unlock"), lock)

    def _rcu(self, name: RcuCall) -> None:
        self.run.step(Rcu(name))

    def _wait(self, place: Any, condition: Callable[[Any], Any], order: LoadOrder) -> Any:
        value = self._load(place, order)
        if not condition(value):
            self.run.cut("wait")
        return value

    def observe(self, name: str, value: Any) -> None:
        """Reports a result of the thread."""
        self.run.step(Observe(name), value)


def point() -> Point:
    """Where the routine is, from the thread inwards; the calls of the tracer itself left out."""
    found: list[tuple[str, int]] = []
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code is not explore.__code__:
        if not is_machinery(frame):
            found.append((f"{frame.f_code.co_filename}:{frame.f_code.co_name}", frame.f_lineno))
        frame = frame.f_back
    return tuple(reversed(found))
