"""Circuits as clauses, with each gate defined only in the directions that are used.

(Plaisted, Greenbaum: A structure-preserving clause form translation, 1986.)  A gate that only ever has to be
false needs no well-founded justification: clauses in one direction suffice even where gates depend on each
other.  Where such a gate has to be true, it is unrolled in levels, so that it cannot support itself.
"""

from __future__ import annotations

from collections.abc import Iterable

from litmus.circuit import AND, TRUE, Circuit
from litmus.solve.order import gate_order, is_recursive

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
        """The literal is true."""
        self.define((literal,))
        self.clauses.append((literal,))

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
        gate = abs(literal)
        inputs = self.circuit.inputs[gate]
        if literal < 0:
            inputs = tuple(-i for i in inputs)
        if (self.circuit.kinds[gate] == AND) == (literal > 0):
            self.clauses.extend((-literal, i) for i in inputs)
        else:
            self.clauses.append((-literal, *inputs))
        return list(inputs)

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
