"""The store-buffer machine of x86, and the search for a run of it that is a given execution.

Each thread has a queue of writes that have not reached memory: its own reads look there first; MFENCE and locked
instructions wait until it is empty, and a locked instruction reads and writes memory at once (P. Sewell, S. Sarkar,
S. Owens, F. Zappa Nardelli, M. Myreen, x86-TSO: a rigorous and usable programmer's model for x86 multiprocessors,
Communications of the ACM 53(7), 2010).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypeVar

from litmus.judge import Execution
from litmus.unfold import INITIAL

Action: TypeAlias = Literal["buffer", "drain", "memory", "own buffer", "locked", "fence"]

LOCKED = "X"
FULL_FENCE = "MFENCE"


@dataclass(frozen=True, slots=True)
class Move:
    """A step of the machine: `event` is put into the buffer, drained, read from memory or the own buffer, done locked
    (the read, with its write if it has one), or is a fence that was waited for.
    """

    action: Action
    event: int


@dataclass(frozen=True, slots=True)
class State:
    """How far each thread is, its buffer (oldest write first), and how many writes of each location are in memory."""

    done: tuple[int, ...]
    buffers: tuple[tuple[int, ...], ...]
    drained: tuple[int, ...]


class Machine:
    """The machine, held to an execution: it takes only the moves that agree with its rf and co."""

    def __init__(self, execution: Execution) -> None:
        self.execution = execution
        self.events = execution.structure.events
        threads = sorted({event.thread for event in self.events} - {INITIAL})
        self.code = [[i for i, e in enumerate(self.events) if e.thread == t and e.kind in "RWF"] for t in threads]
        self.places = list(execution.orders)
        self.partner = dict(execution.structure.rmw_pairs)

    def run(self) -> list[Move] | None:
        """A run from the initial state to the end, or None: the execution is none of this machine."""
        start = State((0,) * len(self.code), ((),) * len(self.code), (1,) * len(self.places))
        path: list[Move] = []
        return path if self._search(start, path, set()) else None

    def _search(self, state: State, path: list[Move], failed: set[State]) -> bool:
        if self._finished(state):
            return True
        if state in failed:
            return False
        for move, after in self._moves(state):
            path.append(move)
            if self._search(after, path, failed):
                return True
            path.pop()
        failed.add(state)
        return False

    def _finished(self, state: State) -> bool:
        return not any(state.buffers) and all(d == len(c) for d, c in zip(state.done, self.code, strict=True))

    def _moves(self, state: State) -> Iterator[tuple[Move, State]]:
        """What can be done next; writes go to memory as soon as they can."""
        for thread in range(len(self.code)):
            yield from self._drain(state, thread)
        for thread, code in enumerate(self.code):
            if state.done[thread] < len(code):
                yield from self._perform(state, thread, code[state.done[thread]])

    def _drain(self, state: State, thread: int) -> Iterator[tuple[Move, State]]:
        buffer = state.buffers[thread]
        if buffer and self._is_next(state, buffer[0]):
            buffers = _with(state.buffers, thread, buffer[1:])
            yield Move("drain", buffer[0]), State(state.done, buffers, self._written(state, buffer[0]))

    def _perform(self, state: State, thread: int, event: int) -> Iterator[tuple[Move, State]]:
        found, buffer = self.events[event], state.buffers[thread]
        done = _with(state.done, thread, state.done[thread] + 1)
        if found.kind == "F":
            if not buffer or FULL_FENCE not in found.tags:
                yield Move("fence", event), State(done, state.buffers, state.drained)
        elif LOCKED in found.tags and found.kind == "R":
            yield from self._locked(state, thread, event)
        elif found.kind == "W":
            yield Move("buffer", event), State(done, _with(state.buffers, thread, (*buffer, event)), state.drained)
        else:
            yield from self._read(state, thread, event, done)

    def _read(self, state: State, thread: int, event: int, done: tuple[int, ...]) -> Iterator[tuple[Move, State]]:
        own = [w for w in state.buffers[thread] if self.events[w].pointer == self.events[event].pointer]
        seen = own[-1] if own else self._in_memory(state, event)
        if seen == self.execution.sources[event]:
            yield Move("own buffer" if own else "memory", event), State(done, state.buffers, state.drained)

    def _locked(self, state: State, thread: int, event: int) -> Iterator[tuple[Move, State]]:
        """A locked instruction: its read, and its write if it has one, which comes next in the thread."""
        if state.buffers[thread] or self._in_memory(state, event) != self.execution.sources[event]:
            return
        write = self.partner.get(event)
        if write is None:
            done = _with(state.done, thread, state.done[thread] + 1)
            yield Move("locked", event), State(done, state.buffers, state.drained)
        elif self._is_next(state, write):
            done = _with(state.done, thread, self.code[thread].index(write) + 1)
            yield Move("locked", event), State(done, state.buffers, self._written(state, write))

    # --- memory -----------------------------------------------------------------------------------------

    def _place(self, event: int) -> int:
        pointer = self.events[event].pointer
        assert pointer is not None, "an access has a location"
        return self.places.index(pointer)

    def _in_memory(self, state: State, event: int) -> int:
        """The write whose value memory holds, at the location of an event."""
        place = self._place(event)
        return self.execution.orders[self.places[place]][state.drained[place] - 1]

    def _is_next(self, state: State, write: int) -> bool:
        """Whether a write follows in coherence order what is in memory."""
        place = self._place(write)
        order = self.execution.orders[self.places[place]]
        return state.drained[place] < len(order) and order[state.drained[place]] == write

    def _written(self, state: State, write: int) -> tuple[int, ...]:
        place = self._place(write)
        return _with(state.drained, place, state.drained[place] + 1)


Item = TypeVar("Item")


def _with(items: tuple[Item, ...], index: int, item: Item) -> tuple[Item, ...]:
    """The items, one of them replaced."""
    return (*items[:index], item, *items[index + 1 :])
