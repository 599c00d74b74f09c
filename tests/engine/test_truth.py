"""Truth tables: propositions as sets of candidates, with the operators of a circuit."""

from __future__ import annotations

from math import prod

from hypothesis import given
from hypothesis import strategies as st

from litmus.logic.literal import FALSE, TRUE
from litmus.solve.tables.truth import TruthTables


@st.composite
def propositions(draw: st.DrawFn) -> tuple[TruthTables, list[tuple[int, set[int]]]]:
    """Truth tables, and some of their propositions, each with the candidates that make it true."""
    counts = draw(st.lists(st.integers(1, 4), max_size=3))
    tables = TruthTables(counts)
    every = range(prod(counts))
    found = [(TRUE, set(every)), (FALSE, set())]
    for place, count in enumerate(counts):
        members = draw(st.sets(st.integers(0, count - 1)))
        true = {c for c in every if c // prod(counts[:place]) % count in members}
        found.append((tables.choice(place, sum(1 << m for m in members)), true))
    return tables, found


@given(propositions())
def test_operators_are_those_of_sets(made: tuple[TruthTables, list[tuple[int, set[int]]]]) -> None:
    tables, found = made
    every = set(range(tables.size))
    found += [(-literal, every - true) for literal, true in found]
    found += [(tables.any_of((a, b)), s | t) for a, s in found for b, t in found]
    found += [(tables.all_of((a, -b)), s - t) for a, s in found[:20] for b, t in found[-20:]]
    for literal, true in found:
        assert tables.candidates(literal) == sum(1 << c for c in true)


@given(propositions())
def test_equal_propositions_are_equal_literals(made: tuple[TruthTables, list[tuple[int, set[int]]]]) -> None:
    tables, found = made
    found += [(tables.all_of((a, b)), s & t) for a, s in found for b, t in found]
    for a, s in found:
        for b, t in found:
            assert (a == b) == (s == t)


def test_nothing_and_no_choice() -> None:
    tables = TruthTables([])
    assert (tables.size, tables.any_of(()), tables.all_of(())) == (1, FALSE, TRUE)
    assert (tables.candidates(TRUE), tables.candidates(FALSE)) == (1, 0)
