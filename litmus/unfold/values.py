"""Which values can each read return?  A fixpoint over the writes of a set of paths.

Over-approximates: coherence and the model are not used.  Only values that reach a read through a chain of
distinct reads are found; a value that exists because it causes itself (out of thin air) is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import prod

from litmus.errors import UnsupportedError
from litmus.program import Pointer, Value
from litmus.program.term import SYMBOLIC, Term, evaluate, read_keys

MOST_COMBINATIONS = 20_000
"""How many combinations of read values one term may have before the test is refused."""

Domains = dict[int, tuple[Value, ...]]


def as_location(value: Value) -> Pointer:
    """The location at an address; an integer address is a location of its own, named by the number."""
    return value if isinstance(value, Pointer) else Pointer(str(value))


def outcomes(term: Term, domains: Mapping[int, Sequence[Value]]) -> Iterator[tuple[dict[int, Value], Value]]:
    """Every valuation of the reads of a term with the value it gives."""
    if not isinstance(term, SYMBOLIC):
        yield {}, term
        return
    keys = read_keys(term)
    if prod(len(domains[k]) for k in keys) > MOST_COMBINATIONS:
        raise UnsupportedError("a value depends on too many combinations of read values")
    for values in product(*(domains[k] for k in keys)):
        valuation = dict(zip(keys, values, strict=True))
        yield valuation, evaluate(term, valuation)


def joint(terms: Sequence[Term], domains: Mapping[int, Sequence[Value]]) -> list[tuple[Value, ...]]:
    """The values that several terms can have at the same time, each combination once."""
    keys = tuple(dict.fromkeys(k for t in terms for k in read_keys(t)))
    if prod(len(domains[k]) for k in keys) > MOST_COMBINATIONS:
        raise UnsupportedError("a value depends on too many combinations of read values")
    valuations = (dict(zip(keys, values, strict=True)) for values in product(*(domains[k] for k in keys)))
    return list(dict.fromkeys(tuple(evaluate(t, v) for t in terms) for v in valuations))


def read_domains(
    reads: Sequence[tuple[int, Term]], writes: Sequence[tuple[Term, Term]], initial: Mapping[Pointer, Value]
) -> Domains:
    """The values each read may return.

    `reads` are (key, address), `writes` (address, value); locations not in `initial` start as 0.  A chain of
    reads is no longer than their number, which bounds the rounds.
    """
    memory: dict[Pointer, dict[Value, None]] = {}
    domains: Domains = {key: () for key, _ in reads}
    for _ in range(len(reads) + 1):
        for address, value in writes:
            for where, what in joint((address, value), domains):
                memory.setdefault(as_location(where), {})[what] = None
        before = dict(domains)
        for key, address in reads:
            places = dict.fromkeys(as_location(where) for (where,) in joint((address,), domains))
            found = dict.fromkeys(initial.get(place, 0) for place in places)
            for place in places:
                found |= memory.get(place, {})
            domains[key] = tuple(found)
        if domains == before:
            break
    return domains
