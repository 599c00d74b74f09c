"""The three reports, on answers made by hand."""

import json

import pytest

from litmus.judge.flagged import Flagged
from litmus.program import And, Compare, Condition, Kind, MemoryAt, Not, Or, Pointer, Proposition, RegisterAt, predicate
from litmus.report import Style
from litmus.report.condition import bracketed, condition_text, proposition_text
from litmus.report.herd import Herd
from litmus.report.json import KEYS, Json
from litmus.report.text import Text
from litmus.verdict import Answer, Problem, Verdict

X = MemoryAt(Pointer("x"), "x")
Y = MemoryAt(Pointer("y"), "y")
EAX = RegisterAt(0, "RAX", "0:EAX")
EBX = RegisterAt(1, "RBX", "1:EBX")
BOTH_0 = And((Compare(EAX, "=", 0), Compare(X, "=", 1)))
STATES = ({"x": "1", "0:EAX": "0"}, {"x": "1", "0:EAX": "1"}, {"x": "2", "0:EAX": "1"})


def verdict(kind: Kind = "exists", **changes: object) -> Verdict:
    """A verdict of SB with one state for the proposition and two against it."""
    fields: dict[str, object] = {
        "test": "SB", "arch": "x86", "model": "x86-tso", "kind": kind, "observation": "Sometimes",
        "holds": kind == "exists", "states": STATES, "satisfying": (True, False, False),
        "positive": 1, "negative": 3, "seconds": 0.014,
    }  # fmt: skip
    return Verdict(**(fields | changes))  # type: ignore[arg-type]


def answer(found: Verdict, last: bool = True) -> Answer:
    """The answer that carries a verdict."""
    return Answer("a/SB.litmus", found.test, found.arch, found.model, Condition(found.kind, BOTH_0), None, found,
                  last=last)  # fmt: skip


def text_of(*answers: Answer, **options: bool) -> str:
    """All that the report for people prints."""
    report = Text(Style(("SB",), **options))
    return "".join(map(report.add, answers)) + report.finish()


# --- conditions -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("proposition", "text"),
    [
        (BOTH_0, "0:EAX=0 /\\ x=1"),
        (Or((BOTH_0, Compare(Y, "!=", 2))), "0:EAX=0 /\\ x=1 \\/ y!=2"),
        (And((Or((Compare(X, "=", 1), Compare(X, "=", 2))), Compare(Y, "<", 3))), "(x=1 \\/ x=2) /\\ y<3"),
        (Not(Compare(X, "=", Pointer("y"))), "not (x=y)"),
        (Compare(EAX, "=", EBX), "0:EAX=1:EBX"),
        (And(()), "true"),
        (Or(()), "false"),
    ],
)
def test_proposition_text(proposition: Proposition, text: str) -> None:
    assert proposition_text(proposition) == text


def test_logs_put_scalar_memory_in_brackets() -> None:
    cell = MemoryAt(Pointer("a", 4), "a[1]")
    condition = Condition("~exists", And((Compare(X, "=", 1), Compare(cell, "=", 2), Compare(EAX, "=", 3))))
    assert condition_text(condition, bracketed) == "~exists ([x]=1 /\\ a[1]=2 /\\ 0:EAX=3)"


@pytest.mark.parametrize(
    ("proposition", "true"),
    [
        (BOTH_0, False),
        (Or((BOTH_0, Compare(X, "=", 9))), True),
        (Not(BOTH_0), True),
        (Compare(EAX, "<", 10), True),
        (Compare(EAX, ">=", 10), False),
        (Compare(EAX, "=", X), False),
        (Compare(Y, "=", Pointer("x")), True),
        (Compare(Y, "!=", Pointer("x")), False),
        (And(()), True),
        (Or(()), False),
    ],
)
def test_satisfies(proposition: Proposition, true: bool) -> None:
    assert predicate(proposition, (EAX, X, Y))((2, 9, Pointer("x"))) is true


# --- herd -----------------------------------------------------------------------------------------------


def test_herd_block() -> None:
    assert Herd().add(answer(verdict())) == (
        "Test SB Allowed\n"
        "States 3\n"
        "0:EAX=0; [x]=1;\n"
        "0:EAX=1; [x]=1;\n"
        "0:EAX=1; [x]=2;\n"
        "Ok\n"
        "Witnesses\n"
        "Positive: 1 Negative: 3\n"
        "Condition exists (0:EAX=0 /\\ [x]=1)\n"
        "Observation SB Sometimes 1 3\n"
        "Time SB 0.01\n"
        "Hash=NOHASH\n"
        "\n"
    )


def test_herd_swaps_witnesses_but_not_observation_for_not_exists() -> None:
    lines = Herd().add(answer(verdict("~exists"))).splitlines()
    assert lines[0] == "Test SB Forbidden"
    assert "No" in lines
    assert "Positive: 3 Negative: 1" in lines
    assert "Observation SB Sometimes 1 3" in lines


def test_herd_counts_states_where_executions_are_not_counted() -> None:
    lines = Herd().add(answer(verdict("forall", positive=None, negative=None))).splitlines()
    assert lines[0] == "Test SB Required"
    assert "Observation SB Sometimes 1 2" in lines


def test_herd_shows_flags_loops_and_undefined_behaviour() -> None:
    lines = Herd().add(answer(verdict(flags=("*undef*", "race"), bounded=True))).splitlines()
    assert "Loop Undef" in lines
    assert lines.index("Flag race") == lines.index("Flag *undef*") + 1 == lines.index("Witnesses") + 3


