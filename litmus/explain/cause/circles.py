"""Values out of thin air: executions in which values depend on each other in a circle, with values that fit.

A model that forbids such an execution does so whatever the values; to say that it ends in an outcome, values are
needed.  They are guessed among the numbers of the test and checked; a circle that only other values fit is not found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice, product

from litmus.errors import UnsupportedError
from litmus.judge import Execution
from litmus.program import Pointer, Proposition, Value, comparisons
from litmus.program.term import Operation, Read, Term, evaluate

MOST_GUESSES = 1_000
"""So many combinations of values are tried for one execution."""


def constants(proposition: Proposition) -> tuple[Value, ...]:
    """The values that a proposition mentions, each once, after 0 and 1."""
    mentioned = (node.right for node in comparisons(proposition))
    return tuple(dict.fromkeys((0, 1, *(value for value in mentioned if isinstance(value, int | Pointer)))))


def solutions(execution: Execution, guesses: tuple[Value, ...]) -> Iterator[Execution]:
    """The execution with each choice of values for its circles that fits; only guesses are tried."""
    structure = execution.structure
    stored = {key: structure.events[execution.sources[event]].value for key, event in structure.reads.items()}
    known, circular = _followed(stored)
    for values in islice(product(guesses, repeat=len(circular)), MOST_GUESSES):
        guessed = known | dict(zip(circular, values, strict=True))
        if _fits(stored, guessed):
            found = Execution(structure, execution.sources, execution.orders)
            found.values = guessed
            yield found


def _followed(stored: Mapping[int, Term | None]) -> tuple[dict[int, Value], list[int]]:
    """The values of the reads that are in no circle and depend on none, and the keys of the others."""
    known: dict[int, Value] = {}
    left = list(stored)
    while True:
        rest = []
        for key in left:
            value = _value(stored[key], known)
            if value is None:
                rest.append(key)
            else:
                known[key] = value
        if len(rest) == len(left):
            return known, rest
        left = rest


def _value(term: Term | None, known: Mapping[int, Value]) -> Value | None:
    """The value of a term, or None where it depends on a read that is not known, or has none."""
    if not isinstance(term, Read | Operation):
        return term
    try:
        return evaluate(term, known)
    except (KeyError, UnsupportedError):
        return None


def _fits(stored: Mapping[int, Term | None], values: Mapping[int, Value]) -> bool:
    """Whether each read returns what the write that it reads from stores."""
    return all(_value(term, values) == values[key] for key, term in stored.items())
