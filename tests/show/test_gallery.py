"""Catalogues agree with the checker, and what they show is what they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from litmus.case import Case, lowered
from litmus.cat.library import load_model
from litmus.check import check
from litmus.errors import InternalError
from litmus.gallery import catalogue as gallery
from litmus.gallery.exhibit import CUT, allowed, asking, forbidden, show
from litmus.judge.evaluate import Evaluator
from litmus.program import Program
from litmus.report.page.content import Content
from litmus.report.page.listing import listings
from litmus.source import Source
from litmus.syntax import parse
from litmus.syntax.question.outcome import parse as outcome

ROOT = Path(__file__).resolve().parents[2]
MODELS = ("sc", "x86-tso", "armv8", "power")
TESTS = ("SB", "MP+StoreStore+LoadLoad", "IRIW", "LB+datas", "counter", "spinlock", "MP+pointer", "2+2W")


def program(name: str) -> Program:
    """An example."""
    path = ROOT / "examples" / f"{name}.litmus"
    return parse(Source(name, path.read_text(encoding="utf-8")))


def catalogue(test: Program, *names: str) -> Content:
    return gallery.catalogue(test, [load_model(name) for name in names])


@pytest.mark.parametrize("name", TESTS)
def test_cells_agree_with_the_checker(name: str) -> None:
    test = program(name)
    content = catalogue(test, *MODELS)
    for place, model in enumerate(MODELS):
        states = [dict(state) for state in check(test, load_model(model)).states]
        shown = [o.state for o in content.outcomes if o.cells[place].answer == "allowed"]
        assert sorted(map(str, shown)) == sorted(map(str, states))
        assert {o.cells[place].model for o in content.outcomes} == {model}


@pytest.mark.parametrize("name", TESTS)
def test_forbidden_cells_show_a_cycle(name: str) -> None:
    cells = [cell for outcome in catalogue(program(name), *MODELS).outcomes for cell in outcome.cells]
    assert {cell.answer for cell in cells} <= {"allowed", "forbidden", "impossible"}
    for cell in cells:
        assert (cell.graph is None) == (cell.answer == "impossible")
        if cell.graph is not None:
            assert bool(cell.graph.cycle) == (cell.answer == "forbidden")
            assert bool(cell.story) >= (cell.answer == "forbidden")
            ends = [(arrow.source, arrow.target) for arrow in cell.graph.cycle]
            assert [a for a, _ in ends] == [b for _, b in ends[-1:] + ends[:-1]]


def test_allowed_cells_tell_how_it_comes_about() -> None:
    [strict, buffered] = catalogue(program("SB"), "sc", "x86-tso").outcomes[0].cells
    assert strict.answer == "forbidden" and not strict.steps
    assert buffered.answer == "allowed" and any("store buffer" in step for step in buffered.steps)


RACE = """C race
{ }
P0(int *x, atomic_int *y) { *x = 1; atomic_store_explicit(y, 1, memory_order_relaxed); }
P1(int *x, atomic_int *y) {
  int r0 = atomic_load_explicit(y, memory_order_relaxed); atomic_store_explicit(y, r0 + 1, memory_order_relaxed);
  int r1 = *x;
}
exists (1:r0=1 /\\ y=1)
"""


def test_undefined_behaviour_forbids_nothing() -> None:
    test, model = parse(Source("race", RACE)), load_model("rc11")
    content = gallery.catalogue(test, [model])
    assert {cell.answer for o in content.outcomes for cell in o.cells} == {"allowed", "undefined"}
    assert content.outcomes[0].asked and content.outcomes[0].cells[0].answer == "undefined"
    shown = show(test, model)
    assert shown.exhibit is not None
    drawn = shown.exhibit.poster(test, shown.verdict)
    assert "possible by undefined behaviour only" in drawn.title
    assert any("race" in note for note in drawn.notes)


def test_what_is_asked_comes_first_also_where_every_model_forbids_it() -> None:
    content = catalogue(program("SB+fences"), *MODELS)
    assert [outcome.asked for outcome in content.outcomes] == [True, False, False, False]
    assert {cell.answer for cell in content.outcomes[0].cells} == {"forbidden"}


@pytest.mark.parametrize("name", MODELS)
def test_exhibits_hold(name: str) -> None:
    model = load_model(name)
    for text in ("0:r0=0 /\\ 1:r0=0", "0:r0=1 /\\ 1:r0=1", "0:r0=1"):
        test = asking(program("SB"), outcome(text, program("SB")))
        verdict = check(test, model)
        case = Case.of(test, model)
        found = allowed(case, verdict) or forbidden(case)
        assert found is not None
        structure = found.execution.structure
        theory = model.theory(structure.signature)
        failing = Evaluator(theory, structure).failing(found.execution)
        assert (failing is None) == (found.violation is None) == (verdict.observation != "Never")


def test_an_allowed_outcome_is_never_shown_as_forbidden() -> None:
    test = asking(program("SB"), outcome("0:r0=0 /\\ 1:r0=0", program("SB")))
    assert forbidden(Case.of(test, load_model("sc"))) is not None
    with pytest.raises(InternalError):
        forbidden(Case.of(test, load_model("x86-tso")))


LOOP = """X86 wait
{ }
 P0         | P1          ;
 MOV [x],$1 | L:          ;
 MOV [y],$1 | MOV EAX,[y] ;
            | CMP EAX,$1  ;
            | JNE L       ;
            | MOV EBX,[x] ;
exists (1:EBX=0)
"""


def test_a_loop_that_was_cut_is_said_to_be() -> None:
    test, model = parse(Source("wait", LOOP)), load_model("x86-tso")
    cells = [outcome.cells[0] for outcome in gallery.catalogue(test, [model]).outcomes]
    assert [cell.answer for cell in cells] == ["forbidden", "allowed"]
    assert [CUT in cell.story for cell in cells] == [True, False]
    shown = show(test, model)
    assert shown.exhibit is not None and CUT in shown.exhibit.poster(test, shown.verdict).notes


def test_too_many_outcomes_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gallery, "MOST_OUTCOMES", 3)
    content = catalogue(program("IRIW"), "sc", "power")
    assert (len(content.outcomes), content.left_out) == (3, 13)
    assert content.outcomes[0].asked


def test_listings_are_lines_of_the_test() -> None:
    test = program("peterson")
    assert test.source is not None
    lines = test.source.text.split("\n")
    for listing in listings(test):
        for line in listing.lines:
            assert line.number is not None and lines[line.number - 1].strip() == line.text.strip()
        text = "\n".join(line.text for line in listing.lines)
        assert text.count("{") == text.count("}") == 2


def test_listings_of_assembly_are_instructions() -> None:
    text = "PPC loop\n{ 0:r2=x; }\n P0 ;\n L0: lwz r1,0(r2) ;\n cmpw r1,r1 ;\n beq L1 ;\n L1: ;\nexists (0:r1=0)\n"
    [listing] = listings(parse(Source("loop", text)))
    assert [line.text for line in listing.lines] == ["L0: lwz r1,0(r2)", "cmpw r1,r1", "beq L1", "L1:"]


def test_lowered_programs_keep_their_words() -> None:
    test = program("SB")
    assert lowered(test, load_model("x86-tso")).arch == "x86"
    graph = catalogue(test, "x86-tso").outcomes[0].cells[0].graph
    assert graph is not None and "mov [x],$1" in [line for box in graph.boxes for line in box.lines]
