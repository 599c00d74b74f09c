"""Values as propositions: "this read returns that value", "this observable ends with that value".

A read returns a value if a write that it reads from stores it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping

from litmus.ground.chains import chained
from litmus.logic import FALSE, TRUE, Algebra, bits, universe
from litmus.program import Observable, Pointer, RegisterAt, Value
from litmus.program.term import Operation, Read, Term, added_constant, apply, read_keys
from litmus.unfold import Domains, EventStructure, outcomes

Pair = tuple[int, int]

NARROWEST = 1 << 8
"""The modulus of the narrowest truncation (`u8`)."""


class ReadValues(ABC):
    """The literals of "this read returns that value" and "this term has that value"."""

    def __init__(self, structure: EventStructure, algebra: Algebra, rf: Mapping[Pair, int]) -> None:
        self.structure = structure
        self.algebra = algebra
        self.sources: dict[int, list[tuple[int, int]]] = {}
        for (w, r), literal in rf.items():
            if literal != FALSE:
                self.sources.setdefault(r, []).append((w, literal))
        self.circular = self._circular()
        found = chained(self.sources, structure) if self.circular else None
        self.domains = self._domains() if found is None else found
        self._known: dict[tuple[int, Value], int] = {}

    def _domains(self) -> Domains:
        """What each read may return, from the sources that it still has."""
        events = self.structure.events
        domains: Domains = dict.fromkeys(self.structure.reads, ())
        for _ in range(len(domains) + 1):
            changed = False
            for key, event in self.structure.reads.items():
                found: dict[Value, None] = {}
                for w, _literal in self.sources.get(event, ()):
                    found.update((value, None) for _, value in outcomes(_stored(events[w].value), domains))
                if tuple(found) != domains[key]:
                    domains[key] = tuple(found)
                    changed = True
            if not changed:
                break
        return domains

    def returns(self, key: int, value: Value) -> int:
        """The literal of the read with this key returning a value."""
        known = self._known.get((key, value))
        if known is None:
            known = self._known[key, value] = self._returns(key, value)
        return known

    @abstractmethod
    def _returns(self, key: int, value: Value) -> int:
        """The literal that `returns` asks for the first time; what it is made of may ask for it again."""

    def _received(self, key: int, value: Value) -> list[int]:
        """What makes a read return a value: reading from a write that stores it."""
        events = self.structure.events
        return [
            self.algebra.all_of((literal, self.equals(_stored(events[w].value), value)))
            for w, literal in self.sources.get(self.structure.reads[key], ())
        ]

    def equals(self, term: Term, value: Value) -> int:
        """The literal of a term having a value."""
        if isinstance(term, Read):
            return self.returns(term.key, value)
        if isinstance(term, Operation):
            return self._where(term, lambda found: found == value)
        return TRUE if term == value else FALSE

    def holds(self, term: Term) -> int:
        """The literal of a term not being 0."""
        return self._where(term, lambda found: found != 0)

    def differ(self, pair: Pair) -> int:
        """The literal of two accesses having different values."""
        one, other = (_stored(self.structure.events[i].value) for i in pair)
        return self.holds(apply("!=", one, other))

    def _where(self, term: Term, wanted: Callable[[Value], bool]) -> int:
        return self.algebra.any_of(
            self.algebra.all_of([self.returns(key, v) for key, v in valuation.items()])
            for valuation, found in outcomes(term, self.domains)
            if wanted(found)
        )

    def possible(self, term: Term) -> list[Value]:
        """The values that a term may have."""
        return list(dict.fromkeys(value for _, value in outcomes(term, self.domains)))

    def circles(self) -> tuple[int, int]:
        """The literals of some read having no value, because values depend on each other in a circle: for any
        circle, and for those that may have a solution nevertheless.
        """
        any_circle: list[int] = []
        solvable: list[int] = []
        for group in self.circular:
            undefined = [-self.algebra.any_of([self.returns(k, v) for v in self.domains[k]]) for k in group]
            any_circle += undefined
            if not self._only_grows(group):
                solvable += undefined
        return self.algebra.any_of(any_circle), self.algebra.any_of(solvable)

    def _circular(self) -> list[tuple[int, ...]]:
        """The groups of reads whose values may depend on each other."""
        keys = tuple(self.structure.reads)
        if not any(isinstance(term, Read | Operation) for key in keys for term in self._stored_by(key)):
            return []
        numbers = {key: i for i, key in enumerate(keys)}
        u = universe(len(keys))
        depends = u.relation(
            (i, numbers[other])
            for i, key in enumerate(keys)
            for term in self._stored_by(key)
            for other in read_keys(term)
        )
        return [tuple(keys[i] for i in bits(group)) for group in u.components(depends)]

    def _stored_by(self, key: int) -> Iterator[Term]:
        """What the possible sources of a read store."""
        for w, _ in self.sources.get(self.structure.reads[key], ()):
            yield _stored(self.structure.events[w].value)

    def _only_grows(self, group: tuple[int, ...]) -> bool:
        """Whether every step within the group adds a positive number, and all of them together too little to come
        round to 0 at the narrowest truncation: then no circle has a solution.
        """
        inside = [t for key in group for t in self._stored_by(key) if set(read_keys(t)) & set(group)]
        steps = [s for t in inside if (s := added_constant(t)) is not None]
        one_way = all(s > 0 for s in steps) or all(s < 0 for s in steps)
        return one_way and len(steps) == len(inside) and abs(sum(steps)) < NARROWEST


def _stored(value: Term | None) -> Term:
    assert value is not None, "a write without a value"
    return value


# --- final states ---------------------------------------------------------------------------------------


def final_values(
    item: Observable, structure: EventStructure, values: ReadValues, co: Mapping[Pair, int]
) -> list[tuple[Value, int]]:
    """The values that an observable may end with, with the literal of each."""
    if isinstance(item, RegisterAt):
        term = structure.registers.get((item.thread, item.register), 0)
        return _possible_values(values, term, TRUE)
    found: dict[Value, list[int]] = {}
    for write, last in _last_writes(item.pointer, structure, values.algebra, co):
        for value, literal in _possible_values(values, _stored(structure.events[write].value), last):
            found.setdefault(value, []).append(literal)
    return [(value, values.algebra.any_of(literals)) for value, literals in found.items()]


def _possible_values(values: ReadValues, term: Term, condition: int) -> list[tuple[Value, int]]:
    pairs = ((v, values.algebra.all_of((condition, values.equals(term, v)))) for v in values.possible(term))
    return [(value, literal) for value, literal in pairs if literal != FALSE]


def _last_writes(
    pointer: Pointer, structure: EventStructure, algebra: Algebra, co: Mapping[Pair, int]
) -> Iterator[tuple[int, int]]:
    """The writes that may be last in co at a location, with the literal of each being so."""
    writes = structure.writes[pointer]
    for write in writes:
        literal = algebra.all_of([co.get((other, write), FALSE) for other in writes if other != write])
        if literal != FALSE:
            yield write, literal
