"""Evaluating a theory by concrete sets: the operators of relation algebra on integers.

`evaluate_all` gives every node its value in one execution.  The other two algebras over a theory are those of
grounding: what holds in every execution and in some (`litmus.ground.bounds`), and single pairs as literals, on demand
(`litmus.ground.formulas`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Literal, TypeAlias

from litmus.cat.graph import Node
from litmus.cat.schedule import Fixpoint
from litmus.cat.theory import Theory
from litmus.errors import InternalError, UnsupportedError, assert_never
from litmus.logic import Universe
from litmus.unfold import EventStructure

Values = list[int]
"""The value of each node, by node id: a set or a relation (see `litmus.logic.relation`)."""

Unary: TypeAlias = Literal["inv", "plus", "toid", "dom", "rng", "not"]
"""The operators with one argument."""


def operate(u: Universe, node: Node, values: Values) -> int:
    """The value of a node from the values of its arguments (not for `base` and `fix`); the frequent operators first."""
    op, args = node.op, node.args
    if op == "and":
        result = values[args[0].id]
        for a in args[1:]:
            result &= values[a.id]
        return result
    if op == "or":
        result = 0
        for a in args:
            result |= values[a.id]
        return result
    if op == "seq":
        return u.compose(values[args[0].id], values[args[1].id])
    if op == "cross":
        return u.cross(values[args[0].id], values[args[1].id])
    if op == "diff":
        return values[args[0].id] & ~values[args[1].id]
    if op == "empty":
        return 0
    if op == "all":
        return u.everything
    if op == "id":
        return u.identity
    if op == "base" or op == "fix":
        raise InternalError(f"not an operator on values: {op}")
    return _operate_on_one(u, op, node.is_set, values[args[0].id])


def _operate_on_one(u: Universe, op: Unary, is_set: bool, argument: int) -> int:
    """The value of an operator with one argument."""
    if op == "inv":
        return u.inverse(argument)
    if op == "plus":
        return u.plus(argument)
    if op == "toid":
        return u.toid(argument)
    if op == "not":
        return (u.everything if is_set else u.pairs) & ~argument
    if op == "dom":
        return u.domain(argument)
    if op == "rng":
        return u.range(argument)
    assert_never(op)


def base_value(structure: EventStructure, node: Node, dynamic: Mapping[str, int]) -> int:
    """The value of a base set or relation; rf and co come from `dynamic`."""
    name = node.name
    assert name is not None
    if node.is_set:
        return structure.sets.get(name, 0)
    found = dynamic.get(name)
    return structure.relations.get(name, 0) if found is None else found


# --- concrete sets --------------------------------------------------------------------------------------


@lru_cache(maxsize=1)  # bounds and evaluation ask for the same, one after the other
def evaluate_static(theory: Theory, structure: EventStructure) -> tuple[int, ...]:
    """The values of the nodes that are the same in every execution; the others are left 0."""
    values = [0] * theory.node_count
    u = structure.universe
    for step in theory.static:
        if isinstance(step, Fixpoint):
            _least_fixpoint(u, step, values)
        else:
            values[step.id] = base_value(structure, step, {}) if step.op == "base" else operate(u, step, values)
    return tuple(values)


def evaluate_all(
    theory: Theory, structure: EventStructure, dynamic: Mapping[str, int], static: Sequence[int]
) -> Values:
    """The value of every scheduled node in the execution with these rf, co and (if needed) different values."""
    values = list(static)
    u = structure.universe
    for step in theory.dynamic:
        if isinstance(step, Fixpoint):
            _least_fixpoint(u, step, values)
        else:
            values[step.id] = dynamic[step.name or ""] if step.op == "base" else operate(u, step, values)
    return values


def _least_fixpoint(u: Universe, step: Fixpoint, values: Values) -> None:
    """Iterates the definitions, one after the other, from the empty relation until nothing changes.

    Definitions that only grow come to rest after one round for each pair at the latest.  Raises UnsupportedError
    for others, defined by their own complement, that have not come to rest by then.
    """
    for node in step.members:
        values[node.id] = 0
    changed, rounds = True, len(step.members) * u.n * u.n + 1
    while changed:
        rounds -= 1
        if rounds < 0:
            raise UnsupportedError("a recursive definition, by its own complement, never comes to rest")
        changed = False
        for member, body in zip(step.members, step.bodies, strict=True):
            for node in body:
                values[node.id] = operate(u, node, values)
            new = values[member.args[0].id]
            changed |= new != values[member.id]
            values[member.id] = new
