"""Explanations: what is needed is needed, in the text of the test too, and reasons say what a reader can check."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

import litmus
from litmus.case import Case
from litmus.cat.library import load_model
from litmus.check import Options, check
from litmus.errors import UnsupportedError
from litmus.explain import explain
from litmus.explain.explanation import Explanation, Ordering
from litmus.explain.remedy.constructs import constructs, without
from litmus.explain.remedy.proof import proof
from litmus.explain.why import why
from litmus.program import Program
from litmus.report.explain import text
from litmus.report.explain_json import record
from litmus.source import Source
from litmus.syntax import parse

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.litmus"))
LARGE = ("peterson", "spinlock", "dekker", "counter")
SMALL = [path for path in EXAMPLES if not path.stem.startswith(LARGE)]
MODELS = ("sc", "x86-tso", "armv8", "power", "riscv", "lkmm")
VERDICT = Options(verdict_only=True)

BARRIER = re.compile(r"LoadLoad|LoadStore|StoreStore|StoreLoad|Acquire|Release|Full")
ORDER = re.compile(r"\.(acquire|release)\b")

KERNEL_MP = """C MP+wmb+rmb

{}

P0(int *buf, int *flag)
{
	WRITE_ONCE(*buf, 1);
	smp_wmb();
	WRITE_ONCE(*flag, 1);
}

P1(int *buf, int *flag)
{
	int r0;
	int r1;

	r0 = READ_ONCE(*flag);
	smp_rmb();
	r1 = READ_ONCE(*buf);
}

exists (1:r0=1 /\\ 1:r1=0)
"""

RCU = """C MP+rcu

{}

P0(int *x, int *y)
{
	rcu_read_lock();
	WRITE_ONCE(*x, 1);
	WRITE_ONCE(*y, 1);
	rcu_read_unlock();
}

P1(int *x, int *y)
{
	int r0;
	int r1;

	r0 = READ_ONCE(*x);
	synchronize_rcu();
	r1 = READ_ONCE(*y);
}

