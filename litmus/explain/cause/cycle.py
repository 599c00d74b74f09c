"""Why a model forbids an execution: the axiom that fails, and a smallest cycle that shows it.

The cycle is one of the failing axiom's own relation.  Each edge is taken apart, along the definitions of the model,
into the edges of the execution that make it up: rf, co, fr, program order and dependencies.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from litmus.cat import Node, Theory, TheoryCheck, Values
from litmus.errors import assert_never
from litmus.explain.cause.derivation import Derivations, Weighted, cheapest_path
from litmus.explain.cause.lexicon import Lexicon
from litmus.explain.edge import Edge
from litmus.judge import Evaluator, Execution, passes
from litmus.logic import Universe, bits


@dataclass(frozen=True, slots=True)
class Violation:
    """An axiom that an execution violates.

    `cycle`: edges, each beginning where the one before it ends, back to the first; for the axiom `empty r`, a pair of
    r closed to a circle by what it meets there (`rmw^-1`).  Empty for axioms that no cycle explains: `~acyclic r`, or
    `empty S` for a set S, whose first event is `event`.
    """

    axiom: str
    kind: str
    cycle: tuple[Edge, ...]
    event: int | None = None

    @property
    def leaves(self) -> tuple[Edge, ...]:
        """The cycle as edges of the execution."""
        return tuple(leaf for edge in self.cycle for leaf in edge.leaves())


class Reasons:
    """What a theory has against the executions of one event structure."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self.theory = evaluator.theory
        self.lexicon = Lexicon(self.theory)

    def violation(self, execution: Execution) -> Violation | None:
        """The failing axiom with the smallest reason (the first of those), or None where the model allows it.

        Where accesses of one location by themselves are out of order, that is reason enough.
        """
        values = self.evaluator.values(execution)
        failing = [c for c in self.theory.checks if c.role == "axiom" and not passes(self._universe, c, values)]
        if not failing:
            return None
        failing = [check for check in failing if check in self.theory.implied][:1] or _least(failing, values)
        derivations = Derivations(self.lexicon, self._universe, values)
        return min((self._explain(check, derivations, values) for check in failing), key=_size)

    @property
    def _universe(self) -> Universe:
        return self.evaluator.structure.universe

    def _explain(self, check: TheoryCheck, derivations: Derivations, values: Values) -> Violation:
        if check.negated:
            return Violation(check.name, f"~{check.kind}", ())
        if check.node.is_set:
            return Violation(check.name, check.kind, (), next(bits(values[check.node.id])))
        return Violation(check.name, check.kind, self._cycle(check, derivations, values))

    def _cycle(self, check: TheoryCheck, derivations: Derivations, values: Values) -> tuple[Edge, ...]:
        """The edges that show why a check on a relation fails."""
        node, u = check.node, self._universe
        match check.kind:
            case "empty":
                return _closed(node, derivations, u, values)
            case "irreflexive":
                return _best(derivations, node, u.pairs_of(values[node.id] & u.identity))
            case "acyclic":
                return smallest_cycle(node, derivations, u, values)
            case _ as unknown:
                assert_never(unknown)


def violation(theory: Theory, execution: Execution) -> Violation | None:
    """Why a theory forbids an execution; None where it allows it."""
    return Reasons(Evaluator(theory, execution.structure)).violation(execution)


def _least(failing: list[TheoryCheck], values: Values) -> list[TheoryCheck]:
    """The failing axioms, without those that have all the cycles of another one before them."""
    kept: list[TheoryCheck] = []
    for check in failing:
        if not any(_includes(check, other, values) for other in kept):
            kept.append(check)
    return kept


def _includes(check: TheoryCheck, other: TheoryCheck, values: Values) -> bool:
    """Whether the relation of a check contains that of another of the same form."""
    same = (check.kind, check.negated, check.node.is_set) == (other.kind, other.negated, other.node.is_set)
    return same and not values[other.node.id] & ~values[check.node.id]


def _size(found: Violation) -> int:
    """Reasons with fewer edges are better; those without a cycle are worst."""
    return len(found.leaves) or 1_000_000


def _best(derivations: Derivations, node: Node, pairs: Iterator[tuple[int, int]]) -> tuple[Edge, ...]:
    """The cheapest of several pairs of a relation, as a path of one edge."""
    return (min((derivations.derive(node, a, b) for a, b in pairs), key=lambda found: found.cost).edge,)


def _closed(node: Node, derivations: Derivations, u: Universe, values: Values) -> tuple[Edge, ...]:
    """The cheapest pair of a relation that should be empty, closed to a circle where it is an intersection."""
    circles = (derivations.circle(node, a, b) for a, b in u.pairs_of(values[node.id]))
    return min(circles, key=lambda found: sum(len(tuple(edge.leaves())) for edge in found))


def smallest_cycle(node: Node, derivations: Derivations, u: Universe, values: Values) -> tuple[Edge, ...]:
    """The cycle of a relation with the fewest edges of the execution; the relation has one."""
    best: Weighted | None = None
    for component in u.components(values[node.id]):
        left = component
        for start in bits(component):
            inside = partial(_steps_inside, derivations, node, left)
            best = cheapest_path(inside, start, start, best.cost if best else None) or best
            left &= ~(1 << start)  # every cycle through it is known
    assert best is not None, "the relation has a cycle"
    return best.edge.parts


def _steps_inside(derivations: Derivations, node: Node, left: int, event: int) -> list[tuple[int, Weighted]]:
    """The pairs of a relation from an event to the events of a set."""
    return derivations.steps(node, event, left)
