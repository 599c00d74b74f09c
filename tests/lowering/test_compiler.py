"""Compile-time reordering: which accesses may change places, and which may not."""

from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from litmus import Options, check, load_model
from litmus.errors import UsageError
from litmus.lowering import lower
from litmus.lowering.compiler import reorderings
from litmus.program import Program
from litmus.report.text import notes
from litmus.source import Source
from litmus.syntax.native import front as native
from litmus.syntax.native import tree as ast
from litmus.syntax.native.print import statement
from litmus.testing import assert_forbidden


def read(*bodies: str) -> Program:
    threads = "\n".join(f"thread P{index} {{\n{body}\n}}" for index, body in enumerate(bodies))
    return native.parse(Source("test.litmus", f"litmus T\nshared x, y, z, a[4]\n{threads}\nexists true"))


def bodies(program: Program) -> list[str]:
    """Each thread on one line."""
    test = program.syntax
    assert isinstance(test, ast.Test)
    return ["; ".join(map(statement, thread.body)) for thread in test.threads]


def orders(body: str) -> list[str]:
    """Every order of a single thread."""
    return [bodies(program)[0] for program in reorderings(read(body))]


FREE = ["x = 1; y = 1", "r0 = x; r1 = y", "r0 = x; y = 1", "x = 1; r0 = y", "x.once = 1; y = 1", "r0 = x; r1 = y.once",
        "x = 1; r0 = y.acquire", "y.release = 1; x = 1", "r0 = x; xchg(y.once, 1)", "xchg(y.release, 1); r0 = x",
        "r0 = x; r1 = xchg(y.acquire, 1)", "a[1] = 1; a[2] = 1", "a[1] = 1; x = 1", "r0 = *(&x); r1 = y"]  # fmt: skip
KEPT = ["x = 1; x = 2", "r0 = x; r1 = x", "r0 = x; x = 1", "x = 1; r0 = x", "r0 = x; y = r0", "r0 = x; y = r0 ^ r0",
        "r0 = x; r1 = *(&y + (r0 ^ r0))", "r0 = x; r0 = y", "x.once = 1; y.once = 1", "r0 = x.once; y.release = 1",
        "r0 = y.acquire; x = 1", "x = 1; y.release = 1", "fetch_add(x.once, 1); y.once = 1",
        "x = 1; xchg(y, 1)", "xchg(y, 1); r0 = x", "xchg(y.acquire, 1); r0 = x", "r0 = x; xchg(y.release, 1)",
        "a[1] = 1; a[1] = 2", "r1 = 2; a[r1] = 1; a[2] = 1", "r0 = *(&x); r1 = *(&x)",
        "r1 = *(&y); x = 1", "if 1 { x = 1 }; y = 1", "x = 1; while 0 { y = 1 }"]  # fmt: skip


@pytest.mark.parametrize("body", FREE)
def test_two_accesses_that_change_places(body: str) -> None:
    first, second = body.split("; ")
    assert orders(body) == [body, f"{second}; {first}"]


@pytest.mark.parametrize("body", KEPT)
def test_accesses_that_keep_their_places(body: str) -> None:
    assert len(orders(body)) == 1


@pytest.mark.parametrize("fence", ["LoadLoad", "LoadStore", "StoreStore", "StoreLoad", "Acquire", "Release", "Full",
                                   "Compiler"])  # fmt: skip
def test_every_fence_is_a_compiler_barrier(fence: str) -> None:
    assert orders(f"x = 1; {fence}; y = 1") == [f"x = 1; {fence}; y = 1"]
    assert len(orders(f"x = 1; y = 1; {fence}; r0 = x; r1 = y")) == 4


def test_a_register_is_not_overwritten_before_it_is_read() -> None:
    assert orders("r0 = x; y = r0; r0 = z") == ["r0 = x; y = r0; r0 = z"]


def test_computations_move_with_the_access_that_needs_them() -> None:
    assert orders("r0 = 1; x = r0; r1 = 2; y = r1") == [
        "r0 = 1; x = r0; r1 = 2; y = r1",
        "r1 = 2; y = r1; r0 = 1; x = r0",
    ]


def test_blocks_are_reordered_inside_only() -> None:
    text = "r0 = z\nif r0 == 1 {\nx = 1\ny = 1\n} else {\nr1 = x\nr2 = y\n}\nz = 2"
    found = orders(text)
    assert len(found) == 4
    assert all(order.startswith("r0 = z; if") and order.endswith("}; z = 2") for order in found)


