"""Propositions as truth tables over all candidate executions, one integer each: the literals of the table back end.

Candidate number c makes choice `c // stride % count` at each location.  A proposition is an odd integer: bit c + 1 is
set where candidate c makes it *false*, and what is beyond the last candidate is as the last one, by the sign.  So
equal propositions are equal integers, and the constants and the negation are those of a circuit: 1 is true, -1
false, and -l the negation of l.  A disjunction is one `&` for each disjunct, a conjunction one `|`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from litmus.logic import FALSE, TRUE, bits


class TruthTables:
    """The propositions over all combinations of choices; `counts[i]` is the number of choices of location i."""

    def __init__(self, counts: Sequence[int]) -> None:
        self.counts = tuple(counts)
        self.strides: list[int] = []
        self.size = 1
        for count in counts:
            self.strides.append(self.size)
            self.size *= count
        self.full = (1 << self.size) - 1

    def choice(self, place: int, members: int) -> int:
        """The proposition that the choice of a location is one of `members`."""
        stride = self.strides[place]
        period = stride * self.counts[place]
        run = (1 << stride) - 1
        block = members if stride == 1 else sum(run << c * stride for c in bits(members))
        return self._literal(block if period == self.size else block * (self.full // ((1 << period) - 1)))

    def _literal(self, candidates: int) -> int:
        """The proposition that holds for a set of candidates."""
        false = self.full & ~candidates
        return (false << 1 | 1) - (false >> self.size - 1 << self.size + 1)

    def candidates(self, literal: int) -> int:
        """The candidates that make a proposition true, as a set."""
        return self.full & ~(literal >> 1)

    def any_of(self, literals: Iterable[int]) -> int:
        """The disjunction."""
        result = FALSE
        for literal in literals:
            result &= literal
            if result == TRUE:
                break
        return result

    def all_of(self, literals: Iterable[int]) -> int:
        """The conjunction."""
        result = TRUE
        for literal in literals:
            result |= literal
            if result == FALSE:
                break
        return result
