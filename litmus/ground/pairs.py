"""The literals of rf and co: which pairs may hold, which must, and how they exclude each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations, permutations, product

from litmus.ground.backend import Backend
from litmus.ground.choices import LocationChoices, Rules
from litmus.logic import FALSE, TRUE
from litmus.program import Pointer
from litmus.unfold import EventStructure

Pair = tuple[int, int]


@dataclass(slots=True, eq=False)
class Pairs:
    """The literals of the rf and co pairs of a structure.

    Either way the pairs of a location respect `rules`: enumerated choices by themselves, the others by the clauses of
    `well_formed`.  `choices` has the enumerated choices of each location, or None where there are too many.
    """

    structure: EventStructure
    rules: Rules
    choices: Sequence[LocationChoices | None]
    backend: Backend
    rf: dict[Pair, int] = field(default_factory=dict)
    co: dict[Pair, int] = field(default_factory=dict)

    def bounds(self) -> tuple[dict[str, int], dict[str, int]]:
        """(may, must) of rf and of co."""
        u = self.structure.universe
        named = {"rf": self.rf, "co": self.co}
        may = {name: u.relation(p for p, literal in pairs.items() if literal != FALSE) for name, pairs in named.items()}
        must = {name: u.relation(p for p, literal in pairs.items() if literal == TRUE) for name, pairs in named.items()}
        return may, must


def make_pairs(
    structure: EventStructure, rules: Rules, choices: Sequence[LocationChoices | None], backend: Backend
) -> Pairs:
    """The pairs of a structure, for a model that demands these rules of each location, as literals of a back end.

    `choices`: those of each location, in the order of `structure.writes`.
    """
    made = Pairs(structure, rules, choices, backend)
    for place, (pointer, choice) in enumerate(zip(structure.writes, choices, strict=True)):
        if choice is None:
            _guess_location(made, pointer)
        else:
            _enumerated_location(made, place, choice)
    return made


def _enumerated_location(made: Pairs, place: int, choices: LocationChoices) -> None:
    """The pairs of a location, as tight as its choices are."""
    local, events, everything = choices.local, choices.events, choices.local.all
    literals: dict[int, int] = {everything: TRUE, 0: FALSE}
    for table, named in ((local.rf, made.rf), (local.co, made.co)):
        for (a, b), members in table.items():
            literal = literals.get(members)
            if literal is None:
                literal = literals[members] = made.backend.choice(place, members)
                literals[everything & ~members] = -literal
            named[events[a], events[b]] = literal


def _guess_location(made: Pairs, pointer: Pointer) -> None:
    """The pairs of a location with too many choices: program order decides what it can."""
    structure, coherent = made.structure, made.rules.coherent
    writes, po, n = structure.writes[pointer], structure.relations["po"], structure.n
    for a, b in combinations(writes, 2):
        if a == writes[0] or (coherent and po >> (a * n + b) & 1):
            made.co[a, b], made.co[b, a] = TRUE, FALSE
        elif coherent and po >> (b * n + a) & 1:
            made.co[a, b], made.co[b, a] = FALSE, TRUE
        else:
            made.co[a, b] = made.backend.variable()
            made.co[b, a] = -made.co[a, b]
    for r in structure.readers[pointer]:
        sources = [w for w in structure.sources(r) if not (coherent and po >> (r * n + w) & 1)]
        for w in sources:
            made.rf[w, r] = TRUE if len(sources) == 1 else made.backend.variable()


def well_formed(made: Pairs) -> list[tuple[int, ...]]:
    """Clauses that make the variables an execution: one source for each read, co a total order, both coherent."""
    clauses: list[tuple[int, ...]] = []
    sources: dict[int, list[int]] = {}
    for (_, r), literal in made.rf.items():
        sources.setdefault(r, []).append(literal)
    for literals in sources.values():
        clauses.append(tuple(literals))
        clauses.extend((-a, -b) for a, b in combinations(literals, 2))
    for writes in made.structure.writes.values():
        for a, b in combinations(writes, 2):
            one, other = made.co.get((a, b), FALSE), made.co.get((b, a), FALSE)
            if one != -other:
                clauses.extend([(one, other), (-one, -other)])
        for a, b, c in permutations(writes[1:], 3):
            clauses.append((-made.co.get((a, b), FALSE), -made.co.get((b, c), FALSE), made.co.get((a, c), FALSE)))
    if made.rules.coherent:
        clauses.extend(_coherent(made))
    return [c for c in clauses if TRUE not in c and not any(-x in c for x in c)]


def _coherent(made: Pairs) -> Iterator[tuple[int, ...]]:
    """Clauses that make each location coherent: along program order, the write that an event is or reads from never
    goes back in co, and goes on to a write (Alglave, Maranget, Tautschnig: Herding Cats, 2014, the five patterns of
    SC per location).
    """
    structure, n = made.structure, made.structure.n
    before = structure.relations["po"] | (structure.relations["rmw"] if made.rules.ordered else 0)
    sources: dict[int, list[Pair]] = {w: [(w, TRUE)] for writes in structure.writes.values() for w in writes}
    for (w, r), literal in made.rf.items():
        sources.setdefault(r, []).append((w, literal))
    for place, writes in structure.writes.items():
        for a, b in permutations((*writes, *structure.readers[place]), 2):
            if before >> a * n + b & 1:
                for (v, first), (w, second) in product(sources[a], sources[b]):
                    if v != w:
                        yield -first, -second, made.co.get((v, w), FALSE)
                    elif w == b:
                        yield -first, -second
