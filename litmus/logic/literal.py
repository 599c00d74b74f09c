"""Literals: what propositions are written with, whatever a back end makes of them.

A literal is a non-zero integer: `TRUE` is 1, `FALSE` is -1, and -l is the negation of l.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

TRUE = 1
FALSE = -1


class Algebra(Protocol):
    """Where literals are combined: gates of a solver, or truth tables."""

    def any_of(self, literals: Iterable[int]) -> int:
        """The disjunction."""
        ...

    def all_of(self, literals: Iterable[int]) -> int:
        """The conjunction."""
        ...
