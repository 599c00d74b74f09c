"""litmus compare: what logs say, in all their forms, and how two of them differ."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from litmus.cli import main
from litmus.errors import InputError
from litmus.logs.compare import compare
from litmus.logs.entry import Entry, read_log
from litmus.report.condition import state_text

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"

HERD = """Test SB Allowed
States 2
0:EAX=0; 1:EAX=0;
0:EAX=0; 1:EAX=1; [x]=0x10; [y]=-1;
Ok
Witnesses
Positive: 1 Negative: 1
Flag data-race
Condition exists (0:EAX=0 /\\ 1:EAX=0)
Observation SB Sometimes 1 1
Time SB 0.00
Hash=00

Test a/b.c+d[e] Required
States 1

Loop No
Witnesses
Positive: 0 Negative: 1
Condition forall (false)
Observation a/b.c+d[e] Never 0 1
"""

MACHINE = """%%%%%%%%%%
% Results %
%%%%%%%%%%
X86 SB
{x=0; y=0;}
 P0          | P1          ;
 MOV [x],$1  | MOV [y],$1  ;
exists (0:EAX=0)
Generated assembler
#START _litmus_P1
	movl $1,(%r10)
Test SB Allowed
Histogram (2 states)
40    *>0:EAX=0; 1:EAX=0;
999960:>1:EAX=1; x=16; 0:EAX=0; y=-1;
Ok

Witnesses
Positive: 40, Negative: 999960
Condition exists (0:EAX=0 /\\ 1:EAX=0) is validated
Hash=00
Observation SB Sometimes 40 999960
Time SB 0.44

Machine:somewhere
"""

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], str]:
    """Writes a log and gives its path; a new one each time."""
    numbers = iter(range(100))

    def written(text: str) -> str:
        path = tmp_path / f"{next(numbers)}.log"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return written


@pytest.fixture
def litmus(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line: exit code, standard output, standard error."""

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(arguments)
        return code, *capsys.readouterr()

    return run


def log(*tests: tuple[str, str, list[str]]) -> str:
    """A log of tests: name, observation, states."""
    blocks = []
    for name, observation, states in tests:
        listed = "".join(f"{state}\n" for state in states)
        end = f"Ok\nObservation {name} {observation} 1 1\n\n"
        blocks.append(f"Test {name} Allowed\nStates {len(states)}\n{listed}{end}")
    return "".join(blocks)


# --- reading --------------------------------------------------------------------------------------------


def test_a_log_of_herd(write: Callable[[str], str]) -> None:
    first, second = read_log(write(HERD))
    assert first == Entry("SB", None, frozenset({"0:EAX=0; 1:EAX=0;", "0:EAX=0; 1:EAX=1; x=16; y=-1;"}), "Sometimes")
    assert second == Entry("a/b.c+d[e]", None, frozenset({""}), "Never")


def test_a_log_of_a_machine_has_the_states_of_the_same_log_of_herd(write: Callable[[str], str]) -> None:
    [machine] = read_log(write(MACHINE))
    assert machine == read_log(write(HERD))[0]


@pytest.mark.parametrize("output", ["json", "herd"])
def test_our_own_logs_hold_what_was_found(litmus: Run, write: Callable[[str], str], output: str) -> None:
    _, printed, _ = litmus("check", "-m", "power", "-o", "json", str(EXAMPLES))
    rows = [json.loads(line) for line in printed.splitlines()]
    _, text, _ = litmus("check", "-m", "power", "-o", output, str(EXAMPLES))
    entries = read_log(write(text))
    assert [e.test for e in entries] == [row["test"] for row in rows]
    assert [e.observation for e in entries] == [row["observation"] for row in rows]
    assert [e.states for e in entries] == [frozenset(map(state_text, row["states"])) for row in rows]
    assert len(entries) > 10


def test_the_forms_of_our_log_are_the_same_to_compare(litmus: Run, write: Callable[[str], str]) -> None:
    logs = [write(litmus("check", "-m", "x86-tso", "-o", form, str(EXAMPLES))[1]) for form in ("json", "herd")]
    assert litmus("compare", *logs)[0] == 0


