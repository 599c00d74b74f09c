"""The states of some threads under sequential consistency, and the steps between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from mmcore.cpu.term import expression_of
from mmcore.interleaved.behaviour import Behaviour, Point, Run
from mmcore.interleaved.operation import Shared
from mmcore.memory import Memory

MOST_KEPT = 300_000
"""How many states are remembered."""

Kind: TypeAlias = Literal["bad", "misuse", "deadlock"]


@dataclass(frozen=True, slots=True)
class Failure:
    """How a schedule goes wrong: the bad outcome, a rule of the kernel broken, or threads that wait for ever."""

    kind: Kind
    text: str


class State:
    """What is shared, and where each thread is.

    Known once the graph has looked at it: `moves`, the steps from here; `failure`, if there are none because
    something went wrong.
    """

    __slots__ = ("failure", "moves", "points", "shared")

    def __init__(self, shared: Shared, points: tuple[Point, ...]) -> None:
        self.shared = shared
        self.points = points
        self.moves: Moves | None = None
        self.failure: Failure | None = None

    @property
    def given_up(self) -> bool:
        """Whether a thread is in a loop that is cut here."""
        return any(point.endless for point in self.points)


Moves: TypeAlias = tuple[tuple[int, State], ...]
"""The steps from a state: the thread that takes one, and the state after it."""


class Graph:
    """The states of some threads on one memory, and the steps between them, found as they are asked for.

    `runs`: the threads, as `Scenario.runs` gives them, and their names.  `memory`: the initial state.  `bad`: what is
    wrong with a state in which all threads have ended, or None.
    """

    def __init__(
        self, runs: Sequence[Run], names: Sequence[str], memory: Memory, bad: Callable[[Graph, State], str | None]
    ) -> None:
        self.cells = {name: index for index, name in enumerate(memory.cells)}
        self.threads = [Behaviour(run, self.cells) for run in runs]
        self.names = tuple(names)
        self.bad = bad
        self.known: dict[tuple[Shared, tuple[Point, ...]], State] = {}
        values = tuple(expression_of(cell.initial) for cell in memory.cells.values())
        shared = Shared(values, 0, (0,) * len(runs))
        self.start = self._state(shared, tuple(thread.start for thread in self.threads))

    @property
    def full(self) -> bool:
        """Whether no more states are remembered."""
        return len(self.known) >= MOST_KEPT

    def moves(self, state: State) -> Moves:
        """The steps from a state; none at the end, after a misuse, and in a loop that is cut."""
        if state.moves is None:
            state.moves = () if _stuck(state) else tuple(self._moves(state))
            if not state.moves:
                state.failure = self._failure(state)
        return state.moves

    def _moves(self, state: State) -> Iterator[tuple[int, State]]:
        for number, point in enumerate(state.points):
            operation = point.operation
            if operation is not None and operation.ready(state.shared, number):
                value, shared = operation.act(state.shared, number)
                after = self.threads[number].next(point, value)
                yield number, self._state(shared, (*state.points[:number], after, *state.points[number + 1 :]))

    def _state(self, shared: Shared, points: tuple[Point, ...]) -> State:
        """The one state like this, as long as states are remembered."""
        key = shared, points
        found = self.known.get(key)
        if found is None:
            found = State(shared, points)
            if not self.full:
                self.known[key] = found
        return found

    def _failure(self, state: State) -> Failure | None:
        """What is wrong with a state without further steps."""
        for name, point in zip(self.names, state.points, strict=True):
            if point.misuse:
                return Failure("misuse", f"{name}: {point.misuse.message}")
        if state.given_up:
            return None
        waiting = [
            f"{name} in {point.call.primitive}({point.call.subject})"
            for name, point in zip(self.names, state.points, strict=True)
            if point.call
        ]
        if waiting:
            return Failure("deadlock", f"waiting for ever: {', '.join(waiting)}")
        text = self.bad(self, state)
        return None if text is None else Failure("bad", text)


def _stuck(state: State) -> bool:
    """Whether nothing that follows matters: a thread broke a rule, or is in a loop that is cut."""
    return any(point.misuse is not None or point.endless for point in state.points)
