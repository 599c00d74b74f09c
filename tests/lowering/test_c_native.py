"""Kernel C tests as native ones and back: the kernel's model says the same of both, and every machine can be asked."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from litmus import Program, UnsupportedError, check, load_model, lower, parse, render
from litmus.batch.models import EVERY_MODEL, every_model
from litmus.cli.check import exit_code
from litmus.report.text import Text
from litmus.source import Source
from litmus.verdict import Answer, Verdict

MACHINES = ("x86-tso", "armv8", "armv7", "power", "riscv")


def c_test(initial: str, condition: str, *threads: str) -> Program:
    """A test whose threads have the parameters x, y and l, and a for the array."""
    parameters = "int *x, int *y, spinlock_t *l, int *a"
    code = "\n".join(f"P{index}({parameters})\n{{\n{thread}\n}}" for index, thread in enumerate(threads))
    return parse(Source("T.litmus", f"C T\n{{ {initial} }}\n{code}\n{condition}\n"))


def states(program: Program, model: str) -> list[dict[str, str]]:
    return [dict(state) for state in check(program, load_model(model)).states]


# --- there and back ---------------------------------------------------------------------------------------

STATEMENTS = [
    "WRITE_ONCE(*{x}, {n});", "*{x} = {n};", "smp_store_release({x}, {n});", "r{n} = READ_ONCE(*{x});",
    "r{n} = *{x};", "r{n} = smp_load_acquire({x});", "smp_mb();", "smp_wmb();", "smp_rmb();", "barrier();",
    "r{n} = xchg({x}, {n});", "r{n} = xchg_relaxed({x}, {n});", "r{n} = cmpxchg_acquire({x}, 0, {n});",
    "atomic_inc({x});", "r{n} = atomic_fetch_add_release({n}, {x});", "r{n} = atomic_inc_return({x});",
    "atomic_andnot({n}, {x});", "spin_lock(l); WRITE_ONCE(*{x}, {n}); spin_unlock(l);", "r{n} = r{n} ^ r1;",
    "if (READ_ONCE(*{x}) == 1) {{ WRITE_ONCE(*y, {n}); }} else {{ smp_mb(); }}",
    "r{n} = READ_ONCE(*{x}) && READ_ONCE(*y);", "r{n} = READ_ONCE(*{x}) ? {n} : 0;",
    "r{n} = atomic_add_unless({x}, 1, {n});", "WRITE_ONCE(*{x}, r{n} + 1);", "smp_store_mb(*{x}, {n});",
]  # fmt: skip


@st.composite
def c_programs(draw: st.DrawFn) -> Program:
    """Two threads of one to three statements over two variables and a lock."""
    def statement() -> str:
        form, x, n = draw(st.sampled_from(STATEMENTS)), draw(st.sampled_from("xy")), draw(st.integers(1, 2))
        return form.format(x=x, n=n)

    threads = ["int r1 = 0; int r2 = 0;" + " ".join(statement() for _ in range(draw(st.integers(1, 3)))) for _ in "01"]
    return c_test("x=0; y=0; l=0;", "locations [x; y; 0:r1; 0:r2; 1:r1; 1:r2;]", *threads)


@settings(max_examples=60, deadline=None)
@given(c_programs())
def test_the_kernels_model_says_the_same_of_what_comes_back(program: Program) -> None:
    back = lower(program, "c")
    assert back.source != program.source
    assert states(back, "lkmm") == states(program, "lkmm"), render(back)


@settings(max_examples=40, deadline=None)
@given(c_programs())
def test_sequential_consistency_does_not_see_the_lowering(program: Program) -> None:
    """The states of C and of every architecture's instructions, when nothing is reordered."""
    expected = states(program, "sc")
    for target in ("native", "x86", "aarch64", "ppc", "riscv", "arm"):
        try:
            lowered = lower(program, target)
        except UnsupportedError:  # a bitwise operation with a result on x86
            continue
        assert states(lowered, "sc") == expected, render(lowered)


# --- the mapping ------------------------------------------------------------------------------------------


