"""Stories: orders of steps against brute force, and the store-buffer machine against the axioms."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from litmus.case import lowered
from litmus.cat.library import Model, load_model
from litmus.explain import explain
from litmus.explain.story.buffers import Machine
from litmus.explain.story.order import broken, row
from litmus.explain.story.replay import Relations, Run
from litmus.explain.story.telling import kept_order
from litmus.judge.enumerate import executions
from litmus.judge.evaluate import Evaluator
from litmus.judge.execution import Execution
from litmus.program import Program
from litmus.report.explain import text
from litmus.source import Source
from litmus.syntax import parse
from litmus.unfold.unfolding import unfold

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.litmus"))
LARGE = ("peterson", "spinlock", "dekker", "counter")
SMALL = [path for path in EXAMPLES if not path.stem.startswith(LARGE)]
MOST = 400
"""So many executions of one test are looked at."""

X86_LOCKED = """X86 locked
{}
 P0          | P1          ;
 MOV [x],$1  | MOV [y],$1  ;
 MOV EAX,$1  | MOV EBX,[y] ;
 XCHG [z],EAX | MOV EAX,[x] ;
 MOV EBX,[y] | MFENCE      ;
             | MOV ECX,[z] ;
exists (0:EBX=0 /\\ 1:EAX=0)
"""


def program_of(path: Path) -> Program:
    """The program of an example."""
    return parse(Source(path.name, path.read_text(encoding="utf-8")))


def candidates(program: Program, model: Model) -> Iterator[tuple[Evaluator, Execution]]:
    """Every feasible candidate execution of a program, lowered for a model."""
    for structure in unfold(lowered(program, model)).structures():
        evaluator = Evaluator(model.theory(structure.signature), structure)
        for execution in islice(executions(structure), MOST):
            if execution.feasible:
                yield evaluator, execution


# --- orders ---------------------------------------------------------------------------------------------

PAIRS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)).filter(lambda p: p[0] != p[1]), max_size=8)


@given(st.lists(st.integers(0, 1), min_size=5, max_size=5), PAIRS, PAIRS)
def test_a_row_breaks_as_little_as_any_order(lanes: list[int], hard: list[tuple[int, int]],
                                             soft: list[tuple[int, int]]) -> None:  # fmt: skip
    soft = list(dict.fromkeys(soft))
    fitting = [order for order in permutations(range(5)) if not broken(order, hard)]
    found = row(lanes, hard, soft)
    if found is None:
        assert fitting == []
    else:
        assert sorted(found) == [0, 1, 2, 3, 4] and not broken(found, hard)
        assert len(broken(found, soft)) == min(len(broken(order, soft)) for order in fitting)


def test_a_long_row_respects_what_is_hard() -> None:
    hard = [(i + 1, i) for i in range(19)]
    assert row([0] * 20, hard, [(i, i + 1) for i in range(19)]) == list(range(19, -1, -1))
    assert row([0, 0], [(0, 1), (1, 0)], []) is None


# --- the store-buffer machine ---------------------------------------------------------------------------


def agree(program: Program) -> tuple[int, int]:
    """How many executions the machine has a run of and how many not; it must be those that the axioms allow."""
    runs = none = 0
    for evaluator, execution in candidates(program, load_model("x86-tso")):
        allowed = evaluator.failing(execution) is None
        assert (Machine(execution).run() is not None) == allowed, (execution.sources, execution.orders)
        runs, none = runs + allowed, none + (not allowed)
    return runs, none


@pytest.mark.parametrize("path", SMALL, ids=lambda path: path.stem)
def test_the_machine_has_a_run_of_exactly_what_the_axioms_allow(path: Path) -> None:
    agree(program_of(path))


def test_the_machine_and_the_axioms_agree_on_locked_instructions() -> None:
    runs, none = agree(parse(Source("locked.litmus", X86_LOCKED)))
    assert runs and none


def test_the_steps_of_a_store_buffer() -> None:
    path = next(path for path in EXAMPLES if path.stem == "SB")
    story = explain(program_of(path), load_model("x86-tso")).story
    assert story is not None and story.machine == "store buffers"
    assert story.steps == (
        "P0 line 7 puts x=1 into P0's store buffer",
        "P0 line 8 reads y=0 from memory",
        "P1 line 12 puts y=1 into P1's store buffer",
        "P1's store buffer drains y=1 of line 12 into memory",
        "P1 line 13 reads x=0 from memory",
        "P0's store buffer drains x=1 of line 7 into memory",
    )


# --- one memory, and copies -----------------------------------------------------------------------------


def in_memory(run: Run, relations: Relations) -> tuple[dict[int, int], dict[object, list[int]]]:
    """The source of each read and the writes of each location, when the moments are done in their order."""
    events = relations.execution.structure.events
    memory: dict[object, list[int]] = {place: [order[0]] for place, order in relations.execution.orders.items()}
    sources = {}
    for moment in run.moments:
        event = events[moment.event]
        if event.kind == "W":
            memory[event.pointer].append(moment.event)
        else:
            sources[moment.event] = memory[event.pointer][-1]
    return sources, memory


@pytest.mark.parametrize("path", SMALL, ids=lambda path: path.stem)
def test_what_armv8_allows_is_an_order_on_one_memory(path: Path) -> None:
    """Armv8 has one memory for all: every allowed execution has a run, but for reads of a thread's own writes."""
    for evaluator, execution in candidates(program_of(path), load_model("armv8")):
        if evaluator.failing(execution) is None:
            kept = kept_order(evaluator.theory, execution)
            relations = Relations(execution, kept)
            run = relations.in_memory()
            assert run is not None
            sources, memory = in_memory(run, relations)
            early = {b for a, b in run.reordered if execution.sources.get(b) == a}
            assert {r: w for r, w in sources.items() if r not in early} == {
                r: w for r, w in execution.sources.items() if r not in early
            }
            assert {place: tuple(writes) for place, writes in memory.items()} == dict(execution.orders)
            assert not any(kept >> (a * relations.n + b) & 1 for a, b in run.reordered if b not in early)


