"""Bounds: what every node of a theory contains in every execution (*must*) and in some (*may*).

They follow from such bounds on rf and co: the operators are monotone in their arguments, except complement and the
right side of a difference, where the two bounds change places.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

from litmus.cat import DIFFERENT_VALUES, Fixpoint, Monotone, Node, Theory, Values, evaluate_static, operate
from litmus.logic import Universe
from litmus.program.term import apply
from litmus.unfold import EventStructure


@dataclass(frozen=True, slots=True, eq=False)
class Bounded:
    """A theory on one event structure, with the bounds of every node: `must` is part of `may`."""

    theory: Theory
    universe: Universe
    may: Values
    must: Values


def bounded(
    theory: Theory, structure: EventStructure, may: Mapping[str, int], must: Mapping[str, int]
) -> Bounded:
    """A theory with the bounds of every scheduled node, from the bounds on rf and co."""
    return Bounded(theory, structure.universe, *bound_all(theory, structure, may, must))


def differences(structure: EventStructure) -> tuple[int, int]:
    """(may, must) of the pairs of accesses with different values, as far as their terms tell."""
    may = must = 0
    accesses = [(i, event.value) for i, event in enumerate(structure.events) if event.value is not None]
    for (i, a), (j, b) in product(accesses, accesses):
        pair = 1 << i * structure.n + j
        may |= pair if a != b else 0
        must |= pair if apply("!=", a, b) == 1 else 0
    return may, must


def bound_all(
    theory: Theory, structure: EventStructure, may: Mapping[str, int], must: Mapping[str, int]
) -> tuple[Values, Values]:
    """(may, must) of every scheduled node, from the bounds on rf and co."""
    lower = list(evaluate_static(theory, structure))
    upper = lower[:]
    u = structure.universe
    for step in theory.dynamic:
        if isinstance(step, Fixpoint):
            _bound_fixpoint(u, step, upper, lower)
        elif step.name == DIFFERENT_VALUES:
            upper[step.id], lower[step.id] = differences(structure)
        elif step.op == "base":
            upper[step.id], lower[step.id] = may[step.name or ""], must[step.name or ""]
        else:
            _bound(u, step, upper, lower)
    return upper, lower


def _bound(u: Universe, node: Node, upper: Values, lower: Values) -> None:
    """Both bounds of a node, from those of its arguments."""
    op, me = node.op, node.id
    if op == "diff":
        left, right = node.args[0].id, node.args[1].id
        upper[me], lower[me] = upper[left] & ~lower[right], lower[left] & ~upper[right]
    elif op == "not":
        everything, argument = (u.everything if node.is_set else u.pairs), node.args[0].id
        upper[me], lower[me] = everything & ~lower[argument], everything & ~upper[argument]
    else:
        _: Monotone = op  # what is left only grows with its arguments, or fails mypy
        upper[me] = operate(u, node, upper)
        lower[me] = operate(u, node, lower)


def _bound_fixpoint(u: Universe, step: Fixpoint, upper: Values, lower: Values) -> None:
    """Both bounds of a recursive definition; what recurses is monotone, so each is its own fixpoint."""
    for node in step.members:
        upper[node.id] = lower[node.id] = 0
    changed = True
    while changed:
        changed = False
        for member, body in zip(step.members, step.bodies, strict=True):
            for node in body:
                _bound(u, node, upper, lower)
            me, definition = member.id, member.args[0].id
            changed |= upper[definition] != upper[me] or lower[definition] != lower[me]
            upper[me], lower[me] = upper[definition], lower[definition]
