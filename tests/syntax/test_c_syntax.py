"""C tests: sections, statements, names and control flow, as instructions and as outcomes under `sc`."""

import re

import pytest

from litmus.cat.library import load_model
from litmus.check import check
from litmus.errors import InputError, UnsupportedError
from litmus.program import Expectation, Load, Operation, Pointer, Program, RegisterAt, Store
from litmus.source import Source
from litmus.syntax import parse
from litmus.syntax.c.expression import expression
from litmus.syntax.c.tree import Call, Cast, Choice, Index, Infix, Name, Number, Operator, Prefixed
from litmus.unfold.paths import Walker
from litmus.unfold.steps import Path


def program(text: str) -> Program:
    return parse(Source("test.litmus", text))


def one(body: str, parameters: str = "int *x, int *y", initial: str = "", question: str = "exists (x=1)") -> Program:
    """A test of one thread."""
    return program(f"C one\n{{ {initial} }}\nP0({parameters})\n{{\n{body}\n}}\n{question}\n")


def operations(body: str, **rest: str) -> list[Operation]:
    return [o for i in one(body, **rest).threads[0].instructions for o in i.operations]


def paths(body: str, **rest: str) -> list[Path]:
    """The ways through a thread."""
    return list(Walker(one(body, **rest).threads[0], {}, 2).paths())


def states(built: Program) -> list[dict[str, str]]:
    return [dict(state) for state in check(built, load_model("sc")).states]


def final(body: str, show: str = "x;y", **rest: str) -> dict[str, str]:
    """The one final state of a thread: what `show` names, and x."""
    (state,) = states(one(body, question=f"locations [{show}]\nexists (x=0)", **rest))
    return state


# --- sections -------------------------------------------------------------------------------------------


def test_a_whole_test() -> None:
    built = program(
        """C MP+once (* a comment with { and (* another *) in it *)
        "a title"
        (*
         * Result: Never
         *)
        { int x = 0; (* here too *) atomic_t y = ATOMIC_INIT(7); 0:r9 = 3; // and here
        }
        P0(int *x, atomic_t *y) /* parameters */
        {
            WRITE_ONCE(*x, 1); // (*x) is no comment
        }
        P1(int *x)
        { int r0; r0 = READ_ONCE(*x); }
        (* the question *)
        locations [y; 1:r0]
        exists (1:r0=1 /\\ x=1)
        """
    )
    assert (built.name, built.arch, len(built.threads)) == ("MP+once", "c", 2)
    assert built.memory[Pointer("y")] == 7
    assert built.registers == {(0, "r9"): 3}
    assert [item.name for item in built.locations] == ["y", "1:r0"]
    (expected,) = built.expectations
    assert (expected.model, expected.verdict) == ("lkmm", "forbidden")
    text = built.threads[0].instructions[0]
    assert text.text == "WRITE_ONCE(*x, 1)"
    assert text.span is not None and text.span.text == "WRITE_ONCE(*x, 1)"


@pytest.mark.parametrize(
    ("comment", "verdict"),
    [
        ("Result: Never", "forbidden"),
        ("Result: Sometimes", "allowed"),
        ("Result: Always", "always"),
        ("Result: Never DATARACE", None),
        ("Result: Maybe", None),
        ("Result: DEADLOCK", None),
        ("nothing", None),
    ],
)
def test_results_are_expectations(comment: str, verdict: str | None) -> None:
    found = program(f"C r\n(* {comment} *)\n{{}}\nP0(int *x) {{ *x = 1; }}\nexists (x=1)").expectations
    assert [e.verdict for e in found] == ([verdict] if verdict else [])
    assert all(isinstance(e, Expectation) and e.model == "lkmm" for e in found)


def test_initial_values() -> None:
    built = one(
        "r0 = READ_ONCE(*p);", "int **p, int *a", "int a[2] = {3, 4}; int *p = &a[1]; q = a;", "exists (0:r0=a)"
    )
    assert built.memory == {
        Pointer("a"): 3, Pointer("a", 4): 4, Pointer("p"): Pointer("a", 4), Pointer("q"): Pointer("a"),
    }  # fmt: skip


def test_names_of_the_question() -> None:
    condition = one("int r0; r0 = *x;", question="exists (0:r0=1)").condition.proposition
    assert condition.left == RegisterAt(0, "r0", "0:r0")  # type: ignore[union-attr]


# --- expressions ----------------------------------------------------------------------------------------