def test_the_native_form_of_the_kernels_primitives() -> None:
    body = """rcu_read_lock(); int r0 = atomic_inc_return(x); atomic_dec(x); smp_mb__after_atomic();
    if (!spin_is_locked(l) && spin_trylock(l)) { a[1] = r0; spin_unlock(l); } rcu_read_unlock();"""
    program = c_test("x=0; int a[2] = {0, 0}; l=0;", "exists (a[1]=1 /\\ 0:r0=1)", body)
    assert render(lower(program, "native")).split("thread P0 {\n")[1].split("\n}\n")[0].splitlines() == [
        "  local tmp0, tmp1, tmp2", "  Compiler", "  tmp0 = fetch_add(x.full, 1)", "  r0 = tmp0 + 1",
        "  fetch_sub(x.once, 1)", "  Full", "  tmp0 = l.once", "  if !(tmp0 != 0) {",
        "    tmp1 = l.once", "    if tmp1 == 0 {", "      tmp1 = cmpxchg(l.acquire, 0, 1)", "    }",
        "    if tmp1 == 0 {", "      tmp2 = 1", "    } else {", "      tmp2 = 0", "    }", "  } else {", "    tmp2 = 0",
        "  }", "  if tmp2 {", "    a[1] = r0", "    unlock(l)", "  }", "  Compiler",
    ]  # fmt: skip


@pytest.mark.parametrize("model", EVERY_MODEL)
def test_locks_exclude_one_another(model: str) -> None:
    body = "spin_lock(l); int r0 = *x; *x = r0 + 1; spin_unlock(l);"
    program = c_test("x=0; l=0;", "forall (x=2)", body, body)
    assert check(program, load_model(model)).observation == "Always"


@pytest.mark.parametrize("model", EVERY_MODEL)
def test_a_failed_trylock_reads_the_lock(model: str) -> None:
    program = c_test("x=0; l=0;", "exists (0:r0=1 /\\ 1:r0=1)", *["int r0; if (spin_trylock(l)) { r0 = 1; }"] * 2)
    verdict = check(program, load_model(model))
    assert (verdict.observation, verdict.bounded) == ("Never", False)


def test_add_unless_adds_only_where_it_may() -> None:
    program = c_test("x=1;", "locations [x; 0:r0;]", "int r0 = atomic_add_unless(x, 1, 0);", "WRITE_ONCE(*x, 0);")
    for model in EVERY_MODEL:
        assert states(program, model) == [{"x": "0", "0:r0": "0"}, {"x": "0", "0:r0": "1"}]


def test_elements_of_arrays_keep_their_names() -> None:
    body = "int *p = READ_ONCE(*x); int r0 = *p; int r1 = a[1];"
    program = c_test("int a[2] = {5, 6}; x=a;", "exists (0:r0=5 /\\ 0:r1=6)", body)
    for model in EVERY_MODEL:
        assert check(program, load_model(model)).observation == "Always"


@pytest.mark.parametrize("model", EVERY_MODEL)
def test_addresses_of_elements_are_compared_as_such(model: str) -> None:
    text = "litmus T\nshared a[2], p\nthread P0 { p = &a[1] }\nexists p == &a[1]\n"
    assert check(parse(Source("T", text)), load_model(model)).observation == "Always"


@pytest.mark.parametrize("call", ["synchronize_rcu();", "synchronize_srcu(x);", "int i = srcu_read_lock(x);"])
def test_what_is_no_instruction_is_refused_in_its_place(call: str) -> None:
    program = c_test("x=0;", "exists (x=1)", f"WRITE_ONCE(*x, 1);\n{call}")
    with pytest.raises(UnsupportedError, match="cannot be compiled") as error:
        lower(program, "native")
    column = call.find("= ") + 3 if "=" in call else 1
    assert error.value.span is not None
    assert error.value.span.describe() == f"T.litmus:6:{column}"


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ("smp_mb__before_atomic(); atomic_inc(x);", None),
        ("int r0 = atomic_inc_return_relaxed(x); smp_mb__after_atomic();", None),
        ("if (xchg_relaxed(x, 1)) { smp_mb__after_atomic(); }", None),
        ("spin_unlock(l); spin_lock(l); smp_mb__after_unlock_lock();", None),
        ("spin_lock(l); smp_mb__after_spinlock(); WRITE_ONCE(*x, 1);", None),
        ("int r0; do { r0 = cmpxchg_relaxed(x, 0, 1); smp_mb__after_atomic(); } while (r0);", None),
        ("atomic_set(x, 1); smp_mb__after_atomic();", "smp_mb__after_atomic()"),
        ("smp_mb__before_atomic(); int r0 = READ_ONCE(*x);", "smp_mb__before_atomic()"),
        ("if (READ_ONCE(*x)) { atomic_inc(x); } smp_mb__after_atomic();", "smp_mb__after_atomic()"),
        ("if (READ_ONCE(*x)) { atomic_inc(x); } else { smp_mb__after_atomic(); }", "smp_mb__after_atomic()"),
        ("while (READ_ONCE(*x)) { smp_mb__before_atomic(); } atomic_inc(x);", "smp_mb__before_atomic()"),
        ("int r0; r0 = READ_ONCE(*x) && xchg_relaxed(x, 2); smp_mb__after_atomic();", "smp_mb__after_atomic()"),
        ("int r0 = spin_trylock(l); smp_mb__after_spinlock();", "smp_mb__after_spinlock()"),
        ("spin_unlock(l); smp_mb__after_unlock_lock();", "smp_mb__after_unlock_lock()"),
    ],
)
def test_a_barrier_that_needs_an_atomic_operation_beside_it(body: str, wrong: str | None) -> None:
    """Else it would be a fence on the machines that have one there, and nothing on x86."""
    program = c_test("x=0; l=0;", "exists (x=1)", body)
    if wrong is None:
        assert "Full" in render(lower(program, "native"))
        return
    with pytest.raises(UnsupportedError, match="not beside an atomic operation") as error:
        lower(program, "native")
    assert error.value.span is not None
    assert program.source is not None and program.source.text[error.value.span.start :].startswith(wrong)