@pytest.mark.parametrize("path", SMALL, ids=lambda path: path.stem)
def test_what_power_allows_is_an_order_on_copies(path: Path) -> None:
    for evaluator, execution in candidates(program_of(path), load_model("power")):
        if evaluator.failing(execution) is None:
            relations = Relations(execution, kept_order(evaluator.theory, execution))
            assert relations.in_memory() is not None or relations.in_copies() is not None


@pytest.mark.parametrize("path", SMALL, ids=lambda path: path.stem)
def test_an_interleaving_has_nothing_out_of_order(path: Path) -> None:
    """What sequential consistency allows is told without reordering, and nothing else is."""
    for evaluator, execution in candidates(program_of(path), load_model("sc")):
        run = Relations(execution, 0).in_memory()
        if evaluator.failing(execution) is None:
            assert run is not None and run.reordered == ()
        else:
            assert run is None or run.reordered


def test_a_thread_that_has_not_seen_a_write() -> None:
    path = next(path for path in EXAMPLES if path.stem == "IRIW+addrs")
    found = explain(program_of(path), load_model("power"))
    assert found.story is not None and found.story.machine == "copies"
    assert any("had not reached P3" in sentence and "P1 line 11 had read it" in sentence
               for sentence in found.story.reordered)  # fmt: skip
    assert "reaches P1" in text(found)


def test_a_pair_out_of_order_is_named_with_the_barrier_that_does_not_keep_it() -> None:
    content = "litmus weak\nshared x = 0, y = 0\nthread P0 {\n  x = 1\n  LoadLoad\n  y = 1\n}\n" \
              "thread P1 {\n  r0 = y\n  LoadLoad\n  r1 = x\n}\nexists P1:r0 == 1 && P1:r1 == 0\n"  # fmt: skip
    story = explain(parse(Source("weak.litmus", content)), load_model("armv8")).story
    assert story is not None and story.reordered == (
        "P0's line 6 took effect before line 4: LoadLoad (line 5) between them does not keep a write before a write on "
        "this model.",
    )