def bare(text: str) -> object:
    """An expression, its places forgotten."""
    return re.sub(r", (start|end)=\d+", "", repr(expression(text)))


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("1 + 2 * x", Infix("+", Number(1), Infix("*", Number(2), Name("x")))),
        ("1 - 2 - 3", Infix("-", Infix("-", Number(1), Number(2)), Number(3))),
        ("a & 1 == b", Infix("&", Name("a"), Infix("==", Number(1), Name("b")))),
        ("a | b ^ c & d", Infix("|", Name("a"), Infix("^", Name("b"), Infix("&", Name("c"), Name("d"))))),
        ("a || b && c", Infix("||", Name("a"), Infix("&&", Name("b"), Name("c")))),
        ("!*x", Prefixed("!", Prefixed("*", Name("x")))),
        ("a ? b : c ? d : e", Choice(Name("a"), Name("b"), Choice(Name("c"), Name("d"), Name("e")))),
        ("(int)x", Cast(None, Name("x"))),
        ("(struct foo *) x", Cast(4, Name("x"))),
        ("(intptr_t *)x", Cast(8, Name("x"))),
        ("(a) - b", Infix("-", Name("a"), Name("b"))),
        ("(a)*b", Infix("*", Name("a"), Name("b"))),
        ("a[1 + i]", Index(Name("a"), Infix("+", Number(1), Name("i")))),
        ("0x10UL << 2", Infix("<<", Number(16), Number(2))),
        ("f(x, &~, -1)", Call("f", (Name("x"), Operator("&~"), Prefixed("-", Number(1))))),
        ("f(x, +, 1)", Call("f", (Name("x"), Operator("+"), Number(1)))),
        ("__load{once}(*x)", Call("__load", (Prefixed("*", Name("x")),), "once")),
        ("__fence{before-atomic}", Call("__fence", (), "before-atomic")),
    ],
)
def test_expressions(text: str, tree: object) -> None:
    assert bare(text) == re.sub(r", (start|end)=\d+", "", repr(tree))


@pytest.mark.parametrize(
    ("value", "result"),
    [
        ("1 + 2 * 3", 7), ("7 / 2", 3), ("-7 / 2", -3), ("7 % 4", 3), ("1 << 4", 16), ("5 & 6", 4), ("5 | 6", 7),
        ("5 ^ 6", 3), ("~0", -1), ("!0 + !7", 1), ("1 ? 8 : 9", 8), ("0 ? 8 : 9", 9), ("2 && 3", 1), ("0 || 0", 0),
        ("0 || 5", 1), ("3 > 2", 1), ("(int) 3", 3), ("(1, 2)", 2), ("true + false + NULL", 1), ("+3 - -4", 7),
    ],
)  # fmt: skip
def test_arithmetic(value: str, result: int) -> None:
    assert final(f"int r0 = 3; int r1 = {value};", show="0:r1")["0:r1"] == str(result)
    hidden = value.replace("3", "r0") if "3" in value else value
    assert final(f"int r0 = 3; int r1; r1 = {hidden};", show="0:r1")["0:r1"] == str(result)


# --- statements -----------------------------------------------------------------------------------------


def test_local_variables() -> None:
    body = "int r0 = 1, r1, *p = y; struct foo *q; r1 = r0; r1 += 4; r0++; --r1; *p = r1++ + r0; *x = r1;"
    assert final(body) == {"x": "5", "y": "6"}


def test_a_copy_does_not_change_what_was_copied() -> None:
    body = "int r0; int r1; r0 = READ_ONCE(*x); r1 = r0; r0 = READ_ONCE(*y);"
    assert final(body, show="0:r0;0:r1", initial="x=1; y=2;") == {"0:r0": "2", "0:r1": "1", "x": "1"}


def test_a_read_goes_straight_into_its_variable() -> None:
    (load,) = operations("int r0; r0 = READ_ONCE(*x);")
    assert isinstance(load, Load) and load.register == "r0"


def test_if_and_else() -> None:
    body = "int r0; r0 = *x; if (r0 == 1) *y = 1; else if (r0 == 2) { *y = 2; } else { *y = 3; } *x = 9;"
    for start, end in ((0, 3), (1, 1), (2, 2)):
        assert final(body, initial=f"x={start};") == {"x": "9", "y": str(end)}


