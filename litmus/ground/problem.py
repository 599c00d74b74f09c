"""Grounding: the propositions that decide a test, over the choices of rf and co.

They are literals of a back end (`litmus.ground.backend`): relations come from `litmus.ground.formulas`, the values of
reads and final states from `litmus.ground.readings`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from litmus.cat import DIFFERENT_VALUES, Theory
from litmus.ground.asked import Query, literal
from litmus.ground.bounds import bounded
from litmus.ground.formulas import Pair, Relations
from litmus.ground.pairs import Pairs
from litmus.ground.readings import final_values
from litmus.logic import Algebra
from litmus.program import Value
from litmus.unfold import EventStructure


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """What a back end has to solve for one event structure.

    `rf` and `co` give the literal of each pair that may hold (`co` both ways round).  An execution is allowed
    if every literal of `required` is true.  `observed[i]` lists the values that observable i may end with and
    the literal of each; exactly one is true unless `undefined` is: values that depend on each other in a circle.
    `thin_air` is true where such a circle may have a solution, which would be a value out of thin air.  `flags` has the
    literal of each flag being raised in a state that counts, `answers` those of what is asked being so in one.
    """

    structure: EventStructure
    rf: Mapping[Pair, int]
    co: Mapping[Pair, int]
    required: Sequence[int]
    constraints: Sequence[int]
    observed: Sequence[Sequence[tuple[Value, int]]]
    undefined: int
    thin_air: int
    flags: Sequence[tuple[str, int]]
    answers: Sequence[int]


def ground(pairs: Pairs, theory: Theory, query: Query, tick: Callable[[], None] = lambda: None) -> Problem:
    """The problem of a structure under a theory; `pairs` are the literals of rf and co, and what they belong to.

    `tick` is called now and then; it may raise, to stop.
    """
    structure, backend, rf, co = pairs.structure, pairs.backend, pairs.rf, pairs.co
    values = backend.values(structure, rf)
    dynamic = {"rf": rf.__getitem__, "co": co.__getitem__, DIFFERENT_VALUES: values.differ}
    relations = backend.relations(bounded(theory, structure, *pairs.bounds()), dynamic, tick)
    required, flags = _checks(theory, relations)
    constraints = [values.holds(term) for term in structure.constraints]
    observed = [final_values(item, structure, values, co) for item in query.observables]
    undefined, thin_air = values.circles()
    raised, answers = _counting(query, observed, flags, backend.algebra)
    return Problem(structure, rf, co, required, constraints, observed, undefined, thin_air, raised, answers)


def _counting(
    query: Query, observed: Sequence[Sequence[tuple[Value, int]]], flags: list[tuple[str, int]], algebra: Algebra
) -> tuple[list[tuple[str, int]], list[int]]:
    """The literals of flags and of what is asked, in the states that pass the filter."""
    if not flags and not query.asked:
        return [], []
    passes = literal(query.filter, query.observables, observed, algebra)
    raised = [(name, algebra.all_of((passes, flag))) for name, flag in flags]
    asked = (literal(proposition, query.observables, observed, algebra) for proposition in query.asked)
    return raised, [algebra.all_of((passes, answer)) for answer in asked]


# --- checks ---------------------------------------------------------------------------------------------


def _checks(theory: Theory, relations: Relations) -> tuple[list[int], list[tuple[str, int]]]:
    """The literals of the axioms that rf and co do not respect from the start, and of each flag being raised."""
    required, flags = [], []
    for check in theory.checks:
        if check in theory.implied:
            continue
        passes = relations.passes(check.kind, check.node)
        passes = -passes if check.negated else passes
        if check.role == "axiom":
            required.append(passes)
        else:
            flags.append((check.name, passes if check.role == "flag" else -passes))
    return required, flags
