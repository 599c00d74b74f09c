"""What raised a flag: the events of one execution, in the words of the test."""

from __future__ import annotations

from dataclasses import dataclass

from litmus.cat import UNDEFINED, TheoryCheck, Values
from litmus.logic import bits
from litmus.program import Instruction
from litmus.unfold import Event, EventKind, EventStructure

DATA_RACE = "data-race"
"""The flag of two conflicting accesses that nothing orders, at least one of them plain (LKMM, 2019)."""


@dataclass(frozen=True, slots=True)
class Access:
    """An event that a flag is about: its thread, what it does to which location, and its instruction."""

    thread: int
    kind: EventKind
    location: str
    instruction: Instruction

    def describe(self) -> str:
        """For example ``P1 line 12, `r1 = *x;` ``."""
        span = self.instruction.span
        place = f"P{self.thread}" if span is None else f"P{self.thread} line {span.line}"
        return f"{place}, `{' '.join(self.instruction.text.split())}`"


@dataclass(frozen=True, slots=True)
class Flagged:
    """A flag that was raised, and what raised it: one event of a set, the two of a pair, or nothing known."""

    name: str
    accesses: tuple[Access, ...] = ()

    def describe(self) -> str:
        """One sentence for a person."""
        named = " and ".join(access.describe() for access in self.accesses)
        if self.name == DATA_RACE and len(self.accesses) == 2:
            return f"{self.name}: {named} both access {self.accesses[0].location}, and neither happens before the other"
        if self.name == UNDEFINED:
            return f"undefined behaviour, so every final state is possible: {named} race"
        return f"{self.name}: {named}" if named else self.name


def flagged(structure: EventStructure, check: TheoryCheck, values: Values) -> Flagged:
    """What raises a check of the form `flag ~empty e` in an execution: its first event or pair, in event order."""
    value = values[check.node.id]
    if check.kind != "empty" or not value:
        return Flagged(check.name)
    first = next(bits(value))
    numbers = (first,) if check.node.is_set else divmod(first, structure.n)
    accesses = (_access(structure.events[number]) for number in sorted(set(numbers)))
    return Flagged(check.name, tuple(a for a in accesses if a is not None))


def _access(event: Event) -> Access | None:
    """The event as an access; None for an initial write."""
    if event.instruction is None:
        return None
    return Access(event.thread, event.kind, str(event.pointer or ""), event.instruction)
