"""Brute force: every candidate execution of an event structure, one by one.

The oracle for both back ends.  Exponential; for small tests only.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations, product

from litmus.judge.execution import Execution
from litmus.unfold import EventStructure


def executions(structure: EventStructure) -> Iterator[Execution]:
    """All candidate executions: each source for each read, each order of each location's writes."""
    readers = [(r, structure.sources(r)) for ids in structure.readers.values() for r in ids]
    places = list(structure.writes)
    orders = [[(w[0], *rest) for rest in permutations(w[1:])] for w in (structure.writes[p] for p in places)]
    for sources in product(*(writes for _, writes in readers)):
        reads_from = {r: w for (r, _), w in zip(readers, sources, strict=True)}
        for chosen in product(*orders):
            yield Execution(structure, reads_from, dict(zip(places, chosen, strict=True)))
