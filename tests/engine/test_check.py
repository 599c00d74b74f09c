"""The pipeline: what a verdict says, and the same answer by every way of asking."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from litmus.cat.library import load_model
from litmus.check import Options, check
from litmus.errors import UsageError
from litmus.program import Program
from litmus.source import Source
from litmus.syntax import parse
from litmus.testing.strategies import native_bodies, native_program
from litmus.verdict import Verdict
from tests.strategies import ARM, VOCABULARIES, model_of, programs

SB = """litmus SB
shared x, y
thread P0 { x = 1; r0 = y }
thread P1 { y = 1; r0 = x }
{question}
expect sc: forbidden
expect x86-tso: allowed
"""

MODELS = ("sc", "x86-tso", "armv8", "power", "weak")


def ask(question: str, model: str = "sc", **options: object) -> Verdict:
    program = parse(Source("SB.litmus", SB.replace("{question}", question)))
    return check(program, load_model(model), Options(**options))  # type: ignore[arg-type]


BOTH_MISS = "P0:r0 == 0 && P1:r0 == 0"


@pytest.mark.parametrize(
    ("question", "sc", "tso"),
    [
        (f"exists {BOTH_MISS}", ("Never", False), ("Sometimes", True)),
        (f"never {BOTH_MISS}", ("Never", True), ("Sometimes", False)),
        (f"forall !({BOTH_MISS})", ("Always", True), ("Sometimes", False)),
        ("exists x == 1", ("Always", True), ("Always", True)),
        ("forall x == 1 && y == 1", ("Always", True), ("Always", True)),
        ("never x == 0", ("Never", True), ("Never", True)),
    ],
)
def test_the_quantifier_decides_whether_it_holds_and_not_the_observation(
    question: str, sc: tuple[str, bool], tso: tuple[str, bool]
) -> None:
    for model, expected in (("sc", sc), ("x86-tso", tso)):
        for engine in ("table", "z3"):
            verdict = ask(question, model, engine=engine)
            assert (verdict.observation, verdict.holds) == expected


def test_expectations_are_about_the_proposition() -> None:
    for kind in ("exists", "never"):
        assert ask(f"{kind} {BOTH_MISS}", "sc").as_expected is True
        assert ask(f"{kind} {BOTH_MISS}", "x86-tso").as_expected is True
        assert ask(f"{kind} {BOTH_MISS}", "power").as_expected is None
    assert ask("exists x == 1", "sc").as_expected is False


def test_states_are_sorted_and_name_what_the_question_and_the_locations_name() -> None:
    verdict = ask(f"locations x\nexists {BOTH_MISS}")
    assert [list(s.items()) for s in verdict.states] == [
        [("x", "1"), ("0:r0", "0"), ("1:r0", "1")],
        [("x", "1"), ("0:r0", "1"), ("1:r0", "0")],
        [("x", "1"), ("0:r0", "1"), ("1:r0", "1")],
    ]
    assert (verdict.positive, verdict.negative) == (0, 3)


def test_a_filter_leaves_final_states_out() -> None:
    verdict = ask("filter P0:r0 == 0\nexists P1:r0 == 1")
    assert (verdict.observation, verdict.positive, verdict.negative) == ("Always", 1, 0)
    assert [dict(s) for s in verdict.states] == [{"1:r0": "1"}]


def test_there_is_a_witness_of_every_state() -> None:
    verdict = ask(f"exists {BOTH_MISS}", "x86-tso")
    assert len(verdict.witnesses) == len(verdict.states) == 4


def test_a_model_of_another_architecture_is_refused() -> None:
    x86 = parse(Source("t", "X86 t\n{}\n P0 ;\n MOV [x],$1 ;\nexists (x=1)\n"))
    with pytest.raises(UsageError, match="is for ppc programs"):
        check(x86, load_model("power"))
    with pytest.raises(UsageError, match="no engine 'magic'"):
        check(x86, load_model("sc"), Options(engine="magic"))


def test_flags_are_raised_by_allowed_executions_only() -> None:
    program = parse(Source("SB.litmus", SB.replace("{question}", f"exists {BOTH_MISS}")))
    flag = "flag ~irreflexive po ; fr ; po ; fr as missed\n"
    for engine in ("table", "z3"):
        options = Options(engine=engine)
        assert check(program, model_of('"m"\n' + flag), options).flags == ("missed",)
        assert check(program, model_of('"m"\nacyclic po | com\n' + flag), options).flags == ()


@pytest.mark.parametrize("name", VOCABULARIES)
@settings(max_examples=25)
@given(data=st.data())
def test_the_verdict_alone_is_the_same_verdict(name: str, data: st.DataObject) -> None:
    program, model = data.draw(programs(VOCABULARIES[name], 300)), load_model(name)
    whole = check(program, model)
    for engine in ("table", "z3"):
        alone = check(program, model, Options(engine=engine, verdict_only=True))
        assert alone.states == ()
        if whole.undecided is None:
            assert (alone.observation, alone.holds, alone.undecided) == (whole.observation, whole.holds, None)


@settings(max_examples=25)
@given(native_bodies())
def test_answers_do_not_depend_on_what_was_asked_before(bodies: tuple[tuple[str, ...], ...]) -> None:
    program = native_program(bodies)
    first, second = ([replace(check(program, load_model(m)), seconds=0.0) for m in MODELS] for _ in range(2))
    assert first == second


@settings(max_examples=25)
@given(programs(ARM, 200))
def test_a_filter_is_the_same_as_leaving_states_out_afterwards(program: Program) -> None:
    model = load_model("armv8")
    proposition = program.condition.proposition
    plain, filtered = check(program, model), check(replace(program, filter=proposition), model)
    wanted = (proposition.left.name, str(proposition.right))  # type: ignore[union-attr]
    assert list(filtered.states) == [s for s in plain.states if s[wanted[0]] == wanted[1]]
    assert (filtered.positive, filtered.negative) == (plain.positive, 0)
