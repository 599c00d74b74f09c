"""Derivations: how a pair of a composite relation comes from the edges of an execution.

A pair of a union is one of its arguments, a pair of a sequence has an event between, and so on down to base
relations; of all ways the one with the fewest edges is taken.  A pair of a recursive definition is derived from what
the definition held one round of its fixpoint earlier, so no derivation goes in a circle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from typing import TypeAlias

from litmus.cat import Fixpoint, Node, Values, operate
from litmus.errors import InternalError, assert_never
from litmus.explain.cause.lexicon import Lexicon, is_filter, is_from_read
from litmus.explain.edge import IDENTITY, Edge, joined
from litmus.logic import Universe, bits

FINISHED = -1
"""The stage of nodes outside the recursion at hand: their final values."""


@dataclass(frozen=True, slots=True)
class Weighted:
    """An edge and the number of edges of the execution below it."""

    cost: int
    edge: Edge


Steps: TypeAlias = Callable[[int], Iterable[tuple[int, Weighted]]]
"""From an event, the events one step on."""


def cheapest_path(steps: Steps, start: int, goal: int, limit: int | None = None) -> Weighted | None:
    """The cheapest path of one or more steps, its edge with a part for each step; None where there is none, or none
    that is cheaper than the limit.
    """
    order = count()
    waiting: list[tuple[int, int, int, tuple[Edge, ...]]] = [(0, next(order), start, ())]
    done: set[int] = set()
    while waiting:
        cost, _, event, parts = heappop(waiting)
        if limit is not None and cost >= limit:
            return None
        if parts and event == goal:
            return Weighted(cost, Edge(start, goal, "", parts))
        if event in done:
            continue
        if parts:
            done.add(event)
        for following, step in steps(event):
            if following not in done:
                heappush(waiting, (cost + step.cost, next(order), following, (*parts, step.edge)))
    return None


class Derivations:
    """The derivations of the pairs of one execution; `values` are those of the theory's nodes in it."""

    def __init__(self, lexicon: Lexicon, u: Universe, values: Values) -> None:
        self.lexicon = lexicon
        self.u = u
        self._stages: dict[int, Values] = {FINISHED: values}
        self._rounds: dict[int, list[int]] = {}
        self._known: dict[tuple[int, int, int, int], Weighted] = {}
        theory = lexicon.theory
        self._fixpoints = {
            member.id: step
            for step in (*theory.static, *theory.dynamic) if isinstance(step, Fixpoint)
            for member in step.members
        }  # fmt: skip

    def derive(self, node: Node, a: int, b: int, stage: int = FINISHED) -> Weighted:
        """The smallest derivation of a pair; InternalError where the node has no such pair."""
        key = (node.id, a, b, stage)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._derive(node, a, b, stage)
        return found

    def circle(self, node: Node, a: int, b: int) -> tuple[Edge, ...]:
        """A pair of an intersection as a circle: forth by one argument, back by the inverse of another.

        A pair of another relation is a path by itself.
        """
        parts = [part for part in self._conjuncts(node, a, b) if not is_filter(part)]
        forth = sorted((part for part in parts if part.op != "inv"), key=lambda part: part.static)
        back = [part.args[0] for part in parts if part.op == "inv"]
        if not forth or len(parts) < 2:
            return (self.derive(node, a, b).edge,)
        there = self.derive(forth[0], a, b).edge
        if back:
            return there, self.derive(back[0], b, a).edge
        return there, Edge(b, a, f"{self.derive(forth[1], a, b).edge.relation}^-1")

    def _conjuncts(self, node: Node, a: int, b: int) -> list[Node]:
        """What all holds of a pair, by the argument that has it where there is a choice."""
        if is_filter(node) or node.op not in ("and", "or"):
            return [node]
        chosen = node.args if node.op == "and" else [next(x for x in node.args if self._has(x, a, b, FINISHED))]
        return [inner for part in chosen for inner in self._conjuncts(part, a, b)]

    # --- by operator ------------------------------------------------------------------------------------

    def _derive(self, node: Node, a: int, b: int, stage: int) -> Weighted:
        if is_from_read(node):
            return Weighted(1, Edge(a, b, "fr"))
        found = self._by_operator(node, a, b, stage)
        name = self.lexicon.name(node)
        return found if name is None else Weighted(found.cost, self.lexicon.put(found.edge, name))

    def _by_operator(self, node: Node, a: int, b: int, stage: int) -> Weighted:
        match node.op:
            case "id" | "toid":
                return Weighted(0, Edge(a, b, IDENTITY))
            case "or":
                return self._union(node, a, b, stage)
            case "and":
                return self._intersection(node, a, b, stage)
            case "diff":
                return self.derive(node.args[0], a, b, stage)
            case "seq":
                return self._sequence(node, a, b, stage)
            case "plus":
                return self._closure(node, a, b, stage)
            case "fix":
                return self._recursion(node, a, b)
            case "base" | "inv" | "cross" | "not" | "all":
                return Weighted(1, Edge(a, b, self._word(node)))
            case "empty" | "dom" | "rng":
                raise InternalError(f"no relation with pairs: {node.op}")
            case _ as unknown:
                assert_never(unknown)

    def _word(self, node: Node) -> str:
        """What to call a relation that is not taken apart."""
        if node.op == "inv":
            return f"{self.lexicon.name(node.args[0]) or 'relation'}^-1"
        return self.lexicon.name(node) or {"cross": "any", "not": "other", "all": "any"}.get(node.op, node.op)

    def _union(self, node: Node, a: int, b: int, stage: int) -> Weighted:
        return self._cheapest(node, (self._argument(node, x, a, b, stage)
                                     for x in node.args if self._has(x, a, b, stage)), a, b)  # fmt: skip

    def _argument(self, node: Node, argument: Node, a: int, b: int, stage: int) -> Weighted:
        """An argument of a union or intersection, under the name of the smallest definition around it."""
        found = self.derive(argument, a, b, stage)
        name = None if self.lexicon.name(argument) else self.lexicon.part_name(node, argument)
        return found if name is None else Weighted(found.cost, self.lexicon.put(found.edge, name))

    def _intersection(self, node: Node, a: int, b: int, stage: int) -> Weighted:
        """The argument that says most: one that is more than a filter, and depends on the execution if one does."""
        telling = [x for x in node.args if not is_filter(x)] or [x for x in node.args if x.op != "cross"]
        if not telling:
            return Weighted(1, Edge(a, b, self._word(node)))
        chosen = min(telling, key=lambda x: (x.static, x.op == "not", x.id))
        return self._argument(node, chosen, a, b, stage)

    def _sequence(self, node: Node, a: int, b: int, stage: int) -> Weighted:
        left, right = node.args
        after, before = self._row(left, a, stage), self._column(right, b, stage)
        halves = (
            (self.derive(left, a, c, stage), self.derive(right, c, b, stage)) for c in bits(after & before)
        )
        return self._cheapest(
            node,
            (Weighted(x.cost + y.cost, joined(a, b, (x.edge, y.edge))) for x, y in halves), a, b,
        )  # fmt: skip

    def _closure(self, node: Node, a: int, b: int, stage: int) -> Weighted:
        """The cheapest path; the steps from an event are derived when it is first looked at."""
        found = cheapest_path(lambda event: self.steps(node.args[0], event, self.u.row, stage), a, b)
        if found is None:
            raise InternalError("a closure without a path")
        return Weighted(found.cost, joined(a, b, found.edge.parts))

    def steps(self, node: Node, event: int, to: int, stage: int = FINISHED) -> list[tuple[int, Weighted]]:
        """The pairs of a relation from an event to the events of a set, derived."""
        return [(b, self.derive(node, event, b, stage)) for b in bits(self._row(node, event, stage) & to)]

    def _recursion(self, node: Node, a: int, b: int) -> Weighted:
        """From the first round of the fixpoint whose definition has the pair."""
        body = node.args[0]
        number = next((n for n in self._replayed(self._fixpoints[node.id]) if self._has(body, a, b, n)), None)
        if number is None:
            raise InternalError("a recursive definition without a derivation")
        return self.derive(body, a, b, number)

    @staticmethod
    def _cheapest(node: Node, options: Iterator[Weighted], a: int, b: int) -> Weighted:
        best = min(options, key=lambda found: found.cost, default=None)
        if best is None:
            raise InternalError(f"{node!r} does not have the pair {a}, {b}")
        return best

    # --- values -----------------------------------------------------------------------------------------

    def _value(self, node: Node, stage: int) -> int:
        return self._stages[stage][node.id]

    def _has(self, node: Node, a: int, b: int, stage: int) -> bool:
        return bool(self._value(node, stage) >> (a * self.u.n + b) & 1)

    def _row(self, node: Node, a: int, stage: int) -> int:
        return self._value(node, stage) >> a * self.u.n & self.u.row

    def _column(self, node: Node, b: int, stage: int) -> int:
        column = self._value(node, stage) >> b & self.u.column
        return sum(1 << bit // self.u.n for bit in bits(column))

    def _replayed(self, step: Fixpoint) -> list[int]:
        """The rounds of a fixpoint, as stages: in each, definitions see the members as of the round before."""
        key = step.members[0].id
        if key not in self._rounds:
            found = self._rounds[key] = []
            before, after = [-1], [0] * len(step.members)
            while after != before:
                before = after
                found.append(len(self._stages))
                self._stages[found[-1]] = values = self._round(step, before)
                after = [values[member.args[0].id] for member in step.members]
        return self._rounds[key]

    def _round(self, step: Fixpoint, before: Sequence[int]) -> Values:
        """The values of the definitions where the members are `before`."""
        values = list(self._stages[FINISHED])
        for member, value in zip(step.members, before, strict=True):
            values[member.id] = value
        for node in (node for body in step.bodies for node in body):
            values[node.id] = operate(self.u, node, values)
        return values