@pytest.mark.parametrize(
    "text",
    ["", "nothing of the kind\n", "Test a Allowed\nStates 2\nx=1;\nOk\n", "Test a Allowed\nStates 1\nx=1;\n",
     "Test a Allowed\nStates 1\nsomething else\nOk\n", "Test a Allowed\nStates 2\nx=1;\nTest b Allowed\n",
     '{"test": "a"}\n', '{"test": "a"', '{"test": "a", "states": 1, "undecided": null, "observation": null}\n'],
)  # fmt: skip
def test_what_is_no_log_is_bad_input(litmus: Run, write: Callable[[str], str], text: str) -> None:
    path = write(text)
    with pytest.raises(InputError):
        read_log(path)
    code, out, err = litmus("compare", path, write(HERD))
    assert (code, out) == (2, "")
    assert err.count("error: ") == 1
    assert path in err


def test_a_missing_log_is_bad_input(litmus: Run, write: Callable[[str], str]) -> None:
    code, _, err = litmus("compare", "missing.log", write(HERD))
    assert code == 2
    assert err.startswith("error: cannot read 'missing.log': No such file")


def test_standard_input_is_a_log(litmus: Run, write: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(HERD.encode())))
    assert litmus("compare", "-", write(HERD))[0] == 0
    assert litmus("compare", "-", "-")[0] == 2


# --- comparing ------------------------------------------------------------------------------------------


def test_what_is_gained_and_lost(litmus: Run, write: Callable[[str], str]) -> None:
    a = write(log(("SB", "Sometimes", ["x=0;", "x=1;"]), ("MP", "Never", ["x=0;"])))
    b = write(log(("SB", "Never", ["x=1;", "x=2;", "x=3;"]), ("MP", "Never", ["[x]=0;"])))
    code, out, err = litmus("compare", a, b)
    assert (code, err) == (1, "")
    assert out.splitlines() == [
        "test  A          B          gained  lost",
        "SB    Sometimes  Never           2     1",
        "    + x=2;",
        "    + x=3;",
        "    - x=0;",
        "",
        "2 in both: 1 the same, 1 not; 2 states gained, 1 lost",
    ]


def test_a_test_of_one_log_only_is_a_difference_unless_told(litmus: Run, write: Callable[[str], str]) -> None:
    both = ("SB", "Never", ["x=0;"])
    a, b = write(log(both, ("MP", "Never", ["x=0;"]))), write(log(both))
    code, out, _ = litmus("compare", a, b)
    assert code == 1
    assert "MP    Never      -          only in A" in out.splitlines()
    assert "only in B" in litmus("compare", b, a)[1]
    assert litmus("compare", "--common", a, b)[0] == 0


def test_a_machine_may_show_less_than_a_model_allows_but_not_more(litmus: Run, write: Callable[[str], str]) -> None:
    model, machine = write(log(("SB", "Sometimes", ["x=0;", "x=1;"]))), write(log(("SB", "Never", ["x=0;"])))
    assert litmus("compare", "--gained", model, machine)[0] == 0
    assert litmus("compare", "--gained", machine, model)[0] == 1
    assert litmus("compare", model, machine)[0] == 1


def row(test: str, **changes: object) -> str:
    """A line of our JSON."""
    known: dict[str, object] = {"test": test, "path": test, "model": "sc", "states": [{"x": "0"}]}
    known |= {"observation": "Never", "undecided": None}
    return json.dumps(known | changes) + "\n"


def test_models_tell_tests_of_one_name_apart(litmus: Run, write: Callable[[str], str]) -> None:
    a = write(row("SB") + row("SB", model="power", states=[{"x": "1"}]))
    b = write(row("SB", model="power", states=[{"x": "1"}]) + row("SB"))
    assert litmus("compare", a, b)[0] == 0
    assert "SB [power]" in litmus("compare", a, write(row("SB")))[1]


def test_one_model_against_another(litmus: Run, write: Callable[[str], str]) -> None:
    assert litmus("compare", write(row("SB")), write(row("SB", model="power")))[0] == 0
    assert litmus("compare", write(row("SB")), write(row("SB", model="power", states=[])))[0] == 1


