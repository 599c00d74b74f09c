"""What a thread does next, after each history of results.

A routine computes from nothing but what its accesses return.  To find its next step, it runs with the results so far
until it asks for one that is not there yet.  Steps that no other thread can see (fences, nested RCU sections, results
that it reports) belong to the step before which they come.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TypeAlias

from mmcore.cpu import Maker
from mmcore.cpu.expression import Expression
from mmcore.errors import Misuse
from mmcore.interleaved.operation import Operation
from mmcore.interleaved.replay import Call, InterleavedCpu, Reached, Replay

MOST_STEPS = 200
"""How many steps of one thread are run; a thread with more is in a loop, and its schedule is given up there."""

Run: TypeAlias = Callable[[Maker], None]
"""Runs a thread on a fresh graph, given the maker of its CPU."""


@dataclass(slots=True, eq=False)
class Point:
    """Where a thread is, after steps with the values `past`.

    `operation`: its next step; None where it has returned, broke a rule (`misuse`), or is given up (`endless`).
    `call`: that step in the routine.  `quiet`: what the thread did before it that no other thread sees.  `observed`:
    what it has reported so far.  `after`: where each value of the step leads, as far as known.
    """

    past: tuple[Expression, ...]
    operation: Operation | None
    call: Call | None
    quiet: tuple[Call, ...]
    observed: dict[str, Expression]
    misuse: Misuse | None
    endless: bool
    after: dict[Expression, Point] = field(default_factory=dict)


class Behaviour:
    """One thread: a tree of points, which grows as histories come up.  `cells`: the index of each cell."""

    def __init__(self, run: Run, cells: Mapping[str, int]) -> None:
        self.run = run
        self.cells = cells
        self.start = self._at(())

    def next(self, point: Point, value: Expression) -> Point:
        """Where the thread is after its step at a point had a value."""
        if value not in point.after:
            point.after[value] = self._at((*point.past, value))
        return point.after[value]

    def _at(self, past: tuple[Expression, ...]) -> Point:
        replay = Replay(past)
        operation, call, misuse = None, None, None
        try:
            self.run(partial(InterleavedCpu, replay, self.cells))
        except Reached as reached:
            operation, call = reached.operation, reached.call
        except Misuse as error:
            misuse = error
        endless = operation is not None and len(past) >= MOST_STEPS
        if endless:
            operation = None
        return Point(past, operation, call, tuple(replay.quiet), replay.observed, misuse, endless)