exists (1:r0=1 /\\ 1:r1=0)
"""


def program_of(content: str, name: str = "test.litmus") -> Program:
    """The program of a text."""
    return parse(Source(name, content))


def read(path: Path) -> Program:
    """The program of an example."""
    return program_of(path.read_text(encoding="utf-8"), path.name)


def explained(content: str, model: str) -> Explanation:
    """The explanation of a text under a model."""
    return explain(program_of(content), load_model(model))


def possible(program: Program, model: str) -> bool:
    """Whether `litmus check` finds the outcome that a program asks about."""
    verdict = check(program, load_model(model), VERDICT)
    assert verdict.observation is not None
    return verdict.observation != ("Always" if program.condition.kind == "forall" else "Never")


def roles(explanation: Explanation) -> dict[str, str]:
    """The role of each ordering, by its words."""
    return {item.words: item.role for item in explanation.orderings}


# --- needed and redundant -------------------------------------------------------------------------------


def in_the_text(content: str, ordering: Ordering) -> str | None:
    """A native test with a barrier taken out of its text, or an access made relaxed; None where it is neither."""
    lines = content.split("\n")
    number = (ordering.place.line or 0) - 1
    if ordering.kind == "fence" and BARRIER.fullmatch(lines[number].strip()):
        lines[number] = ""
    elif ordering.kind == "annotation" and ORDER.search(lines[number]):
        lines[number] = ORDER.sub(".once", lines[number])
    else:
        return None
    return "\n".join(lines)


@pytest.mark.parametrize("path", SMALL, ids=lambda path: path.stem)
def test_needed_and_redundant_orderings_are_so_in_the_text_of_the_test(path: Path) -> None:
    _needed_in_the_text(path, ("x86-tso", "armv8", "power"))


@pytest.mark.slow
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_they_are_so_in_large_examples_and_on_more_models(path: Path) -> None:
    _needed_in_the_text(path, ("x86-tso", "armv8", "power", "riscv", "armv7"))


def _needed_in_the_text(path: Path, models: tuple[str, ...]) -> None:
    content = path.read_text(encoding="utf-8")
    for model in models:
        explanation = explain(program_of(content), load_model(model))
        for ordering in explanation.orderings if explanation.forbidden else ():
            changed = in_the_text(content, ordering)
            if changed is not None:
                found = possible(program_of(changed), model)
                assert found == (ordering.role == "needed"), (model, ordering)


def test_the_text_of_some_example_is_changed() -> None:
    content = next(path for path in EXAMPLES if path.stem == "MP+StoreStore+LoadLoad").read_text(encoding="utf-8")
    found = explain(program_of(content), load_model("power")).orderings
    assert [(o.place.line, o.role, in_the_text(content, o) != content) for o in found] == [
        (8, "needed", True), (14, "needed", True),
    ]  # fmt: skip


@pytest.mark.parametrize("path", SMALL[::2], ids=lambda path: path.stem)
def test_what_is_enough_forbids_the_outcome_without_the_rest(path: Path) -> None:
    program = read(path)
    for model in MODELS:
        judge = load_model(model)
        try:
            case = Case.of(program, judge)
        except UnsupportedError:
            continue
        if possible_or_undecided(case.test, judge.name):
            continue
        found = proof(case, Options(), [])
        kept = {(item.place, item.kind, item.words) for item in found.enough}
        dropped = [c for c in constructs(case.test, case.own_words) if (c.place, c.kind, c.words) not in kept]
        left = without(case.test, (c for c in dropped if ordering_of(c.words, found.orderings)))
        assert not possible_or_undecided(left, judge.name), model
        assert {o for o in found.orderings if o.role == "needed"} <= set(found.enough)


def possible_or_undecided(program: Program, model: str) -> bool:
    """Whether the outcome is not known to be forbidden."""
    verdict = check(program, load_model(model), VERDICT)
    return verdict.observation != ("Always" if program.condition.kind == "forall" else "Never")


def ordering_of(words: str, orderings: tuple[Ordering, ...]) -> bool:
    """Whether the words are those of an ordering."""
    return any(item.words == words for item in orderings)


def test_barriers_of_the_kernel() -> None:
    found = explained(KERNEL_MP, "lkmm")
    assert found.forbidden and found.reasons[0].axiom == "happens-before"
    assert roles(found) == {"smp_wmb()": "needed", "smp_rmb()": "needed"}
    for barrier in ("smp_wmb();", "smp_rmb();"):
        assert possible(program_of(KERNEL_MP.replace(barrier, "")), "lkmm")


def test_a_barrier_that_nobody_needs_is_redundant() -> None:
    more = KERNEL_MP.replace("smp_wmb();", "smp_mb();\n\tsmp_wmb();")
    found = explained(more, "lkmm")
    assert roles(found) == {"smp_mb()": "redundant", "smp_wmb()": "redundant", "smp_rmb()": "needed"}
    assert len(found.enough) == 2 and {item.words for item in found.enough} - {"smp_rmb()"} <= {"smp_mb()", "smp_wmb()"}
    assert not possible(program_of(more.replace("smp_mb();", "")), "lkmm")
    assert not possible(program_of(more.replace("smp_wmb();", "")), "lkmm")


def test_acquire_and_release_of_the_kernel() -> None:
    content = KERNEL_MP.replace("smp_wmb();", "").replace("smp_rmb();", "")
    content = content.replace("WRITE_ONCE(*flag, 1)", "smp_store_release(flag, 1)")
    content = content.replace("READ_ONCE(*flag)", "smp_load_acquire(flag)")
    for model in ("lkmm", "armv8", "power"):
        found = explained(content, model)
        words = [item.words for item in found.having("needed")]
        assert words == ["the release of smp_store_release(flag, 1)", "the acquire of r0 = smp_load_acquire(flag)"]
    assert possible(program_of(content.replace("smp_load_acquire(flag)", "READ_ONCE(*flag)")), "lkmm")
    assert possible(program_of(content.replace("smp_store_release(flag, 1)", "WRITE_ONCE(*flag, 1)")), "lkmm")


def test_a_grace_period_and_a_critical_section() -> None:
    found = explained(RCU, "lkmm")
    assert found.forbidden and found.reasons[0].axiom == "rcu"
    assert set(roles(found).values()) == {"needed"} and len(found.orderings) == 2
    assert "critical section" in found.reasons[0].story and "synchronize_rcu()" in found.reasons[0].story
    marks = RCU.replace("\trcu_read_lock();\n", "").replace("\trcu_read_unlock();\n", "")
    assert possible(program_of(marks), "lkmm")
    assert possible(program_of(RCU.replace("\tsynchronize_rcu();\n", "")), "lkmm")


def test_dependencies_are_removed_and_the_value_stays() -> None:
    path = next(path for path in EXAMPLES if path.stem == "MP+StoreStore+addr")
    for model, role in (("armv8", "needed"), ("power", "needed"), ("sc", "redundant")):
        found = explain(read(path), load_model(model))
        assert [item.role for item in found.orderings if item.kind == "addr"] == [role], model


def test_a_data_dependency_without_which_the_value_would_be_its_own() -> None:
    path = next(path for path in EXAMPLES if path.stem == "LB+datas")
    found = explain(read(path), load_model("armv8"))
    assert [(item.kind, item.role) for item in found.orderings] == [("data", "needed")] * 2
    constant = path.read_text(encoding="utf-8").replace("y = r0 ^ r0 ^ 1", "y = 1")
    assert possible(program_of(constant), "armv8")


def test_atomicity_is_needed_for_a_counter() -> None:
    path = next(path for path in EXAMPLES if path.stem == "counter+fetch_add")
    for model in ("x86-tso", "armv8", "riscv", "power"):
        found = explain(read(path), load_model(model))
        if found.forbidden and any(item.kind == "atomicity" for item in found.orderings):
            assert {item.role for item in found.orderings if item.kind == "atomicity"} == {"needed"}, model
    assert any(item.kind == "atomicity" for item in explain(read(path), load_model("x86-tso")).orderings)


# --- what is said ---------------------------------------------------------------------------------------


def test_a_reason_in_two_sentences() -> None:
    [reason] = explained(KERNEL_MP, "lkmm").reasons
    assert reason.story == (
        "P0's smp_wmb() (line 8) puts line 7 before line 9, P1 line 17 reads flag=1 from P0 line 9, and P1's smp_rmb() "
        "(line 18) puts line 17 before line 19. So P1 line 19 comes too late to read buf=0: buf=1 by P0 line 7 is "
        "already there."
    )
    assert [(step.relation, step.source.line, step.target.line) for step in reason.cycle] == [
        ("wmb", 7, 9), ("rf", 9, 17), ("rmb", 17, 19), ("fr", 19, 7),
    ]  # fmt: skip
    assert [step.via and step.via.text for step in reason.cycle] == ["smp_wmb()", None, "smp_rmb()", None]


def test_ways_are_counted_and_a_cap_is_said() -> None:
    path = next(path for path in EXAMPLES if path.stem == "spinlock")
    program, judge = read(path), load_model("armv8")
    few = why(program, judge, Options(), 5)
    assert (few.ways, few.complete) == (5, False) and "there are more" in text(few)
    assert sum(reason.ways for reason in few.reasons) == 5
    small = explain(read(EXAMPLES[0]), load_model("sc"))
    assert small.complete and sum(reason.ways for reason in small.reasons) == small.ways


def test_the_outcome_of_forall_is_its_counterexample() -> None:
    path = next(path for path in EXAMPLES if path.stem == "MP+StoreStore+LoadLoad")
    program = read(path)
    opposite = replace(program, condition=replace(program.condition, kind="forall"))
    assert explain(opposite, load_model("power")).forbidden is False
    assert "not (" in text(explain(opposite, load_model("power")))


def test_values_that_no_execution_has() -> None:
    content = KERNEL_MP.replace("1:r0=1", "1:r0=7")
    found = explained(content, "lkmm")
    assert found.forbidden and not found.reasons and "whatever the model" in text(found)


def test_the_same_explanation_twice() -> None:
    for path in SMALL[::8]:
        for model in ("armv8", "lkmm"):
            assert text(explain(read(path), load_model(model))) == text(explain(read(path), load_model(model)))


def test_an_undecided_test_is_not_explained_away() -> None:
    found = explain(program_of(KERNEL_MP), load_model("lkmm"), Options(timeout=1e-9))
    assert found.forbidden is None and found.undecided and not found.reasons
    assert "undecided" in text(found)


def test_json_has_its_keys() -> None:
    found = record(explained(KERNEL_MP, "lkmm"))
    assert (found["test"], found["model"], found["observation"]) == ("MP+wmb+rmb", "lkmm", "Never")
    assert found["axiom"] == "happens-before" and found["story"] is None
    assert [item["text"] for item in found["needed"]] == ["smp_wmb()", "smp_rmb()"] and found["redundant"] == []
    assert found["cycle"][0]["from"] == {"thread": 0, "line": 7, "text": "WRITE_ONCE(*buf, 1)"}
    assert found["cycle"][0]["via"]["text"] == "smp_wmb()"
    assert all(a["to"] == b["from"] for a, b in zip(found["cycle"], found["cycle"][1:], strict=False))
    allowed = record(explained(KERNEL_MP.replace("smp_wmb();", ""), "lkmm"))
    assert allowed["axiom"] is None and allowed["cycle"] == [] and allowed["story"]["steps"]


def test_the_public_name() -> None:
    assert litmus.explain is explain
    assert isinstance(litmus.explain(program_of(KERNEL_MP), litmus.load_model("lkmm")), litmus.Explanation)
