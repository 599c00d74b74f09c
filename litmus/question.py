"""The question of a test as a literal: what the solver needs to answer it without listing all final states."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from litmus.literal import Algebra
from litmus.program import And, Compare, MemoryAt, Not, Observable, Or, Proposition, RegisterAt, Value
from litmus.proposition import predicate

Observed = Sequence[Sequence[tuple[Value, int]]]
"""For each observable, the values it may end with and the literal of each."""


def literal(proposition: Proposition, observables: Sequence[Observable], observed: Observed, algebra: Algebra) -> int:
    """The literal of a proposition about the final state; all it mentions are among the observables."""
    match proposition:
        case Compare():
            return _comparison(proposition, observables, observed, algebra)
        case And(arguments):
            return algebra.all_of([literal(a, observables, observed, algebra) for a in arguments])
        case Or(arguments):
            return algebra.any_of([literal(a, observables, observed, algebra) for a in arguments])
        case Not(argument):
            return -literal(argument, observables, observed, algebra)


def _comparison(
    comparison: Compare, observables: Sequence[Observable], observed: Observed, algebra: Algebra
) -> int:
    """Some combination of values that makes it true."""
    both = (comparison.left, comparison.right)
    items = tuple(dict.fromkeys(item for item in both if isinstance(item, RegisterAt | MemoryAt)))
    holds = predicate(comparison, items)
    options = [observed[observables.index(item)] for item in items]
    return algebra.any_of(
        algebra.all_of([chosen for _, chosen in values])
        for values in product(*options)
        if holds([value for value, _ in values])
    )
