"""The interface of a back end, as far as grounding goes: what literals are, and how recursion among them is solved.

A back end is a folder of `litmus.solve`, chosen once for each event structure.  Grounding works on its literals, and
never asks which one it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from litmus.ground.bounds import Bounded
from litmus.ground.formulas import Relations
from litmus.ground.readings import ReadValues
from litmus.logic import Algebra
from litmus.unfold import EventStructure

Pair = tuple[int, int]


class Backend(Protocol):
    """Where the literals of one event structure come from."""

    @property
    def algebra(self) -> Algebra:
        """What combines literals."""
        ...

    def choice(self, place: int, members: int) -> int:
        """The literal of the choice of location number `place` being one of `members`, a set of its choices."""
        ...

    def variable(self) -> int:
        """A literal that nothing determines yet; InternalError where all literals are those of choices."""
        ...

    def relations(
        self, bounded: Bounded, dynamic: Mapping[str, Callable[[Pair], int]], tick: Callable[[], None]
    ) -> Relations:
        """The literals of the relations of a theory; `dynamic` has those of rf, co and (if needed) of different values.

        `tick` is called now and then; it may raise, to stop.
        """
        ...

    def values(self, structure: EventStructure, rf: Mapping[Pair, int]) -> ReadValues:
        """The literals of what reads return; `rf` has those of the pairs that may hold."""
        ...
