"""Evaluating a theory: the operators of relation algebra on integers, and the two exact algebras over them.

`evaluate_all` gives every node its value in one execution.  `bound_all` gives every node what it contains in
every execution (*must*) and in some (*may*), from such bounds on rf and co: the operators are monotone in
their arguments, except complement and the right side of a difference, where the two bounds change places.
The third algebra, formulas, is `litmus.ground`: it expands single pairs of nodes on demand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import product

from litmus.cat.theory import DIFFERENT_VALUES, Fixpoint, Node, Theory
from litmus.errors import InternalError, UnsupportedError
from litmus.events import EventStructure
from litmus.relation import Universe
from litmus.term import apply

Values = list[int]
"""The value of each node, by node id: a set or a relation (see `litmus.relation`)."""


def operate(u: Universe, node: Node, values: Values) -> int:
    """The value of a node from the values of its arguments (not for `base` and `fix`)."""
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
    return _operate_rarely(u, node, values)


def _operate_rarely(u: Universe, node: Node, values: Values) -> int:
    """The remaining operators."""
    op = node.op
    if op == "empty":
        return 0
    if op == "all":
        return u.everything
    if op == "id":
        return u.identity
    argument = values[node.args[0].id]
    if op == "inv":
        return u.inverse(argument)
    if op == "plus":
        return u.plus(argument)
    if op == "toid":
        return u.toid(argument)
    if op == "not":
        return (u.everything if node.is_set else u.pairs) & ~argument
    if op == "dom":
        return u.domain(argument)
    if op == "rng":
        return u.range(argument)
    raise InternalError(f"no such operator: {op}")


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


# --- bounds ---------------------------------------------------------------------------------------------


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
    op, me = node.op, node.id
    if op == "diff":
        left, right = node.args[0].id, node.args[1].id
        upper[me], lower[me] = upper[left] & ~lower[right], lower[left] & ~upper[right]
    elif op == "not":
        everything, argument = (u.everything if node.is_set else u.pairs), node.args[0].id
        upper[me], lower[me] = everything & ~lower[argument], everything & ~upper[argument]
    else:
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
