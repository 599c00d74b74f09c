"""Expressions of C by their values: as C, as native code, as C again, and as the instructions of every machine."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from litmus import Program, UnsupportedError, check, load_model, lower, parse, render
from litmus.source import Source

TARGETS = ("native", "c", "aarch64", "ppc", "riscv", "arm", "x86")
SHARED = "x=0; y=3; int a[2] = {5, 6};"


def thread(body: str, asked: str) -> Program:
    """A C test of one thread about what is `asked`: x, y and registers."""
    names = " ".join(f"{name if name in 'xy' or '[' in name else f'0:{name}'};" for name in asked.split())
    text = f"C T\n{{ {SHARED} }}\nP0(int *x, int *y, int *a)\n{{\n{body}\n}}\nlocations [{names}]\nexists (x=x)\n"
    return parse(Source("T.litmus", text.replace("x=x", "x=0")))


def final(program: Program) -> list[int]:
    """The one final state of a program, in the order of what is asked."""
    (state,) = check(program, load_model("sc")).states
    return [int(state[item.name]) for item in program.locations]


def everywhere(body: str, asked: str, *values: int, without: tuple[str, ...] = ()) -> None:
    """Asserts the final state of a body as C, and compiled for every target but some."""
    program = thread(body, asked)
    assert final(program) == list(values)
    for target in TARGETS:
        if target in without:
            with pytest.raises(UnsupportedError):
                lower(program, target)
        else:
            assert final(lower(program, target)) == list(values), render(lower(program, target))


@pytest.mark.parametrize(
    ("body", "asked", "values"),
    [
        # unary operators
        ("int r0 = ~*y; int r1 = -*y; int r2 = +*y; int r3 = - 2;", "r0 r1 r2 r3", (-4, -3, 3, -2)),
        ("int r0 = 0; if (!*x) r0 = 1; if (!*y) r0 = 2;", "r0", (1,)),
        # steps and assignments in expressions
        ("int r0 = (*y)++; int r1 = ++*y; int r2 = (*y)--; int r3 = --*y;", "r0 r1 r2 r3 y", (3, 5, 5, 3, 3)),
        ("int r0 = 1; int r1 = r0++; int r2 = ++r0; r0--; --r0;", "r0 r1 r2", (1, 1, 3)),
        ("*y += 4; *y -= 1; *y |= 8; *y &= 10; *y ^= 1;", "y", (11,)),
        ("int r0 = 6; r0 += *y; r0 -= 1; r0 |= 16; r0 ^= 1; r0 &= 27;", "r0", (25,)),
        ("int r0 = *x = 4; int r1; int r2 = r1 = 7;", "x r0 r1 r2", (4, 4, 7, 7)),
        ("(*x)++; (*y)--;", "x y", (1, 2)),
        # sequences and casts
        ("int r0 = (*x = 4, *y = 5, 7);", "x y r0", (4, 5, 7)),
        ("WRITE_ONCE(*x, 1), WRITE_ONCE(*y, 2);", "x y", (1, 2)),
        ("(void)READ_ONCE(*x); (void)xchg(y, 9); int r0 = (int)*y;", "y r0", (9, 9)),
        ("*(int *)x = 8; int r0 = *(int *)y; int r1 = (long)r0 + (char)1;", "x r0 r1", (8, 3, 4)),
        # choices
        ("int r0 = *y ? 1 : *x; int r1 = *x ? *y : 2;", "r0 r1", (1, 2)),
        ("int r0; if (*x || *y) r0 = 1; else r0 = 2; int r1 = 5; if (*x && *y) r1 = 6;", "r0 r1", (1, 5)),
        ("int r0 = 0; if (r0 && (*x)++) r0 = 4; if (!r0 || (*x)++) r0 = 5;", "r0 x", (5, 0)),
        ("int r0 = *x && *y; int r1 = *y || *x; int r2 = *x || *y == 4;", "r0 r1 r2", (0, 1, 0)),
        # places
        ("int r0 = a[1]; int r1 = *(a + 1); int r2 = *a; a[0] = 9;", "r0 r1 r2 a[0]", (6, 6, 5, 9)),
        ("int *p = &a[1]; int r0 = *p; *p = 2; int *q = &*x; *q = 4;", "r0 a[1] x", (6, 2, 4)),
        ("int r1 = 1; int r0 = a[r1]; a[r1] = r0 + 1; int r2 = *(a + r1);", "r0 r2 a[1]", (6, 7, 7)),
        ("int *p = x; int *q = y; int r0 = 0; if (p != q) r0 = 1; if (p == x) r0 += 2;", "r0", (3,)),
        ("int *p = NULL; int r0 = 0; if (!p) { p = y; r0 = *p; }", "r0", (3,)),
        # control
        ("int r0 = 0; if (*y == 3) { r0 = 1; } else { r0 = 2; }", "r0", (1,)),
        ("int r0 = 0; while (r0 < 2) { r0++; }", "r0", (2,)),
        ("int r0 = 0; int i; for (i = 0; i < 2; i++) r0 += *y;", "r0", (6,)),
        ("int r0 = 0; do { r0++; *x = r0; } while (*x < 2);", "r0 x", (2, 2)),
    ],
)
def test_values_are_the_same_everywhere(body: str, asked: str, values: tuple[int, ...]) -> None:
    everywhere(body, asked, *values)


def test_values_of_comparisons() -> None:
    operators = enumerate(("== 3", "!= 3", "< 4", "<= 2", "> 2", ">= 4"))
    body = " ".join(f"int r{number} = *y {operator};" for number, operator in operators)
    everywhere(body, "r0 r1 r2 r3 r4 r5", 1, 0, 1, 0, 1, 0, without=("ppc", "arm"))


OPERATORS = ("+", "-", "&", "|", "^")


@st.composite
def sums(draw: st.DrawFn, depth: int = 3) -> str:
    """An expression over r0 and r1 and small numbers, with all its brackets."""
    kind = draw(st.sampled_from(["register", "number", "binary", "binary", "unary"] if depth else ["register"]))
    if kind == "register":
        return draw(st.sampled_from(["r0", "r1"]))
    if kind == "number":
        return str(draw(st.integers(0, 40)))
    if kind == "unary":
        return f"({draw(st.sampled_from('-~'))}{draw(sums(depth - 1))})"
    return f"({draw(sums(depth - 1))} {draw(st.sampled_from(OPERATORS))} {draw(sums(depth - 1))})"


@settings(max_examples=40)
@given(expression=sums(), r0=st.integers(0, 9), r1=st.integers(0, 9))
def test_random_expressions_have_the_value_that_python_gives(expression: str, r0: int, r1: int) -> None:
    value = eval(expression, {"r0": r0, "r1": r1})
    program = thread(f"int r0 = {r0}; int r1 = {r1}; int r2 = {expression};", "r2")
    for built in (program, *(lower(program, target) for target in TARGETS)):
        assert final(built) == [value], render(built)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("int r0 = *y * 2;", r"the operator '\*' cannot be compiled"),
        ("int r0 = *y << 1;", "the operator '<<' cannot be compiled"),
        ("int r0 = *y / 2;", "the operator '/' cannot be compiled"),
        ("int *p = &a[0]; int r0 = *(p + 1);", "computing with pointers to elements"),
        ("while (*x == 0) { break; }", "'break' cannot be compiled"),
        ("while (*x == 1) { continue; }", "'continue' cannot be compiled"),
        ("if (*x) return; *x = 1;", "'return' cannot be compiled"),
    ],
)
def test_what_has_no_native_form_is_refused_in_its_place(body: str, message: str) -> None:
    program = thread(body, "x")
    with pytest.raises(UnsupportedError, match=message) as caught:
        lower(program, "native")
    assert caught.value.span is not None
    assert caught.value.span.describe().startswith("T.litmus:5:")
