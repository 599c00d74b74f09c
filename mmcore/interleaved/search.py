"""Looking for failing schedules: in all states, or along random schedules."""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import TypeAlias

from mmcore.interleaved.graph import Graph, Kind, State

Schedule: TypeAlias = tuple[int, ...]
"""The thread of each step."""


@dataclass(slots=True)
class Found:
    """What a search has seen.

    `schedules`: how many were run to their end (of an exhaustive search: how many states are an end).  `states`: how
    many different states.  `given_up`: how many ends were loops that are cut.  `failing`: the first failing schedule
    of each kind.  `complete`: whether every schedule is covered.
    """

    schedules: int = 0
    states: int = 0
    given_up: int = 0
    failing: dict[Kind, Schedule] = field(default_factory=dict)
    complete: bool = False

    def end(self, state: State) -> Kind | None:
        """Counts an end; how it failed, if none failed so before."""
        self.schedules += 1
        self.given_up += state.given_up
        kind = state.failure.kind if state.failure else None
        return None if kind in self.failing else kind


def randomly(graph: Graph, schedules: int, seed: int, found: Found | None = None) -> Found:
    """Random schedules, until one reaches the bad outcome; any thread that can go on may be next.

    `found` is filled in as the search goes, for who wants to know before its end.
    """
    found, chance = found or Found(), random.Random(seed).random
    while found.schedules < schedules and "bad" not in found.failing:
        state, taken = graph.start, []
        while moves := state.moves or graph.moves(state):
            number, state = moves[int(chance() * len(moves))]
            taken.append(number)
        if kind := found.end(state):
            found.failing[kind] = tuple(taken)
        found.states = len(graph.known)
    return found


def exhaustively(graph: Graph, found: Found | None = None) -> Found:
    """Every state, nearest first; not complete if there are more than are remembered, or if a loop is cut."""
    found = found or Found()
    came: dict[State, tuple[int, State] | None] = {graph.start: None}
    waiting = deque([graph.start])
    while waiting and not graph.full:
        state = waiting.popleft()
        for number, after in graph.moves(state):
            if after not in came:
                came[after] = number, state
                waiting.append(after)
        if not state.moves and (kind := found.end(state)):
            found.failing[kind] = _way(came, state)
        found.states = len(came)
    found.complete = not waiting and not found.given_up
    return found


def _way(came: dict[State, tuple[int, State] | None], state: State) -> Schedule:
    """How the search came to a state."""
    taken = []
    while step := came[state]:
        number, state = step
        taken.append(number)
    return tuple(reversed(taken))


def simplest(graph: Graph, kind: Kind) -> Schedule | None:
    """The failing schedule of a kind with the fewest context switches, and of these the shortest.

    None if there is no such schedule, or none among the states that are remembered.
    """
    waiting: list[tuple[int, int, Schedule, State]] = [(0, 0, (), graph.start)]
    seen: set[tuple[State, Schedule]] = set()
    while waiting and not graph.full:
        switches, length, taken, state = heappop(waiting)
        if (state, taken[-1:]) in seen:
            continue
        seen.add((state, taken[-1:]))
        moves = graph.moves(state)
        if state.failure and state.failure.kind == kind:
            return taken
        for number, after in moves:
            switch = taken[-1:] not in ((), (number,))
            heappush(waiting, (switches + switch, length + 1, (*taken, number), after))
    return None