@pytest.mark.parametrize(
    ("body", "total"),
    [
        ("while (i < 2) { i = i + 1; t += i; }", 3),
        ("for (i = 0; i < 2; i++) t += 5;", 10),
        ("for (int j = 1; j < 3; j++) { if (j == 1) continue; t += j; }", 2),
        ("do { t += 7; } while (0);", 7),
        ("do { t += 7; i++; } while (i < 2);", 14),
        ("while (1) { t += 2; if (t > 3) break; }", 4),
        ("for (;;) { t = 6; break; }", 6),
        ("t = 1; return; t = 2;", 1),
    ],
)
def test_loops_and_jumps(body: str, total: int) -> None:
    built = one(f"int t = 0; int i = 0; {body}", question="locations [0:t] exists (x=0)")
    assert [state["0:t"] for state in states(built)] == [str(total)]


def test_a_loop_is_cut() -> None:
    verdict = check(one("int r0 = 0; while (r0 == 0) { r0 = *x; }"), load_model("sc"))
    assert verdict.bounded and verdict.observation == "Never"


def test_short_circuits_skip_accesses() -> None:
    assert len([s for p in paths("if (0 && READ_ONCE(*x)) { }") for s in p.steps]) == 0
    kinds = sorted("".join(s.kind for s in p.steps) for p in paths("if (READ_ONCE(*x) && READ_ONCE(*y)) *x = 1;"))
    assert kinds == ["R", "RR", "RRW"]
    both = one("int r0 = READ_ONCE(*x) || READ_ONCE(*y);", initial="x=0; y=2;", question="exists (0:r0=1)")
    assert check(both, load_model("sc")).observation == "Always"


# --- dependencies ---------------------------------------------------------------------------------------


def masks(body: str) -> list[tuple[str, int, int, int]]:
    """The events of the longest way: kind, and the earlier events it depends on by address, data and control."""
    longest = max(paths(body, parameters="int *x, int *y, int **p"), key=lambda path: len(path.steps))
    return [(s.kind, s.addr, s.data, s.ctrl) for s in longest.steps]


def test_dependencies() -> None:
    assert masks("int r0; r0 = READ_ONCE(*x); WRITE_ONCE(*y, r0 + 1);") == [("R", 0, 0, 0), ("W", 0, 1, 0)]
    assert masks("int *r0; r0 = READ_ONCE(*p); WRITE_ONCE(*r0, 1);") == [("R", 0, 0, 0), ("W", 1, 0, 0)]
    assert masks("WRITE_ONCE(*y, READ_ONCE(*x));") == [("R", 0, 0, 0), ("W", 0, 1, 0)]


def test_control_ends_where_the_ways_join() -> None:
    assert masks("if (READ_ONCE(*x)) { *y = 1; } *y = 2;") == [("R", 0, 0, 0), ("W", 0, 0, 1), ("W", 0, 0, 0)]
    assert masks("if (!READ_ONCE(*x)) return; *y = 2;") == [("R", 0, 0, 0), ("W", 0, 0, 1)]


def test_break_extends_control_to_the_end_of_the_loop() -> None:
    body = "do { if (!READ_ONCE(*x)) break; *y = 1; } while (0); *y = 2;"
    assert masks(body) == [("R", 0, 0, 0), ("W", 0, 0, 1), ("W", 0, 0, 0)]


def test_a_value_chosen_under_control_controls() -> None:
    body = "int r1 = 0; if (READ_ONCE(*x)) r1 = 1; if (r1) *y = 1;"
    assert masks(body) == [("R", 0, 0, 0), ("W", 0, 0, 1)]
    assert masks("int r1 = READ_ONCE(*x) ? 1 : 2; *y = r1;") == [("R", 0, 0, 0), ("W", 0, 0, 0)]


# --- pointers -------------------------------------------------------------------------------------------


def test_pointers_count_elements() -> None:
    body = "int r0 = 1; a[1] = 5; *(a + r0 + 1) = 6; p[r0] = 7;"
    built = one(body, "int *a, intptr_t *p", "int a[3]; int64_t p[2];", "locations [a[1]; a[2]; p[1]] exists (a[0]=0)")
    assert states(built) == [{"a[1]": "5", "a[2]": "6", "p[1]": "7", "a[0]": "0"}]


def test_an_address_may_be_stored_and_followed() -> None:
    body = "int *r0; int r1; WRITE_ONCE(*p, y); r0 = READ_ONCE(*p); r1 = *r0; *(&*x) = r1;"
    assert final(body, "x;p;0:r0", parameters="int *x, int *y, int **p", initial="y=4;") == {
        "x": "4", "p": "y", "0:r0": "y",
    }  # fmt: skip


