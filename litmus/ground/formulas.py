"""The third algebra of cat, formulas: single pairs of nodes on demand, as literals over the choices of rf and co.

Only the pairs that a check can see are expanded, and only where the bounds leave them open.  How recursion is solved
depends on what literals are: see `litmus.solve.sat.gates` and `litmus.solve.tables.tabulation`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from typing import Literal

from litmus.cat import CheckKind, Node
from litmus.errors import InternalError, assert_never
from litmus.ground.bounds import Bounded
from litmus.logic import FALSE, TRUE, Algebra, bits, eliminate, members

Pair = tuple[int, int]


class Relations(ABC):
    """The literals of "this pair is in this relation" and "this event is in this set".

    `dynamic` gives the literals of the pairs of rf, co and (if needed) of different values.  `tick` is called now and
    then; it may raise, to stop.
    """

    def __init__(
        self,
        algebra: Algebra,
        bounded: Bounded,
        dynamic: Mapping[str, Callable[[Pair], int]],
        tick: Callable[[], None],
    ) -> None:
        self.tick = tick
        self.u = bounded.universe
        self.n = self.u.n
        self.algebra = algebra
        self.may = bounded.may
        self.must = bounded.must
        self.dynamic = dynamic
        self._known: list[dict[int, int]] = [{} for _ in self.may]
        self._rows: dict[int, list[int]] = {}
        self._columns: dict[int, list[int]] = {}

    def passes(self, kind: CheckKind, node: Node) -> int:
        """The literal of a check (not negated)."""
        if kind == "acyclic":
            return self._acyclic(node)
        if kind == "irreflexive":
            return self._is_empty(node, self.may[node.id] & self.u.identity)
        if kind == "empty":
            return self._is_empty(node, self.may[node.id])
        assert_never(kind)

    def _is_empty(self, node: Node, inside: int) -> int:
        """None of some pairs (or events) is in a node."""
        return -self.algebra.any_of(self.literal(node, p) for p in bits(inside))

    def _acyclic(self, node: Node) -> int:
        """No cycle: within each strongly connected component of the may-graph, by vertex elimination."""
        if not self.u.is_acyclic(self.must[node.id]):
            return FALSE
        cyclic = []
        for component in self.u.components(self.may[node.id]):
            cyclic += eliminate(self.algebra, self._edges(node, component), self.tick)
        return -self.algebra.any_of(cyclic)

    def _edges(self, node: Node, component: int) -> dict[int, dict[int, int]]:
        """The edges within a component: from each event, the literal of each edge."""
        self.tick()
        return {
            i: {j: self.literal(node, i * self.n + j) for j in members(self._row(node, i) & component)}
            for i in bits(component)
        }

    # --- one pair ---------------------------------------------------------------------------------------

    def literal(self, node: Node, p: int) -> int:
        """The literal of pair (or event) number p being in a node."""
        known = self._known[node.id]
        found = known.get(p)
        if found is None:
            if self.must[node.id] >> p & 1:
                found = TRUE
            elif self.may[node.id] >> p & 1:
                found = self._literal(node, p)
            else:
                found = FALSE
            known[p] = found
        return found

    def _literal(self, node: Node, p: int) -> int:
        """The literal of a pair (or event) that the bounds leave open, from literals of the arguments."""
        op, args, algebra = node.op, node.args, self.algebra
        if op == "or":
            return algebra.any_of([self.literal(a, p) for a in args])
        if op == "and":
            return algebra.all_of([self.literal(a, p) for a in args])
        if op == "diff":
            return algebra.all_of((self.literal(args[0], p), -self.literal(args[1], p)))
        if op == "not":
            return -self.literal(args[0], p)
        if op == "plus" or op == "fix":
            return self._recursive(node, p)
        if op == "seq":
            return algebra.any_of(self._sequence(node, p))
        if op == "dom":
            return algebra.any_of(self._domain(node, p))
        if op == "rng":
            return algebra.any_of(self._range(node, p))
        if op == "empty" or op == "all" or op == "id":
            raise InternalError(f"a constant is never open: {op}")
        return self._elsewhere(op, node, p)

    def _elsewhere(self, op: Literal["base", "inv", "toid", "cross"], node: Node, p: int) -> int:
        """The literal of pair (i, j) where the arguments are asked about other pairs, or about single events: the
        inverse about (j, i), [S] about i, A * B about i and j; a base relation has its own literals.
        """
        i, j = divmod(p, self.n)
        if op == "base":
            return self.dynamic[node.name or ""]((i, j))
        if op == "inv":
            return self.literal(node.args[0], j * self.n + i)
        if op == "toid":
            return self.literal(node.args[0], i)
        if op == "cross":
            return self.algebra.all_of((self.literal(node.args[0], i), self.literal(node.args[1], j)))
        assert_never(op)

    @abstractmethod
    def _recursive(self, node: Node, p: int) -> int:
        """The literal of a pair of a closure or of a recursive definition."""

    def _sequence(self, node: Node, p: int) -> Iterator[int]:
        left, right = node.args
        i, j = divmod(p, self.n)
        start = i * self.n
        for k in members(self._row(left, i) & self._column(right, j)):
            first = self.literal(left, start + k)
            if first != FALSE:
                yield self.algebra.all_of((first, self.literal(right, k * self.n + j)))

    def _domain(self, node: Node, p: int) -> Iterator[int]:
        relation = node.args[0]
        for j in members(self._row(relation, p)):
            yield self.literal(relation, p * self.n + j)

    def _range(self, node: Node, p: int) -> Iterator[int]:
        relation = node.args[0]
        for i in members(self._column(relation, p)):
            yield self.literal(relation, i * self.n + p)

    def _row(self, node: Node, i: int) -> int:
        """The events that may follow i in a relation."""
        rows = self._rows.get(node.id)
        if rows is None:
            rows = self._rows[node.id] = self.u.rows(self.may[node.id])
        return rows[i]

    def _column(self, node: Node, j: int) -> int:
        """The events that j may follow."""
        columns = self._columns.get(node.id)
        if columns is None:
            columns = self._columns[node.id] = self.u.rows(self.u.inverse(self.may[node.id]))
        return columns[j]
