"""Events and event structures: a program before it is known which write each read reads from.

`litmus.unfold.assembly` makes them.  An `EventStructure` is one straight line of a program: one path of each thread,
with every address known.  Event ids are dense, initial writes first, then thread by thread in program order.  Sets of
events are bit masks and relations flat integers over `litmus.logic.relation.Universe(n)`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from litmus.errors import UnsupportedError
from litmus.logic import Universe
from litmus.program import Instruction, Pointer
from litmus.program.term import Term

INITIAL = -1
"""The thread number of initial writes."""

EventKind: TypeAlias = Literal["R", "W", "F", "B", "Rreg", "Wreg"]
"""Read, write, fence, branch; read and write of a register (`litmus.unfold.registers`): the sets that cat names so."""

EVENT_KINDS: tuple[EventKind, ...] = get_args(EventKind)


@dataclass(slots=True, eq=False)
class Event:
    """One event.

    `value` is what a read returns (`Read(key)`) or a write stores; fences and branches have none.
    `position` numbers the instruction within its thread's path; -1 for initial writes.
    """

    thread: int
    position: int
    kind: EventKind
    tags: frozenset[str]
    pointer: Pointer | None
    value: Term | None
    instruction: Instruction | None
    register: str | None = None


@dataclass(slots=True, eq=False)
class EventStructure:
    """One path of each thread of a program, ready for a model.

    `sets` and `relations` are what cat models see under those names (`R`, `X`, `po`, `addr`, `rmw`, ...);
    neither rf nor co nor anything that depends on them is there.  `reads` maps the key of a read to its event
    id.  `constraints` are terms that must not be 0 (the branches taken, the addresses assumed).  `registers`
    maps (thread, register) to the final value, registers never written left out; `initial` maps every location
    accessed to the id of its initial write.  `writes` and `readers` list event ids by location.  `refusal` is what
    to raise if some execution is allowed, where the accesses have no meaning here (outside an array).
    """

    universe: Universe
    events: tuple[Event, ...]
    sets: Mapping[str, int]
    relations: Mapping[str, int]
    reads: Mapping[int, int]
    constraints: tuple[Term, ...]
    registers: Mapping[tuple[int, str], Term]
    writes: Mapping[Pointer, tuple[int, ...]]
    readers: Mapping[Pointer, tuple[int, ...]]
    rmw_pairs: tuple[tuple[int, int], ...]
    refusal: UnsupportedError | None = None

    def sources(self, read: int) -> tuple[int, ...]:
        """The writes that a read may read from: all at its location, but for its own instruction's."""
        event = self.events[read]
        assert event.pointer is not None
        own = (event.thread, event.position)
        writes = self.writes[event.pointer]
        return tuple(w for w in writes if (self.events[w].thread, self.events[w].position) != own)

    @property
    def n(self) -> int:
        """The number of events."""
        return self.universe.n

    @property
    def signature(self) -> frozenset[str]:
        """The names of the sets that are not empty."""
        return frozenset(name for name, members in self.sets.items() if members)