def test_a_parameter_may_be_changed() -> None:
    assert final("x = y; WRITE_ONCE(*x, 1);") == {"x": "0", "y": "1"}


# --- mistakes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "message", "place"),
    [
        ("WRITE_ONCE(*z, 1);", "P0 uses 'z', which is neither one of its parameters nor a local variable of it", "z"),
        ("int r0; r0 = r1;", "P0 uses 'r1', which is neither", "r1"),
        ("READ_ONCE(x);", "'x' is an address already, expected a place in memory", "x"),
        ("int r0; READ_ONCE(r0);", "'r0' is a local variable, expected a place in memory", "r0"),
        ("WRITE_ONCE(3, 1);", "expected a place in memory", "WRITE_ONCE(3, 1)"),
        ("smp_mbb();", "unknown function 'smp_mbb'", "smp_mbb"),
        ("WRITE_ONCE(*x);", "'WRITE_ONCE' has 1 arguments, expected 2", "WRITE_ONCE"),
        ("int r0 = smp_mb();", "'smp_mb' has no value", "smp_mb"),
        ("int r0 = 1", "this statement does not end, expected ';'", "int r0 = 1"),
        ("if (1) {", "this '{' is not closed", "{"),
        ("r0 = (1;", "unexpected end of input", ""),
        ("r0 = 1 +* ;", "unexpected end of input", ""),
        ("break;", "'break' is not in a loop", "break"),
        ("atomic_add(x, 1);", "1 is no address, expected a shared variable", "atomic_add(x, 1)"),
        ("do { } *x = 1;", "expected 'while ('", None),
        ("if (1)", "expected a statement", None),
        ("for (;;;) { }", "expected 'for (first; condition; step)'", "(;;;)"),
        ("int r0 = atomic_try_cmpxchg(x, y, 1);", "expected the address of a local variable", None),
    ],
)
def test_mistakes(body: str, message: str, place: str | None) -> None:
    with pytest.raises(InputError) as caught:
        one(body)
    error = caught.value
    assert error.message.startswith(message)
    assert error.hint
    if place:
        assert error.span.text == place  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "body",
    [
        "int r0 = READ_ONCE(*x) + READ_ONCE(*y);",
        "WRITE_ONCE(*READ_ONCE(*p), READ_ONCE(*y));",
        "*(p->next) = 1;",
        "goto out;",
        "switch (1) { }",
        "out: *x = 1;",
        "int a[2];",
    ],
)
def test_refusals(body: str) -> None:
    with pytest.raises(UnsupportedError) as caught:
        one(body, parameters="int *x, int *y, int **p")
    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("C t\nP0(int *x) { }\n", "this test has no threads"),
        ("C t\nexists (x=1)", "no initial state"),
        ("C t\n{ x=1;\n", "the initial state does not end"),
        ("C t\n{ }\nexists (x=1)", "this test has no threads"),
        ("C\n{ }\nP0() { }\n", "expected 'C' and a name"),
        ("C t\n{ }\nP0(int x) { }\nexists (x=1)", "this is no parameter"),
        ("C t\n{ }\nP0(int *x) { }\nP0(int *x) { }\nexists (x=1)", "there are two threads P0"),
        ("C t\n{ }\nP0(int *x) ;\nexists (x=1)", "expected '{' after the parameters of P0"),
        ("C t\n{ }\nP0(int *x { }\nexists (x=1)", "this '(' is not closed"),
        ("C t\n{ 3:r0=1; }\nP0(int *x) { }\nexists (x=1)", "there is no thread P3"),
        ("C t\n{ }\nP0(int *x) { }\nexists (1:r0=1)", "there is no thread P1"),
        ("C t\n{ }\nP0(int *x) { }\nexists (0:r0=1)", "P0 has no local variable 'r0'"),
        ("C t\n{ }\nP0(int *x) { }\nexists (z=1)", "the test has no location 'z', expected one of x"),
        ("C t\n{ }\nP0(int *x) { }\n", "no condition"),
    ],
)
def test_broken_sections(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        program(text)
    assert message in caught.value.message
    assert caught.value.hint


def test_stores_and_loads_are_instructions_of_their_own() -> None:
    found = [type(o) for o in operations("*y = READ_ONCE(*x);")]
    assert found == [Load, Store]
