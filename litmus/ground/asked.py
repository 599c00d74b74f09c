"""What is asked of a test, and a proposition about its final state as a literal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from litmus.logic import Algebra
from litmus.program import TRUE, Compare, MemoryAt, Observable, Proposition, RegisterAt, Value, folded, predicate


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked about the final states of a test.

    `observables`: what a state has to tell, all that the propositions mention among them.  `filter`: what a state must
    satisfy to count at all.  `asked`: propositions of which only the answer is wanted, not the states.
    """

    observables: tuple[Observable, ...]
    filter: Proposition = TRUE
    asked: tuple[Proposition, ...] = ()


Observed = Sequence[Sequence[tuple[Value, int]]]
"""For each observable, the values it may end with and the literal of each."""


def literal(proposition: Proposition, observables: Sequence[Observable], observed: Observed, algebra: Algebra) -> int:
    """The literal of a proposition about the final state; all it mentions are among the observables."""

    def compare(node: Compare) -> int:
        return _comparison(node, observables, observed, algebra)

    return folded(proposition, compare, algebra.all_of, algebra.any_of, int.__neg__)


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
