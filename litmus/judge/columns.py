"""Many executions of one event structure side by side: the operators of relation algebra on columns.

A *column* is a set of executions, an integer with a bit for each.  A set or relation in all of them is a dict from
the number of an event or pair (`litmus.logic.relation`) to its column, empty columns left out.  At litmus size
relations are sparse, so a thousand executions cost little more than one.

These are concrete sets, as in `evaluate_all`: nothing is bounded and nothing is solved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from litmus.cat import Fixpoint, Node, ScheduleStep, TheoryCheck, Unary
from litmus.errors import InternalError, assert_never
from litmus.logic import Universe, bits, mask_of

Columns: TypeAlias = dict[int, int]
"""The column of each event or pair that is in the set or relation in some execution."""

Rows: TypeAlias = dict[int, list[tuple[int, int]]]
"""A relation by first events: each second event with the column of the pair."""


def columns(values: Sequence[int]) -> Columns:
    """The columns of a set or relation, from its value in each execution."""
    found: Columns = {}
    for number, value in enumerate(values):
        for p in bits(value):
            found[p] = found.get(p, 0) | 1 << number
    return found


class Many:
    """The nodes of a theory in `count` executions of one structure.

    `static` are the values of the nodes that all executions share, and `dynamic` the columns of rf, co and (if
    needed) of different values.  `steps` is a schedule of dynamic nodes, all that they use among them.
    """

    def __init__(
        self,
        u: Universe,
        count: int,
        static: Sequence[int],
        dynamic: Mapping[str, Columns],
        steps: Iterable[ScheduleStep],
    ) -> None:
        self.u = u
        self.full = (1 << count) - 1
        self._static = static
        self._dynamic = dynamic
        self._columns: dict[int, Columns] = {}
        for step in steps:
            if isinstance(step, Fixpoint):
                self._least_fixpoint(step)
            else:
                self._columns[step.id] = self._operate(step)

    def failing(self, check: TheoryCheck) -> int:
        """The executions in which a check does not pass."""
        relation, kind = self.columns(check.node), check.kind
        if kind == "acyclic":
            failing = _cyclic(self.u.n, relation)
        elif kind == "irreflexive":
            failing = _any(column for p, column in relation.items() if p % (self.u.n + 1) == 0)
        elif kind == "empty":
            failing = _any(relation.values())
        else:
            assert_never(kind)
        return self.full & ~failing if check.negated else failing

    def columns(self, node: Node) -> Columns:
        """The columns of a node."""
        found = self._columns.get(node.id)
        if found is None:
            found = self._columns[node.id] = dict.fromkeys(bits(self._static[node.id]), self.full)
        return found

    # --- operators --------------------------------------------------------------------------------------

    def _operate(self, node: Node) -> Columns:
        """The columns of a dynamic node from those of its arguments."""
        op, args = node.op, node.args
        if op == "or":
            return _union([self.columns(a) for a in args])
        if op == "and":
            return self._intersection(args)
        if op == "seq":
            return self._sequence(*args)
        if op == "diff":
            return self._difference(*args)
        if op == "base":
            return self._dynamic[node.name or ""]
        if op == "cross":
            return self._product(*args)
        if op == "empty" or op == "all" or op == "id" or op == "fix":
            raise InternalError(f"not an operator on what executions decide: {op}")
        return self._operate_on_one(op, node.is_set, self.columns(args[0]))

    def _operate_on_one(self, op: Unary, is_set: bool, argument: Columns) -> Columns:
        """The columns of an operator with one argument."""
        n = self.u.n
        if op == "inv":
            return {p % n * n + p // n: column for p, column in argument.items()}
        if op == "plus":
            return _closure(n, argument)
        if op == "toid":
            return {i * (n + 1): column for i, column in argument.items()}
        if op == "dom":
            return _union([{p // n: column} for p, column in argument.items()])
        if op == "rng":
            return _union([{p % n: column} for p, column in argument.items()])
        if op == "not":
            everything = range(n if is_set else n * n)
            return {p: rest for p in everything if (rest := self.full & ~argument.get(p, 0))}
        assert_never(op)

    def _product(self, left: Node, right: Node) -> Columns:
        """left * right."""
        n, after = self.u.n, self.columns(right)
        return {i * n + j: both for i, a in self.columns(left).items() for j, b in after.items() if (both := a & b)}

    def _intersection(self, args: Sequence[Node]) -> Columns:
        """What all executions share is only a filter."""
        shared = -1
        for a in args:
            if a.static:
                shared &= self._static[a.id]
        first, *others = sorted((self.columns(a) for a in args if not a.static), key=len)
        found = {}
        for p, column in first.items():
            if shared >> p & 1:
                for other in others:
                    column &= other.get(p, 0)
                if column:
                    found[p] = column
        return found

    def _difference(self, left: Node, right: Node) -> Columns:
        if right.static:
            without = self._static[right.id]
            return {p: column for p, column in self.columns(left).items() if not without >> p & 1}
        removed = self.columns(right)
        return {p: rest for p, column in self.columns(left).items() if (rest := column & ~removed.get(p, 0))}

    def _sequence(self, left: Node, right: Node) -> Columns:
        """left ; right, one of them dynamic; of the other only the pairs that meet one of its events."""
        u = self.u
        if left.static:
            after = _rows(u.n, self.columns(right))
            met = mask_of(after)
            before = dict.fromkeys(bits(self._static[left.id] & met * u.column), self.full)
        elif right.static:
            before = self.columns(left)
            met = u.cross(mask_of(dict.fromkeys(p % u.n for p in before)), u.everything)
            after = _rows(u.n, dict.fromkeys(bits(self._static[right.id] & met), self.full))
        else:
            before, after = self.columns(left), _rows(u.n, self.columns(right))
        return _compose(u.n, before, after)

    def _least_fixpoint(self, step: Fixpoint) -> None:
        """Iterates the definitions, one after the other, from the empty relation until nothing changes: what
        recurses is monotone, if it is not the same in every execution.
        """
        for node in step.members:
            self._columns[node.id] = {}
        changed = True
        while changed:
            changed = False
            for member, body in zip(step.members, step.bodies, strict=True):
                for node in body:
                    self._columns[node.id] = self._operate(node)
                new = self.columns(member.args[0])
                changed |= new != self._columns[member.id]
                self._columns[member.id] = new


def _any(parts: Iterable[int]) -> int:
    """The executions in one of some columns."""
    found = 0
    for column in parts:
        found |= column
    return found


def _union(parts: Iterable[Columns]) -> Columns:
    found: Columns = {}
    for part in parts:
        if found:
            for p, column in part.items():
                found[p] = found.get(p, 0) | column
        else:
            found = dict(part)
    return found


def _rows(n: int, relation: Columns) -> Rows:
    rows: Rows = {}
    for p, column in relation.items():
        rows.setdefault(p // n, []).append((p % n, column))
    return rows


def _compose(n: int, left: Columns, right: Rows) -> Columns:
    found: Columns = {}
    for p, first in left.items():
        i, k = divmod(p, n)
        start = i * n
        for j, second in right.get(k, ()):
            both = first & second
            if both:
                found[start + j] = found.get(start + j, 0) | both
    return found


def _closure(n: int, relation: Columns) -> Columns:
    """The transitive closure (Warshall: through each event, from all before it to all after it)."""
    after: dict[int, Columns] = {}
    before: dict[int, dict[int, None]] = {}
    for p, column in relation.items():
        i, j = divmod(p, n)
        after.setdefault(i, {})[j] = column
        before.setdefault(j, {})[i] = None
    for through in sorted(after.keys() & before.keys()):
        for i in list(before[through]):
            row, first = after[i], after[i][through]
            for j, second in list(after[through].items()):
                both = first & second
                if both:
                    row[j] = row.get(j, 0) | both
                    before[j][i] = None
    return {i * n + j: column for i, row in after.items() for j, column in row.items()}


def _cyclic(n: int, relation: Columns) -> int:
    """The executions in which the relation has a cycle: those with an event from which one can go on for ever.

    Starts from all that have a successor, and drops those without one that is left, the last events first.
    """
    rows = sorted(_rows(n, relation).items(), reverse=True)
    endless: dict[int, int] = {}
    for i, row in rows:
        endless[i] = 0
        for _, column in row:
            endless[i] |= column
    changed = True
    while changed:
        changed = False
        for i, row in rows:
            left = 0
            for j, column in row:
                left |= column & endless.get(j, 0)
            if left != endless[i]:
                endless[i] = left
                changed = True
        rows = [(i, row) for i, row in rows if endless[i]]
    result = 0
    for column in endless.values():
        result |= column
    return result
