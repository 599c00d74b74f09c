"""Grounding as truth tables: what depends on itself is evaluated again and again, from all false up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from litmus.cat import Fixpoint, Node
from litmus.ground import Bounded, Pair, ReadValues, Relations
from litmus.logic import FALSE, TRUE, bits, members
from litmus.program import Value
from litmus.solve.tables.truth import TruthTables
from litmus.unfold import EventStructure, outcomes

Successors = dict[int, dict[int, int]]
"""A relation: the literals of the pairs from each event, by their second event."""


class TableRelations(Relations):
    """Relations as truth tables; closures and recursive definitions are evaluated as a whole."""

    def __init__(
        self,
        tables: TruthTables,
        bounded: Bounded,
        dynamic: Mapping[str, Callable[[Pair], int]],
        tick: Callable[[], None],
    ) -> None:
        super().__init__(tables, bounded, dynamic, tick)
        steps = bounded.theory.dynamic
        self._steps = {m.id: step for step in steps if isinstance(step, Fixpoint) for m in step.members}

    def _recursive(self, node: Node, p: int) -> int:
        """The literal of a pair, after those of all pairs have been found."""
        if node.op == "plus":
            self._known[node.id].update(self._closure(node))
        else:
            self._least_fixpoint(self._steps[node.id])
        return self._known[node.id].get(p, FALSE)

    def _literal(self, node: Node, p: int) -> int:
        """As for all algebras, but a composition is found row by row."""
        if node.op != "seq":
            return super()._literal(node, p)
        self._known[node.id].update(self._composed(node, p // self.n))
        return self._known[node.id][p]

    def _composed(self, node: Node, i: int) -> dict[int, int]:
        """The literals of a row of a composition, where they are open."""
        self.tick()
        (left, right), n = node.args, self.n
        known, start = self._known[right.id], i * n
        wanted = self._undecided(node) >> start & self.u.row
        found = dict.fromkeys([start + j for j in members(wanted)], FALSE)
        for k in members(self._row(left, i)):
            onward = self._row(right, k) & wanted
            first = self.literal(left, start + k) if onward else FALSE
            if first != FALSE:
                for j in members(onward):
                    second = known.get(k * n + j)
                    if second is None:
                        second = self.literal(right, k * n + j)
                    found[start + j] &= first | second
        return found

    def _closure(self, node: Node) -> dict[int, int]:
        """All literals of a transitive closure (Warshall: through each event, from all before it to all after it).

        Events with the same successors are one row, those with the same predecessors one column, and those with both
        the same one step on the way.
        """
        n, rows = self.n, self._first(node)
        columns: Successors = {}
        for i, row in rows.items():
            for j, literal in row.items():
                columns.setdefault(j, {})[i] = literal
        like, alike = _first_equal(rows), _first_equal(columns)
        table = {i: {j: literal for j, literal in rows[i].items() if alike[j] == j} for i in like.values()}
        for into, out in dict.fromkeys((alike[k], like[k]) for k in sorted(rows.keys() & columns.keys())):
            self.tick()
            onward = list(table[out].items())
            for row in table.values():
                first = row.get(into, FALSE)
                if first != FALSE:
                    for j, second in onward:
                        row[j] = row.get(j, FALSE) & (first | second)
        found = dict.fromkeys(bits(self.may[node.id]), FALSE)
        found.update((i * n + j, table[like[i]].get(alike[j], FALSE)) for i in like for j in alike)
        return found

    def _first(self, node: Node) -> Successors:
        """The literals that a closure starts from: those of its steps, and the pairs always in it."""
        rows: Successors = {}
        for i in range(self.n):
            steps = {j: self.literal(node.args[0], i * self.n + j) for j in members(self._row(node.args[0], i))}
            always = self.must[node.id] >> i * self.n & self.u.row
            steps.update((j, TRUE) for j in members(always))
            possible = {j: literal for j, literal in steps.items() if literal != FALSE}
            if possible:
                rows[i] = possible
        return rows

    def _least_fixpoint(self, step: Fixpoint) -> None:
        """Evaluates definitions that use each other until nothing changes."""
        for member in step.members:
            self._known[member.id] = dict.fromkeys(bits(self._undecided(member)), FALSE)
        changed = True
        while changed:
            changed = False
            for member, body in zip(step.members, step.bodies, strict=True):
                self.tick()
                for node in body:
                    self._known[node.id].clear()
                known = self._known[member.id]
                new = {p: self.literal(member.args[0], p) for p in bits(self._undecided(member))}
                changed |= any(known[p] != literal for p, literal in new.items())
                known.update(new)

    def _undecided(self, node: Node) -> int:
        """The pairs that are in a node in some executions, and not in others."""
        return self.may[node.id] & ~self.must[node.id]


def _first_equal(rows: Successors) -> dict[int, int]:
    """For each event the first one with an equal row."""
    first: dict[tuple[tuple[int, int], ...], int] = {}
    return {i: first.setdefault(tuple(sorted(row.items())), i) for i, row in rows.items()}


class TableValues(ReadValues):
    """What reads return, as truth tables."""

    def __init__(self, structure: EventStructure, tables: TruthTables, rf: Mapping[Pair, int]) -> None:
        super().__init__(structure, tables, rf)
        self._groups = {key: group for group in self.circular for key in group}

    def _returns(self, key: int, value: Value) -> int:
        """The literal of a read returning a value, after those of all reads in a circle with it."""
        group = self._groups.get(key)
        if group is None:
            return self.algebra.any_of(self._received(key, value))
        if value not in self.domains[key]:
            return FALSE
        self._least_solution(group)
        return self._known[key, value]

    def _least_solution(self, group: tuple[int, ...]) -> None:
        """Follows reads that use each other's values from what they are known to return, until nothing changes."""
        self._known.update(((key, value), FALSE) for key in group for value in self.domains[key])
        ways = [(key, *way) for key in group for way in self._ways(key)]
        changed = True
        while changed:
            changed = False
            for key, value, literal, needed in ways:
                old = self._known[key, value]
                new = self.algebra.any_of((old, self.algebra.all_of([literal, *(self.returns(*n) for n in needed)])))
                changed |= new != old
                self._known[key, value] = new

    def _ways(self, key: int) -> Iterator[tuple[Value, int, tuple[tuple[int, Value], ...]]]:
        """How a read may return a value: the literal of its source, and what the reads in the stored term return."""
        domain = set(self.domains[key])
        for w, literal in self.sources.get(self.structure.reads[key], ()):
            term = self.structure.events[w].value
            assert term is not None, "a write without a value"
            for valuation, value in outcomes(term, self.domains):
                if value in domain:
                    yield value, literal, tuple(valuation.items())
