"""Relations as integers, against sets of pairs."""

from __future__ import annotations

from itertools import permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from litmus.logic.relation import Universe, bits, mask_of, universe

Pairs = frozenset[tuple[int, int]]


@st.composite
def sizes_and_relations(draw: st.DrawFn, count: int = 1) -> tuple[Universe, list[Pairs]]:
    """A universe of up to 6 events and relations over it, sparse and dense."""
    n = draw(st.integers(0, 6))
    every = list(product(range(n), repeat=2))
    relation = st.frozensets(st.sampled_from(every), max_size=n * n) if every else st.just(frozenset())
    return universe(n), [draw(relation) for _ in range(count)]


def closure(r: Pairs) -> Pairs:
    """The transitive closure, by adding what is missing."""
    while True:
        more = r | {(a, d) for a, b in r for c, d in r if b == c}
        if more == r:
            return r
        r = more


def as_pairs(u: Universe, relation: int) -> Pairs:
    return frozenset(u.pairs_of(relation))


@given(st.sets(st.integers(0, 200)))
def test_bits_are_the_members_in_order(members: set[int]) -> None:
    assert list(bits(mask_of(members))) == sorted(members)


@given(sizes_and_relations())
def test_pairs_there_and_back(given_: tuple[Universe, list[Pairs]]) -> None:
    u, (r,) = given_
    assert list(u.pairs_of(u.relation(r))) == sorted(r)
    assert u.from_rows(u.rows(u.relation(r))) == u.relation(r)
    assert u.rows(u.relation(r)) == [mask_of(b for a, b in r if a == i) for i in range(u.n)]


@given(sizes_and_relations(2))
def test_composition(given_: tuple[Universe, list[Pairs]]) -> None:
    u, (r, s) = given_
    expected = {(a, d) for a, b in r for c, d in s if b == c}
    assert as_pairs(u, u.compose(u.relation(r), u.relation(s))) == expected


@given(sizes_and_relations())
def test_inverse_domain_and_range(given_: tuple[Universe, list[Pairs]]) -> None:
    u, (r,) = given_
    relation = u.relation(r)
    assert as_pairs(u, u.inverse(relation)) == {(b, a) for a, b in r}
    assert set(bits(u.domain(relation))) == {a for a, _ in r}
    assert set(bits(u.range(relation))) == {b for _, b in r}


@given(sizes_and_relations())
def test_closures(given_: tuple[Universe, list[Pairs]]) -> None:
    u, (r,) = given_
    relation = u.relation(r)
    assert as_pairs(u, u.plus(relation)) == closure(r)
    assert as_pairs(u, u.star(relation)) == closure(r) | {(i, i) for i in range(u.n)}


@given(st.integers(0, 6), st.data())
def test_identity_and_product_of_sets(n: int, data: st.DataObject) -> None:
    u = universe(n)
    events = st.sets(st.integers(0, n - 1)) if n else st.just(set[int]())
    a, b = data.draw(events), data.draw(events)
    assert as_pairs(u, u.toid(mask_of(a))) == {(i, i) for i in a}
    assert as_pairs(u, u.cross(mask_of(a), mask_of(b))) == set(product(a, b))
    assert as_pairs(u, u.pairs) == set(product(range(n), repeat=2))
    assert as_pairs(u, u.identity) == {(i, i) for i in range(n)}


@given(sizes_and_relations())
def test_acyclic_means_no_event_reaches_itself(given_: tuple[Universe, list[Pairs]]) -> None:
    u, (r,) = given_
    cyclic = any(a == b for a, b in closure(r))
    assert u.is_acyclic(u.relation(r)) == (not cyclic)


@given(sizes_and_relations())
def test_a_cycle_is_a_shortest_one(given_: tuple[Universe, list[Pairs]]) -> None:
    u, (r,) = given_
    cycle = u.cycle(u.relation(r))
    if cycle is None:
        assert u.is_acyclic(u.relation(r))
        return
    assert all(step in r for step in zip(cycle, [*cycle[1:], cycle[0]], strict=True))
    shorter = (p for k in range(1, len(cycle)) for p in permutations(range(u.n), k))
    assert not any(all(step in r for step in zip(p, [*p[1:], p[0]], strict=True)) for p in shorter)


@given(sizes_and_relations())
def test_components_are_the_classes_of_mutual_reachability(given_: tuple[Universe, list[Pairs]]) -> None:
    u, (r,) = given_
    reach = closure(r)
    expected = {frozenset(b for b in range(u.n) if {(a, b), (b, a)} <= reach) for a in range(u.n)} - {frozenset()}
    found = u.components(u.relation(r))
    assert {frozenset(bits(c)) for c in found} == expected
    assert len(found) == len(expected)


@pytest.mark.parametrize("n", [1, 30, 64, 65, 100])
def test_large_universes(n: int) -> None:
    u = universe(n)
    order = u.relation((i, i + 1) for i in range(n - 1))
    assert as_pairs(u, u.plus(order)) == {(i, j) for i in range(n) for j in range(i + 1, n)}
    assert u.is_acyclic(u.plus(order))
    assert not u.is_acyclic(order | u.relation([(n - 1, 0)]))
    assert as_pairs(u, u.compose(order, order)) == {(i, i + 2) for i in range(n - 2)}
    assert as_pairs(u, u.inverse(u.plus(order))) == {(j, i) for i in range(n) for j in range(i + 1, n)}
