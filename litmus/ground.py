"""Grounding: the propositions that decide a test, over the choices of rf and co.

They are literals of a circuit, for a solver (`litmus.gates`), or truth tables (`litmus.tabulation`); either way
relations come from `litmus.formulas`, and the values of reads and final states from `litmus.readings`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from litmus.cat.algebra import Values
from litmus.cat.theory import DIFFERENT_VALUES, Theory
from litmus.circuit import Circuit
from litmus.events import EventStructure
from litmus.formulas import Pair, Relations
from litmus.gates import GateRelations, GateValues
from litmus.program import Observable, Value
from litmus.readings import ReadValues, final_values
from litmus.tabulation import TableRelations, TableValues
from litmus.truth import TruthTables


@dataclass(slots=True, eq=False)
class Problem:
    """What a back end has to solve for one event structure.

    `rf` and `co` give the literal of each pair that may hold (`co` both ways round).  An execution is allowed
    if every literal of `required` is true.  `observed[i]` lists the values that observable i may end with and
    the literal of each; exactly one is true unless `undefined` is: values that depend on each other in a circle.
    `thin_air` is true where such a circle may have a solution, which would be a value out of thin air.  `answers` are
    the literals of the two sides of the question, where it is asked of the solver.
    """

    structure: EventStructure
    algebra: Circuit | TruthTables
    rf: dict[Pair, int]
    co: dict[Pair, int]
    required: list[int]
    constraints: list[int]
    observed: list[list[tuple[Value, int]]]
    flags: list[tuple[str, int]]
    undefined: int
    thin_air: int
    answers: list[int] = field(default_factory=list)


def ground(
    structure: EventStructure,
    theory: Theory,
    may: Values,
    must: Values,
    pairs: tuple[dict[Pair, int], dict[Pair, int], Circuit | TruthTables],
    observables: Sequence[Observable],
    tick: Callable[[], None] = lambda: None,
) -> Problem:
    """The problem of a structure under a theory; `pairs` are the literals of rf and co, and what they belong to.

    `tick` is called now and then; it may raise, to stop.
    """
    rf, co, algebra = pairs
    values = _values(structure, algebra, rf)
    dynamic = {"rf": rf.__getitem__, "co": co.__getitem__, DIFFERENT_VALUES: values.differ}
    relations: Relations
    if isinstance(algebra, TruthTables):
        relations = TableRelations(structure.universe, algebra, may, must, dynamic, tick, theory)
    else:
        relations = GateRelations(structure.universe, algebra, may, must, dynamic, tick)
    required, flags = _checks(theory, relations)
    constraints = [values.holds(term) for term in structure.constraints]
    observed = [final_values(item, structure, values, co) for item in observables]
    return Problem(structure, algebra, rf, co, required, constraints, observed, flags, *values.circles())


def _values(structure: EventStructure, algebra: Circuit | TruthTables, rf: dict[Pair, int]) -> ReadValues:
    if isinstance(algebra, TruthTables):
        return TableValues(structure, algebra, rf)
    return GateValues(structure, algebra, rf)


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