def test_all_orders_of_independent_accesses_once_each_and_the_program_first() -> None:
    program = read("x = 1; y = 1; z = 1", "r0 = x; r1 = y")
    found = list(reorderings(program))
    assert found[0] is program
    assert len({tuple(bodies(item)) for item in found}) == len(found) == 12
    assert [bodies(item) for item in reorderings(program)] == [bodies(item) for item in found]


def test_reorderings_are_lazy() -> None:
    program = read("; ".join(f"r{number} = a[{number % 4}]; z = {number}; r{number + 50} = y" for number in range(20)))
    assert len(list(islice(reorderings(program), 5))) == 5


def test_only_native_programs() -> None:
    with pytest.raises(UsageError, match="only native tests are reordered"):
        next(reorderings(lower(read("x = 1"), "x86")))


def test_a_compiler_breaks_message_passing_where_the_machine_does_not() -> None:
    text = "litmus MP\nshared x, y\nthread P0 { x = 1; y = 1 }\nthread P1 { r0 = y; r1 = x }\nexists 1:r0=1 && 1:r1=0"
    answers = [check(item, load_model("x86-tso")).observation for item in reorderings(native.parse(Source("MP", text)))]
    assert answers == ["Never", "Sometimes", "Sometimes", "Sometimes"]


PIECES = st.sampled_from(
    ["x = 1", "a[0] = 2", "a[1] = 3", "a[r0 & 1] = 4", "a[r1 & 1] = 5", "*(&a[1] + (r1 ^ r1)) = 6", "r0 = x",
     "r1 = a[1]", "r0 = a[r1 & 1]", "r1 = *(&a[0] + (r0 ^ r0))", "r1 = r0 + 1", "x.once = r1", "r1 = xchg(x, 5)",
     "Compiler", "fetch_add(x.once, 1)", "y.release = r0", "r0 = y.acquire", "if r0 == 1 { x = 7; y = 8 }"]
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PIECES, min_size=3, max_size=6))
def test_no_order_changes_what_a_thread_computes_alone(pieces: list[str]) -> None:
    program = read("r0 = 0; r1 = 0; " + "; ".join(pieces) + "\n}\nlocations 0:r0, 0:r1, x, y, a[0], a[1]\nthread P1 {")
    model = load_model("sc")
    expected = check(program, model).states
    assert len(expected) == 1
    for other in islice(reorderings(program), 30):
        assert check(other, model).states == expected


MP = """litmus MP
shared x, y
thread P0 { x = 1; y = 1 }
thread P1 { r0 = y; r1 = x }
exists 1:r0=1 && 1:r1=0
expect x86-tso: """


@pytest.mark.parametrize(("expected", "agrees"), [("forbidden", True), ("allowed", False)])
def test_expectations_are_about_the_machine_alone(expected: str, agrees: bool) -> None:
    verdict = check(native.parse(Source("MP", MP + expected)), load_model("x86-tso"), Options(compiler=True))
    assert (verdict.observation, verdict.as_written, verdict.compiler_only) == ("Sometimes", "Never", True)
    assert verdict.as_expected is agrees
    assert agrees or "expected an allowed outcome, found Never" in list(notes(verdict))


def test_an_outcome_that_the_compiler_makes_avoidable() -> None:
    text = MP.replace("exists 1:r0=1 && 1:r1=0", "exists 1:r0=0 || 1:r1=1") + "always"
    verdict = check(native.parse(Source("MP", text)), load_model("x86-tso"), Options(compiler=True))
    assert (verdict.observation, verdict.as_written, verdict.compiler_only) == ("Sometimes", "Always", False)
    assert verdict.as_expected
    assert list(notes(verdict)) == ["without reordering by the compiler: Always"]


def test_an_undecided_test_agrees_with_nothing() -> None:
    options = Options(compiler=True, timeout=1e-9)
    assert check(native.parse(Source("MP", MP + "forbidden")), load_model("x86-tso"), options).as_expected is None


def test_assertions_of_python_are_about_every_order() -> None:
    assert_forbidden(MP + "forbidden", "x86-tso")
    with pytest.raises(AssertionError, match="expected a forbidden outcome, found Sometimes"):
        assert_forbidden(MP + "forbidden", "x86-tso", Options(compiler=True))