def test_herd_prints_no_block_without_an_observation() -> None:
    undecided = answer(verdict(observation=None, holds=None, undecided="timeout"))
    assert Herd().add(undecided) == Herd().add(Answer("x", problem=Problem("m", "r"))) == ""


# --- json -----------------------------------------------------------------------------------------------


def test_json_line_has_the_promised_keys() -> None:
    row = json.loads(Json().add(answer(verdict(expected="allowed"))))
    assert tuple(row) == KEYS
    assert row == {
        "test": "SB", "path": "a/SB.litmus", "arch": "x86", "model": "x86-tso", "kind": "exists",
        "observation": "Sometimes", "holds": True, "states": list(STATES), "positive": 1, "negative": 3,
        "flags": [], "bounded": False, "undecided": None, "expected": "allowed", "as_expected": True,
        "seconds": 0.014,
    }  # fmt: skip


def test_json_line_of_an_unreadable_test_is_null_but_for_path_and_error() -> None:
    row = json.loads(Json().add(Answer("b.litmus", problem=Problem("bad", "b.litmus:1:1: error: bad"))))
    assert set(row) == {*KEYS, "error"}
    assert {key: value for key, value in row.items() if value is not None} == {"path": "b.litmus", "error": "bad"}


def test_json_undecided_has_no_observation_but_a_reason() -> None:
    row = json.loads(Json().add(answer(verdict(observation=None, holds=None, undecided="timeout", expected="always"))))
    assert (row["observation"], row["undecided"], row["as_expected"]) == (None, "timeout", None)


# --- text -----------------------------------------------------------------------------------------------


def test_text_one_verdict() -> None:
    assert text_of(answer(verdict())) == (
        "test  x86-tso\n"
        "SB    Sometimes\n"
        "\n"
        "1 test; 1 Sometimes; 0.01 s\n"
    )  # fmt: skip


def test_text_has_a_column_for_each_model_and_a_note_for_a_wrong_verdict() -> None:
    first = answer(verdict(model="sc", observation="Never", expected="forbidden"), last=False)
    second = answer(verdict(model="power", expected="forbidden"))
    lines = text_of(first, second).splitlines()
    assert lines[0].split() == ["test", "sc", "power"]
    assert lines[1].split() == ["SB", "Never", "ok", "Sometimes", "WRONG"]
    assert lines[0].index("power") == lines[1].index("Sometimes")
    assert lines[2] == "    power: expected a forbidden outcome, found Sometimes"
    assert lines[-1] == "1 test; 1 Never, 1 Sometimes; 1 as expected, 1 WRONG; 0.03 s"


def test_text_row_waits_for_the_last_model() -> None:
    report = Text(Style(("SB",)))
    assert report.add(answer(verdict(), last=False)) == ""
    assert "SB" in report.add(answer(verdict(model="sc")))


def test_text_keeps_an_unfinished_row_for_the_end() -> None:
    report = Text(Style(("SB",)))
    report.add(answer(verdict(), last=False))
    assert "Sometimes" in report.finish().splitlines()[1]


def test_text_new_heading_where_the_models_change() -> None:
    other = answer(verdict(test="MP", arch="ppc", model="power"))
    lines = text_of(answer(verdict()), other, other).splitlines()
    assert lines[2:6] == ["", "test  power", "MP    Sometimes", "MP    Sometimes"]


def test_text_notes() -> None:
    program = "P0 { x = 1; }\nP1 { }"
    found = verdict(bounded=True, flags=("race",), flagged=(Flagged("race"),), compiler_only=True, reordered=program)
    assert text_of(answer(found)).splitlines()[2:] == [
        "    x86-tso: a loop was cut at the unrolling bound: outcomes that need more rounds are not seen (--unroll)",
        "    x86-tso: flag: race",
        "    x86-tso: possible only after reordering by the compiler:",
        "        P0 { x = 1; }",
        "        P1 { }",
        "",
        "1 test; 1 Sometimes; 0.01 s",
    ]


def test_text_undecided_is_neither_right_nor_wrong() -> None:
    found = verdict(observation=None, holds=None, undecided="timeout after 1 s", expected="allowed")
    lines = text_of(answer(found)).splitlines()
    assert lines[1:3] == ["SB    undecided", "    x86-tso: undecided: timeout after 1 s"]
    assert lines[-1] == "1 test; 1 undecided; 0.01 s"


def test_text_states_mark_those_that_satisfy() -> None:
    assert text_of(answer(verdict()), states=True).splitlines()[2:6] == [
        "    x86-tso: 3 states, exists (0:EAX=0 /\\ x=1) holds",
        "      * 0:EAX=0; x=1;",
        "        0:EAX=1; x=1;",
        "        0:EAX=1; x=2;",
    ]


def test_text_error_has_no_row_but_is_counted() -> None:
    assert text_of(Answer("b.litmus", problem=Problem("m", "r"))) == "1 test; 1 error; 0.00 s\n"


def test_text_color_changes_nothing_but_escapes() -> None:
    found = answer(verdict(expected="forbidden"))
    colored = text_of(found, color=True)
    assert "\x1b[31mSometimes WRONG\x1b[0m" in colored
    assert colored.replace("\x1b[31m", "").replace("\x1b[0m", "") == text_of(found)
