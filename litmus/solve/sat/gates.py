"""Grounding as a circuit, for a solver: a literal that depends on itself becomes a gate that does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from litmus.cat import CheckKind, Node
from litmus.ground import Bounded, Pair, ReadValues, Relations
from litmus.logic import TRUE, bits
from litmus.program import Value
from litmus.solve.sat.circuit import Circuit
from litmus.unfold import EventStructure

DEEPEST = 10
"""So many recursive literals are expanded one inside the other; those below wait (Python's stack is small)."""


class GateRelations(Relations):
    """Relations as gates; a closure goes through the first steps from its first event."""

    def __init__(
        self,
        circuit: Circuit,
        bounded: Bounded,
        dynamic: Mapping[str, Callable[[Pair], int]],
        tick: Callable[[], None],
    ) -> None:
        super().__init__(circuit, bounded, dynamic, tick)
        self.circuit = circuit
        self._open: dict[tuple[int, int], int] = {}
        self._waiting: list[tuple[Node, int, int]] = []
        self._steps: dict[tuple[int, int], list[tuple[int, int]]] = {}

    def passes(self, kind: CheckKind, node: Node) -> int:
        """The literal of a check (not negated)."""
        literal = super().passes(kind, node)
        while self._waiting:
            waiting, p, gate = self._waiting.pop()
            self.circuit.close(gate, self._inputs(waiting, p))
        return literal

    def _recursive(self, node: Node, p: int) -> int:
        """A literal that may be asked for again while it is being expanded: then it becomes an open gate."""
        self.tick()
        key = (node.id, p)
        opened = self._open.get(key)
        if opened is None and len(self._open) == DEEPEST:
            opened = self.circuit.open()
            self._waiting.append((node, p, opened))
        elif opened is None:
            self._open[key] = 0
            inputs = self._inputs(node, p)
            opened = self._open.pop(key)
            if opened:
                self.circuit.close(opened, inputs)
            else:
                opened = self.circuit.any_of(inputs)
        elif opened == 0:
            opened = self._open[key] = self.circuit.open()
        return opened

    def _inputs(self, node: Node, p: int) -> list[int]:
        """What makes a recursive literal true."""
        return [self.literal(node.args[0], p)] if node.op == "fix" else list(self._plus(node, p))

    def _plus(self, node: Node, p: int) -> Iterator[int]:
        step = node.args[0]
        i, j = divmod(p, self.n)
        yield self.literal(step, p)
        column = self._column(node, j)
        for k, literal in self._first_steps(node, i):
            if column >> k & 1:
                yield self.circuit.all_of((literal, self.literal(node, k * self.n + j)))

    def _first_steps(self, node: Node, i: int) -> list[tuple[int, int]]:
        """The first steps (event, literal) of a closure from event i, without those that only repeat others.

        A step to k is left out if there is another one, to m, that is there whenever this one is (always, or by the
        same literal), and the closure must lead from m to k, but not from m back to i.  Then what begins with the step
        to k is reached through m, too.  For example, with po in the closure and i, m, k in program order, the step from
        i to m is enough: that from i to k says nothing new.  Where m leads back to i, the way from m to k may
        go there and take this very step, which therefore stays.
        """
        found = self._steps.get((node.id, i))
        if found is None:
            step = node.args[0]
            literals = {k: self.literal(step, i * self.n + k) for k in bits(self._row(step, i))}
            must = self.u.rows(self.must[node.id])
            found = []
            for k in sorted(literals, key=lambda k: -must[k].bit_count()):
                reach = (must[other] for other, same in found if same in (TRUE, literals[k]))
                if not any(row >> k & 1 and not row >> i & 1 for row in reach):
                    found.append((k, literals[k]))
            self._steps[node.id, i] = found
        return found


class GateValues(ReadValues):
    """What reads return, as gates."""

    def __init__(self, structure: EventStructure, circuit: Circuit, rf: Mapping[Pair, int]) -> None:
        super().__init__(structure, circuit, rf)
        self.circuit = circuit
        self._open: dict[tuple[int, Value], int] = {}

    def _returns(self, key: int, value: Value) -> int:
        """A literal that may be asked for again while it is being expanded: then it becomes an open gate."""
        opened = self._open.get((key, value))
        if opened is None:
            self._open[key, value] = 0
            inputs = self._received(key, value)
            opened = self._open.pop((key, value))
            if opened:
                self.circuit.close(opened, inputs)
            else:
                opened = self.circuit.any_of(inputs)
        elif opened == 0:
            opened = self._open[key, value] = self.circuit.open()
        return opened
