"""Propositions as a shared and/or graph, the literals of a solver.

Every literal but `TRUE` and `FALSE` names a variable or a gate, or is the negation of one.  Gates may depend on
themselves (recursive relations, values that pass through memory): they stand for the least solution, and no such cycle
passes through a negation.
"""

from __future__ import annotations

from collections.abc import Iterable

from litmus.logic import FALSE, TRUE

VARIABLE, AND, OR = "var", "and", "or"


class Circuit:
    """`kinds[i]` and `inputs[i]` describe literal i (index 0 is unused, 1 is TRUE)."""

    def __init__(self) -> None:
        self.kinds: list[str] = ["", VARIABLE]
        self.inputs: list[tuple[int, ...]] = [(), ()]
        self.recursive = False
        self._made: dict[tuple[str, tuple[int, ...]], int] = {}

    def variable(self) -> int:
        """A new variable."""
        return self._append(VARIABLE, ())

    def _append(self, kind: str, inputs: tuple[int, ...]) -> int:
        self.kinds.append(kind)
        self.inputs.append(inputs)
        return len(self.kinds) - 1

    def any_of(self, literals: Iterable[int]) -> int:
        """The disjunction."""
        kept: dict[int, None] = {}
        for literal in literals:
            if literal == TRUE or -literal in kept:
                return TRUE
            if literal != FALSE:
                kept[literal] = None
        return self._gate(OR, kept, FALSE)

    def all_of(self, literals: Iterable[int]) -> int:
        """The conjunction."""
        kept: dict[int, None] = {}
        for literal in literals:
            if literal == FALSE or -literal in kept:
                return FALSE
            if literal != TRUE:
                kept[literal] = None
        return self._gate(AND, kept, TRUE)

    def _gate(self, kind: str, kept: dict[int, None], neutral: int) -> int:
        if len(kept) < 2:
            return next(iter(kept), neutral)
        key = (kind, tuple(sorted(kept)))
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = self._append(kind, key[1])
        return found

    def open(self) -> int:
        """A disjunction whose inputs come later (`close`), so that they may depend on it."""
        return self._append(OR, ())

    def close(self, literal: int, inputs: Iterable[int]) -> None:
        """Sets the inputs of an opened disjunction.  Never none: without inputs it would be a variable."""
        self.inputs[literal] = tuple(dict.fromkeys(i for i in inputs if i != FALSE)) or (FALSE,)
        self.recursive = True
