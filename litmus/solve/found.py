"""What both back ends answer with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from litmus.judge import Execution
from litmus.program import Value


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """A final state (the values of the observables), an execution that ends in it, and how many do.

    `count` is None where the back end does not count executions.
    """

    values: tuple[Value, ...]
    execution: Execution
    count: int | None


class Solver(Protocol):
    """A problem, being solved."""

    def states(self) -> Iterator[Found]:
        """Every final state of an allowed execution, once."""
        ...

    def witness(self, literal: int) -> Found | None:
        """An allowed execution that makes the literal true, or None when there is none; nothing is counted."""
        ...

    def executions(self, literal: int) -> Iterator[Execution]:
        """Every allowed execution that makes the literal true; the last question that is asked of a solver."""
        ...

    def out_of_thin_air(self) -> bool:
        """Whether the axioms allow an execution in which values depend on each other in a circle."""
        ...
