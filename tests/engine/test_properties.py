"""Random programs: the back ends agree with brute force, and models with what is known of them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from litmus.cat.library import load_model
from litmus.check import Options, check
from litmus.lowering.translation import TARGETS, lower
from litmus.program import Program
from litmus.testing.strategies import BARRIERS, Bodies, native_bodies, native_program
from litmus.verdict import Verdict, observe
from tests.strategies import (
    ARM,
    VOCABULARIES,
    Answer,
    State,
    brute_force,
    model_of,
    model_texts,
    programs,
    state,
)

# --- tables, Z3 and brute force -------------------------------------------------------------------------


def agrees(verdict: Verdict, answer: Answer) -> None:
    """Asserts that a verdict is what brute force says: the whole state set, and the flags."""
    assert verdict.undecided is None or answer.circular
    found = [state(s) for s in verdict.states]
    assert len(set(found)) == len(found)
    if verdict.undecided:
        assert verdict.observation is None
        assert set(found) <= set(answer.states)
    else:
        assert set(found) == set(answer.states)
        assert set(verdict.flags) == answer.flags


def counted(verdict: Verdict, program: Program, answer: Answer) -> None:
    """Asserts that the execution counts and the observation are those of brute force."""
    comparison = program.condition.proposition
    wanted = (comparison.left.name, str(comparison.right))  # type: ignore[union-attr]
    every = sum(answer.states.values())
    positive = sum(n for found, n in answer.states.items() if wanted in found)
    assert (verdict.positive, verdict.negative) == (positive, every - positive)
    assert verdict.observation == observe(positive > 0, every > positive)
    holds = {"exists": positive > 0, "~exists": positive == 0, "forall": positive == every}
    assert verdict.holds == holds[program.condition.kind]


@pytest.mark.parametrize("name", VOCABULARIES)
@settings(max_examples=40)
@given(data=st.data())
def test_bundled_models_by_three_ways(name: str, data: st.DataObject) -> None:
    program, model = data.draw(programs(VOCABULARIES[name])), load_model(name)
    answer = brute_force(program, model)
    table, z3 = (check(program, model, Options(engine=engine)) for engine in ("table", "z3"))
    assert not answer.circular or name == "x86-tso"  # an XCHG there may read what was computed from its own write
    agrees(table, answer)
    agrees(z3, answer)
    assert z3.undecided == table.undecided
    assert z3.observation == table.observation
    if not table.undecided:
        counted(table, program, answer)


@pytest.mark.parametrize("copies", [False, True])
@settings(max_examples=80)
@given(data=st.data())
def test_random_models_by_three_ways(copies: bool, data: st.DataObject) -> None:
    program, model = data.draw(programs(ARM, 200, copies)), model_of(data.draw(model_texts()))
    answer = brute_force(program, model)
    table, z3 = (check(program, model, Options(engine=engine)) for engine in ("table", "z3"))
    agrees(table, answer)
    agrees(z3, answer)
    assert z3.undecided == table.undecided
    if not table.undecided:
        counted(table, program, answer)


# --- what is known of the models ------------------------------------------------------------------------

MODELS = ("sc", "x86-tso", "armv8", "riscv", "power", "armv7", "weak")


def outcomes(program: Program, model: str) -> frozenset[State]:
    """All final states."""
    verdict = check(program, load_model(model))
    assert verdict.undecided is None
    return frozenset(state(s) for s in verdict.states)


@settings(max_examples=40)
@given(native_bodies())
def test_every_machine_lies_between_sequential_consistency_and_weak(bodies: Bodies) -> None:
    program = native_program(bodies)
    strongest, weakest = outcomes(program, "sc"), outcomes(program, "weak")
    assert strongest
    for model in MODELS[1:-1]:
        found = outcomes(program, model)
        assert strongest <= found
        assert found <= weakest


@settings(max_examples=40)
@given(native_bodies())
def test_lowering_changes_nothing_under_sequential_consistency(bodies: Bodies) -> None:
    program = native_program(bodies)
    expected = outcomes(program, "sc")
    for target in TARGETS:
        assert outcomes(lower(program, target), "sc") == expected


@settings(max_examples=40)
@given(bodies=native_bodies(), data=st.data())
def test_a_barrier_adds_no_outcome(bodies: Bodies, data: st.DataObject) -> None:
    thread = data.draw(st.integers(0, len(bodies) - 1))
    place = data.draw(st.integers(0, len(bodies[thread])))
    body = (*bodies[thread][:place], data.draw(st.sampled_from(BARRIERS)), *bodies[thread][place:])
    before, after = native_program(bodies), native_program((*bodies[:thread], body, *bodies[thread + 1 :]))
    for model in MODELS:
        assert outcomes(after, model) <= outcomes(before, model)


@settings(max_examples=25)
@given(native_bodies())
def test_full_barriers_everywhere_give_sequential_consistency(bodies: Bodies) -> None:
    program = native_program(tuple(tuple(s for line in body for s in (line, "Full")) for body in bodies))
    expected = outcomes(native_program(bodies), "sc")
    for model in MODELS:
        assert outcomes(program, model) == expected


@settings(max_examples=25)
@given(native_bodies())
def test_the_order_of_the_threads_does_not_matter(bodies: Bodies) -> None:
    last = len(bodies) - 1
    for model in MODELS:
        turned = outcomes(native_program(bodies[::-1]), model)
        assert {state((_renumbered(n, last), v) for n, v in s) for s in turned} == outcomes(
            native_program(bodies), model
        )


def _renumbered(name: str, last: int) -> str:
    """`0:r1` with the threads counted from the other end."""
    thread, colon, register = name.partition(":")
    return f"{last - int(thread)}:{register}" if colon else name
