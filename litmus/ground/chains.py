"""Which values reads may return where values depend on each other: those that come by a chain of distinct writes.

A write stores one value in an execution.  So a value that was computed from what that same write stored is out of thin
air, and no read has to consider it: with a few atomic additions to one counter, the sums of some of them and not of any
number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import prod
from typing import TypeAlias

from litmus.program import Value
from litmus.program.term import SYMBOLIC, Term, evaluate, read_keys
from litmus.unfold import Domains, EventStructure

Chains: TypeAlias = dict[Value, list[int]]
"""For each value the sets of writes (bits) that it may come by; none holds another one."""


MOST_WAYS = 1_000
"""How many ways to its values one read may have before they are no longer told apart."""


def chained(sources: Mapping[int, Sequence[tuple[int, int]]], structure: EventStructure) -> Domains | None:
    """The values that each read may return; `sources` are the writes it may read from, by event.  None if there are too
    many ways to them.
    """
    chains: dict[int, Chains] = {key: {} for key in structure.reads}
    changed = True
    while changed:
        changed = False
        for key, event in structure.reads.items():
            for w, _literal in sources.get(event, ()):
                ways = _stored(w, structure.events[w].value, chains)
                if ways is None:
                    return None
                for value, writes in ways:
                    changed |= _add(chains[key], value, writes)
    return {key: tuple(found) for key, found in chains.items()}


def _stored(w: int, term: Term | None, chains: Mapping[int, Chains]) -> list[tuple[Value, int]] | None:
    """What a write may store, each with the writes that it comes by, itself among them; None if that is too much."""
    assert term is not None, "a write without a value"
    if not isinstance(term, SYMBOLIC):
        return [(term, 1 << w)]
    keys = read_keys(term)
    ways = [[(value, way) for value, found in chains[key].items() for way in found] for key in keys]
    return None if prod(map(len, ways)) > MOST_WAYS else list(_computed(w, term, keys, ways))


def _computed(
    w: int, term: Term, keys: Sequence[int], ways: Sequence[Sequence[tuple[Value, int]]]
) -> Iterator[tuple[Value, int]]:
    """The values of a term from those of its reads, without those that come by the write itself."""
    for chosen in product(*ways):
        writes = 0
        for _, way in chosen:
            writes |= way
        if not writes >> w & 1:
            yield evaluate(term, {k: value for k, (value, _) in zip(keys, chosen, strict=True)}), writes | 1 << w


def _add(found: Chains, value: Value, writes: int) -> bool:
    """Notes that a value may come by some writes; whether that is new."""
    ways = found.setdefault(value, [])
    if any(way & writes == way for way in ways):
        return False
    ways[:] = [way for way in ways if way & writes != writes] + [writes]
    return True
