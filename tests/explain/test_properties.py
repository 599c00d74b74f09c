"""Explanations of random native programs, against the verdicts and the evaluator."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

from hypothesis import given, settings
from hypothesis import strategies as st

from litmus.case import Case
from litmus.cat.library import load_model
from litmus.check import Options, check
from litmus.explain import explain
from litmus.explain.cause.cycle import violation
from litmus.explain.cause.ways import ways
from litmus.program import And, Compare, Condition, Program, observables
from litmus.report.explain import text
from litmus.testing.strategies import Bodies, native_bodies, native_program

VALUES = st.lists(st.integers(0, 2), min_size=2, max_size=3)
MODELS = ("sc", "x86-tso", "armv8", "riscv", "power")


def asking(program: Program, values: list[int]) -> Program:
    """The program with the question whether its observables can have these values."""
    items = observables(program)
    compared = tuple(Compare(item, "=", value) for item, value in zip(items, values, strict=False))
    return replace(program, condition=Condition("exists", And(compared)))


@settings(max_examples=30)
@given(bodies=native_bodies(), values=VALUES, model=st.sampled_from(MODELS))
def test_an_outcome_is_forbidden_with_reasons_or_allowed_with_a_story(
    bodies: Bodies, values: list[int], model: str
) -> None:
    program, judge = asking(native_program(bodies), values), load_model(model)
    observation = check(program, judge, Options(verdict_only=True)).observation
    found = explain(program, judge)
    assert found.observation == observation and text(found)
    if found.forbidden:
        assert found.story is None and sum(reason.ways for reason in found.reasons) == found.ways
    else:
        assert found.story is not None and not found.reasons


@settings(max_examples=30)
@given(bodies=native_bodies(), values=VALUES, model=st.sampled_from(MODELS))
def test_every_forbidden_way_has_a_circle_of_edges(bodies: Bodies, values: list[int], model: str) -> None:
    program, judge = asking(native_program(bodies), values), load_model(model)
    for way in islice(ways(Case.of(program, judge)), 20):
        theory = judge.theory(way.execution.structure.signature)
        assert way.violation == violation(theory, way.execution)
        edges = way.violation.leaves if way.violation else ()
        assert all(a.target == b.source for a, b in zip(edges, (*edges[1:], *edges[:1]), strict=True))


@settings(max_examples=15)
@given(bodies=native_bodies(), values=VALUES)
def test_what_a_stronger_model_allows_is_not_explained_away_by_a_weaker_one(bodies: Bodies, values: list[int]) -> None:
    program = asking(native_program(bodies), values)
    if explain(program, load_model("sc")).forbidden is False:
        for model in MODELS[1:]:
            assert explain(program, load_model(model)).forbidden is False
