"""Circuits as clauses, with each gate defined only in the directions that are used.

(Plaisted, Greenbaum: A structure-preserving clause form translation, 1986.)  A gate that only ever has to be
false needs no well-founded justification: clauses in one direction suffice even where gates depend on each
other.  Where such a gate has to be true, it is unrolled in levels, so that it cannot support itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from litmus.logic import TRUE
from litmus.solve.sat.circuit import AND, Circuit
from litmus.solve.sat.order import gate_order, is_recursive

Clause = tuple[int, ...]


class Clauses:
    """The clauses of the gates that are asked for.  Variables are the circuit's, then new ones."""

    def __init__(self, circuit: Circuit) -> None:
        self.circuit = circuit
        self.clauses: list[Clause] = [(TRUE,)]
        self.variables = len(circuit.kinds) - 1
        self._done: set[int] = set()
        self._group: dict[int, list[int]] = {}
        if circuit.recursive:
            for group in gate_order(circuit):
                if is_recursive(circuit, group):
                    self._group.update((gate, group) for gate in group)

    def require(self, literal: int) -> None:
        """The literal is true: each input of a conjunction is, and a disjunction is one clause, without a variable."""
        pending, seen = [literal], {TRUE}  # the first clause says TRUE
        while pending:
            literal = pending.pop()
            if literal in seen:
                continue
            seen.add(literal)
            inputs = self._inputs(literal)
            if not inputs or literal in self._group:
                self._add((literal,))
            elif self._all_of(literal):
                pending.extend(inputs)
            else:
                self._add(inputs)

    def _add(self, clause: Sequence[int]) -> None:
        """A clause, and what its literals mean."""
        self.define(clause)
        self.clauses.append(tuple(clause))

    def define(self, literals: Iterable[int]) -> None:
        """Gives meaning to literals that will be assumed or required to be true."""
        pending = list(literals)
        while pending:
            literal = pending.pop()
            if literal in self._done:
                continue
            self._done.add(literal)
            if self.circuit.inputs[abs(literal)]:
                if literal > 0 and literal in self._group:
                    pending.extend(self._levels(self._group[literal]))
                else:
                    pending.extend(self._direction(literal))

    def _direction(self, literal: int) -> list[int]:
        """literal implies what it stands for; gives the literals that this uses."""
        inputs = self._inputs(literal)
        if self._all_of(literal):
            self.clauses.extend((-literal, i) for i in inputs)
        else:
            self.clauses.append((-literal, *inputs))
        return inputs

    def _inputs(self, literal: int) -> list[int]:
        """What a literal stands for the conjunction or disjunction of; nothing for a variable."""
        inputs = self.circuit.inputs[abs(literal)]
        return list(inputs) if literal > 0 else [-i for i in inputs]

    def _all_of(self, literal: int) -> bool:
        """Whether a literal stands for a conjunction: a negated disjunction does, too."""
        return (self.circuit.kinds[abs(literal)] == AND) == (literal > 0)

    def _levels(self, group: list[int]) -> list[int]:
        """A gate of the group is true at level k only by gates of the group that are true at level k - 1."""
        used: list[int] = []
        below: dict[int, int] = dict.fromkeys(group, -TRUE)
        for level in range(len(group), -1, -1):
            here = {g: g if level == 0 else self.fresh() for g in group}
            for gate in group:
                inputs = [below.get(i, i) for i in self.circuit.inputs[gate]]
                used.extend(i for i in self.circuit.inputs[gate] if i not in below)
                if self.circuit.kinds[gate] == AND:
                    self.clauses.extend((-here[gate], i) for i in inputs)
                else:
                    self.clauses.append((-here[gate], *inputs))
            below = here
        self._done.update(group)
        return used

    def fresh(self) -> int:
        """A new variable."""
        self.variables += 1
        return self.variables

    def dimacs(self) -> str:
        """All clauses in DIMACS form."""
        lines = [f"p cnf {self.variables} {len(self.clauses)}"]
        lines += [" ".join(map(str, clause)) + " 0" for clause in self.clauses]
        return "\n".join(lines) + "\n"
