"""Grounding: the propositions that decide a test, over the choices of rf and co.

This is the third algebra of cat, formulas, on demand: starting from the axioms, only the pairs that an axiom
can see are expanded, and only where the bounds leave them open.  Values are grounded the same way: "this read
returns 1" is a disjunction over the writes it may read from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from litmus.cat.algebra import Values
from litmus.cat.theory import DIFFERENT_VALUES, Node, Theory
from litmus.circuit import FALSE, TRUE, Circuit
from litmus.events import EventStructure
from litmus.program import Observable, Pointer, RegisterAt, Value
from litmus.relation import bits, universe
from litmus.term import Operation, Read, Term, added_constant, apply, read_keys
from litmus.values import Domains, outcomes

Pair = tuple[int, int]

DEEPEST = 10
"""So many recursive literals are expanded one inside the other; those below wait (Python's stack is small)."""

NARROWEST = 1 << 8
"""The modulus of the narrowest truncation (`u8`)."""


@dataclass(slots=True, eq=False)
class Problem:
    """What a back end has to solve for one event structure.

    `rf` and `co` give the literal of each pair that may hold (`co` both ways round).  An execution is allowed
    if every literal of `required` is true.  `observed[i]` lists the values that observable i may end with and
    the literal of each; exactly one is true unless `undefined` is: values that depend on each other in a circle.
    `thin_air` is true where such a circle may have a solution, which would be a value out of thin air.  `answers` are
    the literals of the two sides of the question, where it is asked of the solver.
    """

    structure: EventStructure
    circuit: Circuit
    rf: dict[Pair, int]
    co: dict[Pair, int]
    required: list[int]
    constraints: list[int]
    observed: list[list[tuple[Value, int]]]
    flags: list[tuple[str, int]]
    undefined: int
    thin_air: int
    answers: list[int] = field(default_factory=list)


def ground(
    structure: EventStructure,
    theory: Theory,
    may: Values,
    must: Values,
    pairs: tuple[dict[Pair, int], dict[Pair, int], Circuit],
    observables: Sequence[Observable],
    tick: Callable[[], None] = lambda: None,
) -> Problem:
    """The problem of a structure under a theory; `pairs` are the literals of rf and co, and their circuit.

    `tick` is called now and then; it may raise, to stop.
    """
    rf, co, circuit = pairs
    values = ReadValues(structure, circuit, rf)
    dynamic = {"rf": rf.__getitem__, "co": co.__getitem__, DIFFERENT_VALUES: values.differ}
    relations = Relations(structure, circuit, may, must, dynamic, tick)
    required, flags = _checks(theory, relations)
    constraints = [values.holds(term) for term in structure.constraints]
    observed = [_final(item, structure, values, co) for item in observables]
    return Problem(structure, circuit, rf, co, required, constraints, observed, flags, *values.circles())


# --- checks ---------------------------------------------------------------------------------------------


def _checks(theory: Theory, relations: Relations) -> tuple[list[int], list[tuple[str, int]]]:
    """The literals of the axioms that rf and co do not respect from the start, and of each flag being raised."""
    required, flags = [], []
    for check in theory.checks:
        if check in theory.implied:
            continue
        passes = relations.passes(check.kind, check.node)
        passes = -passes if check.negated else passes
        if check.role == "axiom":
            required.append(passes)
        else:
            flags.append((check.name, passes if check.role == "flag" else -passes))
    return required, flags


class Relations:
    """The literals of "this pair is in this relation" and "this event is in this set"."""

    def __init__(
        self,
        structure: EventStructure,
        circuit: Circuit,
        may: Values,
        must: Values,
        dynamic: Mapping[str, Callable[[Pair], int]],
        tick: Callable[[], None],
    ) -> None:
        self.tick = tick
        self.u = structure.universe
        self.n = structure.n
        self.circuit = circuit
        self.may = may
        self.must = must
        self.dynamic = dynamic
        self._known: dict[tuple[int, int], int] = {}
        self._open: dict[tuple[int, int], int] = {}
        self._waiting: list[tuple[Node, int, int]] = []
        self._rows: dict[int, list[int]] = {}
        self._steps: dict[tuple[int, int], list[tuple[int, int]]] = {}
        self._columns: dict[int, list[int]] = {}
        self._expand: dict[str, Callable[[Node, int], Iterator[int]]] = {
            "seq": self._sequence,
            "plus": self._plus,
            "dom": self._domain,
            "rng": self._range,
        }

    def passes(self, kind: str, node: Node) -> int:
        """The literal of a check (not negated)."""
        literal = self._passes(kind, node)
        while self._waiting:
            waiting, p, gate = self._waiting.pop()
            self.circuit.close(gate, self._inputs(waiting, p))
        return literal

    def _passes(self, kind: str, node: Node) -> int:
        if kind == "acyclic":
            return self._acyclic(node)
        if kind == "irreflexive":
            inside = self.may[node.id] & self.u.identity
        else:
            inside = self.may[node.id]
        return -self.circuit.any_of(self.literal(node, p) for p in bits(inside))

    # --- one pair ---------------------------------------------------------------------------------------

    def literal(self, node: Node, p: int) -> int:
        """The literal of pair (or event) number p being in a node."""
        if self.must[node.id] >> p & 1:
            return TRUE
        if not self.may[node.id] >> p & 1:
            return FALSE
        key = (node.id, p)
        known = self._known.get(key)
        return self._literal(node, p, key) if known is None else known

    def _literal(self, node: Node, p: int, key: tuple[int, int]) -> int:
        op, args, circuit = node.op, node.args, self.circuit
        if op == "base":
            result = self.dynamic[node.name or ""](divmod(p, self.n))
        elif op == "or":
            result = circuit.any_of([self.literal(a, p) for a in args])
        elif op == "and":
            result = circuit.all_of([self.literal(a, p) for a in args])
        elif op == "diff":
            result = circuit.all_of((self.literal(args[0], p), -self.literal(args[1], p)))
        elif op == "not":
            result = -self.literal(args[0], p)
        elif op == "inv":
            i, j = divmod(p, self.n)
            result = self.literal(args[0], j * self.n + i)
        elif op == "toid":
            result = self.literal(args[0], p // self.n)
        elif op == "cross":
            i, j = divmod(p, self.n)
            result = circuit.all_of((self.literal(args[0], i), self.literal(args[1], j)))
        elif op in ("plus", "fix"):
            return self._recursive(node, p, key)
        else:
            result = circuit.any_of(self._expand[op](node, p))
        self._known[key] = result
        return result

    def _recursive(self, node: Node, p: int, key: tuple[int, int]) -> int:
        """A literal that may be asked for again while it is being expanded: then it becomes an open gate."""
        self.tick()
        opened = self._open.get(key)
        if opened is None and len(self._open) == DEEPEST:
            opened = self._known[key] = self.circuit.open()
            self._waiting.append((node, p, opened))
        elif opened is None:
            self._open[key] = 0
            inputs = self._inputs(node, p)
            opened = self._open.pop(key)
            if opened:
                self.circuit.close(opened, inputs)
            else:
                opened = self.circuit.any_of(inputs)
            self._known[key] = opened
        elif opened == 0:
            opened = self._open[key] = self.circuit.open()
        return opened

    def _inputs(self, node: Node, p: int) -> list[int]:
        """What makes a recursive literal true."""
        return [self.literal(node.args[0], p)] if node.op == "fix" else list(self._plus(node, p))

    def _sequence(self, node: Node, p: int) -> Iterator[int]:
        left, right = node.args
        i, j = divmod(p, self.n)
        for k in bits(self._row(left, i) & self._column(right, j)):
            yield self.circuit.all_of((self.literal(left, i * self.n + k), self.literal(right, k * self.n + j)))

    def _plus(self, node: Node, p: int) -> Iterator[int]:
        step = node.args[0]
        i, j = divmod(p, self.n)
        yield self.literal(step, p)
        column = self._column(node, j)
        for k, literal in self._first_steps(node, i):
            if column >> k & 1:
                yield self.circuit.all_of((literal, self.literal(node, k * self.n + j)))

    def _first_steps(self, node: Node, i: int) -> list[tuple[int, int]]:
        """The first steps (event, literal) of a closure from event i, without those that only repeat others: a
        step is of no use if another one, possible whenever it is, must lead to the same event, and not by way of i.
        """
        found = self._steps.get((node.id, i))
        if found is None:
            step = node.args[0]
            literals = {k: self.literal(step, i * self.n + k) for k in bits(self._row(step, i))}
            must = self.u.rows(self.must[node.id])
            found = []
            for k in sorted(literals, key=lambda k: -must[k].bit_count()):
                reach = (must[other] for other, same in found if same in (TRUE, literals[k]))
                if not any(row >> k & 1 and not row >> i & 1 for row in reach):
                    found.append((k, literals[k]))
            self._steps[node.id, i] = found
        return found

    def _domain(self, node: Node, p: int) -> Iterator[int]:
        relation = node.args[0]
        for j in bits(self._row(relation, p)):
            yield self.literal(relation, p * self.n + j)

    def _range(self, node: Node, p: int) -> Iterator[int]:
        relation = node.args[0]
        for i in bits(self._column(relation, p)):
            yield self.literal(relation, i * self.n + p)

    def _row(self, node: Node, i: int) -> int:
        rows = self._rows.get(node.id)
        if rows is None:
            rows = self._rows[node.id] = self.u.rows(self.may[node.id])
        return rows[i]

    def _column(self, node: Node, j: int) -> int:
        columns = self._columns.get(node.id)
        if columns is None:
            columns = self._columns[node.id] = self.u.rows(self.u.inverse(self.may[node.id]))
        return columns[j]

    # --- acyclicity -------------------------------------------------------------------------------------

    def _acyclic(self, node: Node) -> int:
        """No cycle: within each strongly connected component of the may-graph, by vertex elimination."""
        if not self.u.is_acyclic(self.must[node.id]):
            return FALSE
        cyclic = []
        for component in self.u.components(self.may[node.id]):
            edges = self._edges(node, component)
            cyclic += eliminate(self.circuit, edges, self.tick)
        return -self.circuit.any_of(cyclic)

    def _edges(self, node: Node, component: int) -> dict[int, dict[int, int]]:
        """The edges within a component: from each event, the literal of each edge."""
        self.tick()
        rows = self.u.rows(self.may[node.id])
        return {i: {j: self.literal(node, i * self.n + j) for j in bits(rows[i] & component)} for i in bits(component)}


def eliminate(
    circuit: Circuit, edges: dict[int, dict[int, int]], tick: Callable[[], None] = lambda: None
) -> list[int]:
    """The literals of "there is a cycle": removes vertex after vertex, joining its predecessors to its
    successors; a cycle shows as a self loop (Rankooh, Rintanen: Propositional encodings of acyclicity and
    reachability by using vertex elimination, AAAI 2022).

    Where one of the two edges between u and w always is there, as in co, a path from u to w is no new edge: it is
    one, or it closes a cycle with the other.
    """
    loops = [row.pop(v) for v, row in edges.items() if v in row]
    before: dict[int, dict[int, int]] = {v: {} for v in edges}
    for v, row in edges.items():
        for w, literal in row.items():
            if literal != FALSE:
                before[w][v] = literal
    after = {v: {w: literal for w, literal in row.items() if literal != FALSE} for v, row in edges.items()}
    while after:
        tick()
        v = min(after, key=lambda x: (len(after[x]) * len(before[x]), x))
        outgoing, incoming = after.pop(v), before.pop(v)
        for u in incoming:
            del after[u][v]
        for w in outgoing:
            del before[w][v]
        for u, first in incoming.items():
            for w, second in outgoing.items():
                through = circuit.all_of((first, second))
                if through == FALSE:
                    continue
                edge, back = after[u].get(w, FALSE), after[w].get(u, FALSE)
                if u == w:
                    loops.append(through)
                elif edge == -back:
                    loops.append(circuit.all_of((through, back)))
                else:
                    after[u][w] = before[w][u] = circuit.any_of((edge, through))
    return loops


# --- values ---------------------------------------------------------------------------------------------


class ReadValues:
    """The literals of "this read returns that value" and "this term has that value"."""

    def __init__(self, structure: EventStructure, circuit: Circuit, rf: dict[Pair, int]) -> None:
        self.structure = structure
        self.circuit = circuit
        self.sources: dict[int, list[tuple[int, int]]] = {}
        for (w, r), literal in rf.items():
            if literal != FALSE:
                self.sources.setdefault(r, []).append((w, literal))
        self.domains = self._domains()
        self._known: dict[tuple[int, Value], int] = {}
        self._open: dict[tuple[int, Value], int] = {}

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
        event = self.structure.reads[key]
        known = self._known.get((event, value))
        if known is not None:
            return known
        opened = self._open.get((event, value))
        if opened is None:
            self._open[event, value] = 0
            inputs = [
                self.circuit.all_of((literal, self.equals(_stored(self.structure.events[w].value), value)))
                for w, literal in self.sources.get(event, ())
            ]
            opened = self._open.pop((event, value))
            if opened:
                self.circuit.close(opened, inputs)
            else:
                opened = self.circuit.any_of(inputs)
            self._known[event, value] = opened
        elif opened == 0:
            opened = self._open[event, value] = self.circuit.open()
        return opened

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
        return self.circuit.any_of(
            self.circuit.all_of([self.returns(key, v) for key, v in valuation.items()])
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
        for group in self._circular():
            undefined = [-self.circuit.any_of([self.returns(k, v) for v in self.domains[k]]) for k in group]
            any_circle += undefined
            if not self._only_grows(group):
                solvable += undefined
        return self.circuit.any_of(any_circle), self.circuit.any_of(solvable)

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


def _final(
    item: Observable, structure: EventStructure, values: ReadValues, co: dict[Pair, int]
) -> list[tuple[Value, int]]:
    """The values that an observable may end with, with the literal of each."""
    if isinstance(item, RegisterAt):
        term = structure.registers.get((item.thread, item.register), 0)
        return _possible_values(values, term, TRUE)
    found: dict[Value, list[int]] = {}
    for write, last in _last_writes(item.pointer, structure, values.circuit, co):
        for value, literal in _possible_values(values, _stored(structure.events[write].value), last):
            found.setdefault(value, []).append(literal)
    return [(value, values.circuit.any_of(literals)) for value, literals in found.items()]


def _possible_values(values: ReadValues, term: Term, condition: int) -> list[tuple[Value, int]]:
    pairs = ((v, values.circuit.all_of((condition, values.equals(term, v)))) for v in values.possible(term))
    return [(value, literal) for value, literal in pairs if literal != FALSE]


def _last_writes(
    pointer: Pointer, structure: EventStructure, circuit: Circuit, co: dict[Pair, int]
) -> Iterator[tuple[int, int]]:
    """The writes that may be last in co at a location, with the literal of each being so."""
    writes = structure.writes[pointer]
    for write in writes:
        literal = circuit.all_of([co.get((other, write), FALSE) for other in writes if other != write])
        if literal != FALSE:
            yield write, literal
