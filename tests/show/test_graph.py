"""What pictures hold: events, arrows, and the cycle of a forbidden execution."""

from __future__ import annotations

import pytest

from litmus.cat.library import load_model
from litmus.check import check
from litmus.gallery.exhibit import Exhibit, show
from litmus.judge.evaluate import Evaluator
from litmus.picture.graph import Graph, Link, graph
from litmus.source import Source
from litmus.syntax import parse

SB = """X86 SB
{ x=0; y=0; }
 P0         | P1         ;
 MOV [x],$1 | MOV [y],$1 ;
 MOV EAX,[y]| MOV EAX,[x];
exists (0:EAX=0 /\\ 1:EAX=0)
"""
CHAIN = """C chain
{ x=7; }
P0(int *x) {
  int r0; int r1; r0 = READ_ONCE(*x); if (r0 == 7) { WRITE_ONCE(*x, r0 + 1); smp_mb(); } r1 = READ_ONCE(*x);
}
P1(int *x, int *y) { int r2; WRITE_ONCE(*x, 3); r2 = atomic_add_return(1, y); }
exists (0:r0=7 /\\ 0:r1=8 /\\ x=8)
"""
STEPS = """AArch64 MP+dmb+addr
{ 0:X1=x; 0:X3=y; 1:X1=y; 1:X3=x; }
 P0          | P1              ;
 MOV W0,#1   | LDR W0,[X1]     ;
 STR W0,[X1] | EOR W2,W0,W0    ;
 DMB SY      | LDR W4,[X3,W2,SXTW] ;
 STR W0,[X3] |                 ;
exists (1:X0=1 /\\ 1:X4=0)
"""


def shown(text: str, model: str) -> Exhibit:
    """What is shown for a test."""
    found = show(parse(Source("test", text)), load_model(model)).exhibit
    assert found is not None
    return found


def arrows(drawn: Graph) -> set[tuple[str, str, str]]:
    """The arrows by the names of their ends and the kind."""
    return {(drawn.boxes[a.source].name, a.kind, drawn.boxes[a.target].name) for a in drawn.arrows}


def test_events_and_arrows() -> None:
    drawn = shown(SB, "x86-tso").graph("SB")
    assert [(box.thread, *box.lines) for box in drawn.boxes] == [
        (0, "a: W x=1", "MOV [x],$1"), (0, "b: R y=0", "MOV EAX,[y]"),
        (1, "c: W y=1", "MOV [y],$1"), (1, "d: R x=0", "MOV EAX,[x]"),
    ]  # fmt: skip
    assert arrows(drawn) == {("a", "po", "b"), ("c", "po", "d"), ("b", "fr", "c"), ("d", "fr", "a")}
    assert drawn.cycle == () and not any(arrow.cycle for arrow in drawn.arrows)


def test_a_forbidden_execution_has_its_cycle_pointed_out() -> None:
    found = shown(SB, "sc")
    assert found.answer == "forbidden by sc"
    drawn = found.graph("SB")
    assert [(drawn.boxes[a.source].name, a.kind) for a in drawn.cycle] == [
        ("a", "po"), ("b", "fr"), ("c", "po"), ("d", "fr")
    ]  # fmt: skip
    assert all(arrow.cycle for arrow in drawn.arrows)


def test_dependencies_updates_and_coherence() -> None:
    drawn = shown(CHAIN, "lkmm").graph("chain")
    first = {box.lines[0] for box in drawn.boxes}
    assert {"a: R x=7", "b: W x=8", "c: smp_mb()", "d: R x=8", "e: W x=3"} <= first
    found = arrows(drawn)
    assert {("a", "data", "b"), ("a", "ctrl", "b"), ("b", "rf", "d"), ("e", "co", "b"), ("a", "fr", "e")} <= found
    assert ("a", "ctrl", "d") not in found, "the branch ends before"
    [update] = [(a, b) for a, kind, b in found if kind == "rmw"]
    assert (update[0], "data", update[1]) not in found, "inside of one operation"
    assert (update[0], "fr", update[1]) not in found


def test_a_cycle_goes_by_the_boxes_between() -> None:
    found = shown(STEPS, "armv8")
    drawn = found.graph("MP")
    assert found.violation is not None and found.violation.axiom in found.answer
    assert [(drawn.boxes[a.source].name, a.label, drawn.boxes[a.target].name) for a in drawn.cycle] == [
        ("a", "po", "b"), ("b", "po", "c"), ("c", "rf", "d"), ("d", "addr", "e"), ("e", "fr", "a")
    ]  # fmt: skip


def test_initial_writes_show_where_the_cycle_needs_them() -> None:
    execution = shown(SB, "x86-tso").execution
    assert all(box.thread >= 0 for box in graph(execution).boxes)
    drawn = graph(execution, cycle=(Link(0, 5, "rf"), Link(5, 0, "hb")))
    assert [box.lines for box in drawn.boxes if box.thread < 0] == [("initially x=0",)]
    assert [(a.kind, a.label) for a in drawn.cycle] == [("rf", "rf"), ("order", "hb")]


def test_long_texts_are_cut_and_letters_go_on() -> None:
    stores = "\n".join(f" MOV [x],${i} ;" for i in range(1, 30))
    drawn = graph(check_one(f"X86 many\n{{ }}\n P0 ;\n{stores}\nexists (x=29)", "sc"))
    assert [box.name for box in drawn.boxes][24:] == ["y", "z", "aa", "ab", "ac"]
    value = "+".join(["1"] * 40)
    text = f"C long\n{{ }}\nP0(int *x) {{ WRITE_ONCE(*x, {value}); }}\nexists (x=40)"
    [box] = graph(check_one(text, "lkmm")).boxes
    assert len(box.lines[1]) < 40 and box.lines[1].endswith("…")


def check_one(text: str, model: str):  # type: ignore[no-untyped-def]
    """The first witness of a test."""
    return check(parse(Source("test", text)), load_model(model)).witnesses[0]


@pytest.mark.parametrize(("text", "model"), [(SB, "sc"), (STEPS, "armv8"), (CHAIN, "lkmm")])
def test_what_is_said_of_an_execution_is_so(text: str, model: str) -> None:
    found = shown(text, model)
    structure = found.execution.structure
    failing = Evaluator(load_model(model).theory(structure.signature), structure).failing(found.execution)
    assert (failing is None) == (found.violation is None)
    assert found.execution.feasible
