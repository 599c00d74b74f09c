"""Cycles: each is one of the failing axiom's relation, and made of edges that the execution has."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from litmus.case import Case
from litmus.cat.algebra import Values
from litmus.cat.library import Model, load_model
from litmus.check import Options, check
from litmus.explain.cause.cycle import Reasons, Violation, violation
from litmus.explain.cause.ways import Way, forbidden_ways, ways
from litmus.explain.edge import Edge
from litmus.judge.evaluate import Evaluator, passes
from litmus.judge.execution import Execution
from litmus.program import Program
from litmus.source import Source
from litmus.syntax import parse

EXAMPLES = Path(__file__).parents[2] / "examples"
MODELS = ("sc", "x86-tso", "armv8", "power", "riscv", "lkmm", "armv7", "itanium", "alpha")


def example(name: str) -> Program:
    """A test of the examples."""
    path = EXAMPLES / f"{name}.litmus"
    return parse(Source(path.name, path.read_text(encoding="utf-8")))


def first_violation(name: str, model: str) -> tuple[Way, Violation]:
    """The first way to the outcome of an example that a model forbids."""
    way = next(forbidden_ways(Case.of(example(name), load_model(model))))
    assert way.violation is not None
    return way, way.violation


def relation_of(way: Execution, leaf: Edge) -> bool:
    """Whether an execution has an edge without parts, by its own sets."""
    u, n = way.structure.universe, way.structure.n
    known = {"rf": way.rf, "co": way.co, "fr": u.compose(u.inverse(way.rf), way.co) & ~u.identity}
    name, forth = leaf.relation.removesuffix("^-1"), not leaf.relation.endswith("^-1")
    if name not in known and name not in way.structure.relations:
        return True  # a definition that is not taken apart
    pairs = known.get(name, way.structure.relations.get(name, 0))
    a, b = (leaf.source, leaf.target) if forth else (leaf.target, leaf.source)
    return bool(pairs >> (a * n + b) & 1)


def is_circle(edges: tuple[Edge, ...]) -> bool:
    """Whether each edge begins where the one before it ends."""
    return all(a.target == b.source for a, b in zip(edges, (*edges[1:], edges[0]), strict=True))


def confirmed(model: Model, way: Way) -> bool:
    """Whether the concrete evaluator agrees with a violation: its axiom fails, and its cycle is in its relation."""
    found, structure = way.violation, way.execution.structure
    assert found is not None
    evaluator = Evaluator(model.theory(structure.signature), structure)
    values: Values = evaluator.values(way.execution)
    check_ = next(c for c in evaluator.theory.checks if c.name == found.axiom and c.role == "axiom"
                  and not passes(structure.universe, c, values))  # fmt: skip
    edges = [(edge.source, edge.target) for edge in found.cycle]
    inside = edges[:1] if found.kind == "empty" else edges
    return (
        all(values[check_.node.id] >> (a * structure.n + b) & 1 for a, b in inside)
        and is_circle(found.cycle) and is_circle(found.leaves)
        and all(relation_of(way.execution, leaf) for leaf in found.leaves)
    )  # fmt: skip


def names() -> Iterator[str]:
    """The examples, in order."""
    return (path.stem for path in sorted(EXAMPLES.glob("*.litmus")))


@pytest.mark.parametrize("name", list(names()))
def test_every_cycle_of_an_example_is_confirmed(name: str) -> None:
    program = example(name)
    for model in ("x86-tso", "armv8", "power", "lkmm"):
        loaded = load_model(model)
        for way in islice(ways(Case.of(program, loaded)), 8):
            assert way.violation is None or confirmed(loaded, way), model


@pytest.mark.parametrize("name", list(names())[::3])
def test_an_outcome_is_never_seen_exactly_if_all_its_ways_are_forbidden(name: str) -> None:
    program = example(name)
    for model in ("sc", "x86-tso", "armv8", "power", "lkmm"):
        loaded = load_model(model)
        verdict = check(program, loaded, Options(verdict_only=True))
        outcome = "Always" if program.condition.kind == "forall" else "Never"
        allowed = any(way.violation is None for way in ways(Case.of(program, loaded)))
        assert allowed == (verdict.observation != outcome), model


def test_message_passing_is_forbidden_by_the_smallest_cycle() -> None:
    _, found = first_violation("MP+StoreStore+LoadLoad", "armv8")
    assert found.axiom == "external"
    assert [edge.relation for edge in found.cycle] == ["lob", "rfe", "lob", "fre"]
    assert [leaf.relation for leaf in found.leaves] == ["po", "po", "rf", "po", "po", "fr"]
    assert all(edge.source != edge.target for edge in found.cycle)


def test_a_union_keeps_the_names_of_its_definitions() -> None:
    _, found = first_violation("MP+StoreStore+LoadLoad", "power")
    relations = {part.relation for edge in found.cycle for part in _all(edge)}
    assert {"light-fence", "fre", "hb"} <= relations


def test_an_emptiness_axiom_is_closed_to_a_circle() -> None:
    program = parse(Source("up.litmus", "X86 up\n{}\n P0 | P1 ;\n MOV EAX,$1 | MOV EAX,$2 ;\n"
                           " XCHG [x],EAX | XCHG [x],EAX ;\nexists (0:EAX=0 /\\ 1:EAX=0)\n"))  # fmt: skip
    loaded = load_model("x86-tso")
    found = [way for way in ways(Case.of(program, loaded)) if way.violation and way.violation.kind == "empty"]
    assert found
    assert all(confirmed(loaded, way) for way in found)
    assert {leaf.relation for way in found if way.violation for leaf in way.violation.leaves} == {"fr", "co", "rmw^-1"}


def test_an_allowed_execution_has_no_violation() -> None:
    program, loaded = example("MP"), load_model("power")
    way = next(way for way in ways(Case.of(program, loaded)) if way.violation is None)
    theory = loaded.theory(way.execution.structure.signature)
    assert violation(theory, way.execution) is None
    assert Reasons(Evaluator(theory, way.execution.structure)).violation(way.execution) is None


def _all(edge: Edge) -> Iterator[Edge]:
    yield edge
    for part in edge.parts:
        yield from _all(part)