def test_the_users_macros_are_compiled_too() -> None:
    """Also in capitals, and where they give a known name another meaning."""
    table = """my_mb() { __fence{MB}; }
    WRITE_ONCE(X,V) { __store{RELEASE}(X,V); }
    get(X) __load{ONCE}(X)
    atomic_inc(X) { __atomic_op{NORETURN}(X,+,1); }
    late() { __fence{after-atomic}; }
    odd() { __fence{odd}; }
    """
    text = "C T\n{{ x=0; }}\nP0(int *x)\n{{\n{}\n}}\nexists (x=1)\n"
    macros = Source("m.def", table)

    def native(body: str) -> str:
        return render(lower(parse(Source("T", text.format(body)), macros), "native"))

    written = native("my_mb(); WRITE_ONCE(*x, 1); int r0 = get(*x); atomic_inc(x); late(); r0 = READ_ONCE(*x);")
    body = ["Full", "x.release = 1", "r0 = x.once", "fetch_add(x.once, 1)", "Full", "r0 = x.once"]
    assert [line.strip() for line in written.split("thread P0 {\n")[1].split("\n}\n")[0].splitlines()] == body
    for call, message in (("late()", "not beside an atomic"), ("odd()", "the annotation 'odd' cannot be compiled")):
        with pytest.raises(UnsupportedError, match=message):
            native(f"{call};")


# --- all models -------------------------------------------------------------------------------------------


def test_all_stands_for_the_models_of_a_language() -> None:
    assert set(MACHINES) < set(EVERY_MODEL)
    assert every_model(c_test("x=0;", "exists (x=1)", "")) == EVERY_MODEL
    x86 = parse(Source("T", "X86 T\n{}\n P0 ;\n mov [x],$1 ;\nexists (x=1)"))
    assert every_model(x86)[0] == "sc" and "x86-tso" in every_model(x86)


def verdict(model: str, observation: str) -> Answer:
    found = Verdict("T", "c", model, "exists", observation, None, ())  # type: ignore[arg-type]
    return Answer("T", test="T", arch="c", model=model, verdict=found, last=False)


def test_a_machine_that_breaks_the_kernels_promise_is_marked() -> None:
    report = Text()
    for answer in (verdict("lkmm", "Never"), verdict("x86-tso", "Never"), verdict("armv8", "Sometimes")):
        report.add(answer)
    rows = report.finish().splitlines()
    assert rows[1].split() == ["T", "Never", "Never", "Sometimes", "!"]
    assert rows[2].strip() == "! armv8: allows what lkmm forbids"


def test_what_cannot_be_compiled_is_no_error() -> None:
    report = Text()
    missing = Answer("T", test="T", model="power", uncompiled="synchronize_rcu cannot be compiled")
    report.add(verdict("lkmm", "Never"))
    rows = report.add(missing).splitlines()
    assert rows[1].split() == ["T", "Never", "-"]
    assert rows[2].strip() == "- power: synchronize_rcu cannot be compiled"
    assert exit_code(missing) == 0