def test_tests_of_one_name_are_compared_in_order() -> None:
    zero, one = Entry("SB", None, frozenset({"x=0;"})), Entry("SB", None, frozenset({"x=1;"}))
    assert not any(c.differs for c in compare([zero, one], [zero, one]))
    assert all(c.differs for c in compare([zero, one], [one, zero]))


@pytest.mark.parametrize("changes", [{"observation": None, "undecided": "timeout"},
                                     {"observation": None, "error": "no such thing"}])  # fmt: skip
def test_undecided_is_neither_same_nor_different(
    litmus: Run, write: Callable[[str], str], changes: dict[str, object]
) -> None:
    code, out, _ = litmus("compare", write(row("SB", states=[{"x": "1"}], **changes)), write(row("SB")))
    assert code == 3
    assert f"undecided in A: {changes.get('error') or 'timeout'}" in out
    more = row("MP") + row("SB", **changes)
    assert litmus("compare", write(more), write(row("SB") + row("MP", states=[])))[0] == 1


def test_observations_alone_are_compared(litmus: Run, write: Callable[[str], str]) -> None:
    alone = row("SB", states=None)
    assert litmus("compare", write(alone), write(row("SB")))[0] == 0
    assert litmus("compare", write(alone), write(row("SB", observation="Always", states=None)))[0] == 1


def test_json_is_one_line_a_test(litmus: Run, write: Callable[[str], str]) -> None:
    code, out, _ = litmus("compare", "-o", "json", write(row("SB") + row("MP")), write(row("SB", states=[{"x": "2"}])))
    rows = [json.loads(line) for line in out.splitlines()]
    assert code == 1
    assert rows[0] == {
        "test": "SB", "model": None, "differs": True, "observations": ["Never", "Never"], "gained": ["x=2;"],
        "lost": ["x=0;"], "only_in": None, "undecided": None,
    }  # fmt: skip
    assert (rows[1]["test"], rows[1]["only_in"], rows[1]["observations"]) == ("MP", "A", ["Never", None])


def test_long_lists_are_cut_for_people_only(litmus: Run, write: Callable[[str], str]) -> None:
    a, b = write(row("SB")), write(row("SB", states=[{"x": str(n)} for n in range(41)]))
    assert "    + and 24 more" in litmus("compare", a, b)[1].splitlines()
    assert len(json.loads(litmus("compare", "-o", "json", a, b)[1])["gained"]) == 40


STATES = st.sets(st.sampled_from([f"x={n};" for n in range(5)]))
LOGS = st.dictionaries(st.sampled_from("abc"), STATES)


@given(LOGS, LOGS)
def test_lost_and_gained_change_places_with_the_logs(first: dict[str, set[str]], second: dict[str, set[str]]) -> None:
    ours, theirs = ([Entry(name, None, frozenset(states)) for name, states in d.items()] for d in (first, second))
    there = {c.test: c for c in compare(ours, theirs)}
    back = {c.test: c for c in compare(theirs, ours)}
    assert set(there) == set(back) == {*first, *second}
    for name in {*first} & {*second}:
        assert there[name].gained == back[name].lost
        assert (first[name] | set(there[name].gained)) - set(there[name].lost) == second[name]
        assert there[name].differs == (first[name] != second[name])


def test_known_outcomes_and_our_log_are_the_same(litmus: Run, corpora: Path, write: Callable[[str], str]) -> None:
    """Known outcomes, written as a log of the reference, against our own log."""
    lines = (corpora / "x86.expected.jsonl").read_text(encoding="utf-8").splitlines()
    known = list(map(json.loads, lines[:20]))
    text, logs = "", []
    for expected in known:
        code, printed, _ = litmus("check", "-o", "herd", str(corpora / expected["path"]))
        assert code == 0
        name = printed.split()[1]
        text += printed
        logs.append((name, expected["observation"], [state_text(state) for state in expected["states"]]))
    assert litmus("compare", write(log(*logs)), write(text)) == (0, "20 in both: 20 the same, 0 not\n", "")
