"""The kernel's primitives and C11 atomics: which events each makes, and what tables of macros change."""

import pytest

from litmus.cat.library import load_model
from litmus.check import check
from litmus.errors import InputError, UnsupportedError
from litmus.program import Program
from litmus.program.term import evaluate
from litmus.source import Source
from litmus.syntax import parse
from litmus.syntax.c import front as c
from litmus.syntax.c.kernel import KERNEL
from litmus.syntax.c.macros import Macros, read
from litmus.unfold.paths import Walker
from litmus.unfold.steps import Path

PARAMETERS = "int *x, int *y, atomic_t *a, spinlock_t *l, struct srcu_struct *s, int **p"
C11_PARAMETERS = "atomic_int *x, int *y"


def program(body: str, parameters: str = PARAMETERS, macros: Macros | None = None) -> Program:
    text = f"C t\n{{ }}\nP0({parameters}) {{ int r; int q; {body} }}\nexists (x=1)"
    return c.parse(Source("t.litmus", text), macros)


def paths(body: str, **rest: object) -> list[Path]:
    return list(Walker(program(body, **rest).threads[0], {}, 2).paths())  # type: ignore[arg-type]


def events(body: str, **rest: object) -> list[list[str]]:
    """Each way through the code: its events with their tags, an update's write marked by `*`."""
    return [
        [
            step.kind + ("*" if i in {w for _, w in path.amo} else "") + "".join(f" {tag}" for tag in sorted(step.tags))
            for i, step in enumerate(path.steps)
        ]
        for path in paths(body, **rest)
    ]


def update(read: str, write: str) -> list[str]:
    return [f"R {read}", f"W* {write}"]


MB = ["F Mb"]
ONCE, ACQUIRE, RELEASE = (" ".join(sorted((tag, "RMW"))) for tag in ("Once", "Acquire", "Release"))
RELAXED_UPDATE = update(ONCE, ONCE)
FULL_UPDATE = [*MB, *RELAXED_UPDATE, *MB]
ORDERED = {
    "": FULL_UPDATE,
    "_relaxed": RELAXED_UPDATE,
    "_acquire": update(ACQUIRE, ONCE),
    "_release": update(ONCE, RELEASE),
}

# --- single events --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("r = READ_ONCE(*x);", ["R Once"]),
        ("WRITE_ONCE(*x, 1);", ["W Once"]),
        ("r = smp_load_acquire(x);", ["R Acquire"]),
        ("smp_store_release(x, 1);", ["W Release"]),
        ("smp_store_mb(*x, 1);", ["W Once", "F Mb"]),
        ("r = rcu_dereference(*p);", ["R Once"]),
        ("rcu_assign_pointer(*p, x);", ["W Release"]),
        ("r = *x; *y = r;", ["R Plain", "W Plain"]),
        ("r = atomic_read(a); atomic_set(a, 1);", ["R Once", "W Once"]),
        ("r = atomic_read_acquire(a); atomic_set_release(a, 1);", ["R Acquire", "W Release"]),
        ("smp_mb(); smp_rmb(); smp_wmb(); barrier();", ["F Mb", "F Rmb", "F Wmb", "F Barrier"]),
        ("smp_mb__before_atomic(); smp_mb__after_atomic();", ["F Before-atomic", "F After-atomic"]),
        ("smp_mb__after_spinlock(); smp_mb__after_unlock_lock();", ["F After-spinlock", "F After-unlock-lock"]),
        ("rcu_read_lock(); rcu_read_unlock();", ["F Rcu-lock", "F Rcu-unlock"]),
        ("synchronize_rcu(); synchronize_rcu_expedited();", ["F Sync-rcu", "F Sync-rcu"]),
        ("r = srcu_read_lock(s); srcu_read_unlock(s, r);", ["R Srcu-lock", "W Srcu-unlock"]),
        ("r = srcu_down_read(s); srcu_up_read(s, r);", ["R Srcu-lock", "W Srcu-unlock"]),
        ("synchronize_srcu(s); smp_mb__after_srcu_read_unlock();", ["F Sync-srcu", "F After-srcu-read-unlock"]),
    ],
)
def test_single_events(body: str, found: list[str]) -> None:
    assert events(body) == [found]


def test_a_grace_period_is_about_its_structure() -> None:
    (path,) = paths("synchronize_srcu_expedited(s);")
    assert str(path.steps[0].address) == "s"


# --- updates --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ending", "found"), ORDERED.items())
def test_updates_with_each_ordering(ending: str, found: list[str]) -> None:
    calls = [f"xchg{ending}(x, 1)", f"atomic_xchg{ending}(a, 1)"]
    calls += [f"atomic_{step}_return{ending}(a)" for step in ("inc", "dec")]
    calls += [f"atomic_fetch_{step}{ending}(a)" for step in ("inc", "dec")]
    calls += [f"atomic_fetch_{op}{ending}(1, a)" for op in ("add", "sub", "and", "or", "xor", "andnot")]
    calls += [f"atomic_{op}_return{ending}(1, a)" for op in ("add", "sub")]
    for call in calls:
        assert events(f"r = {call};") == [found], call


@pytest.mark.parametrize(("ending", "found"), ORDERED.items())
def test_compare_and_swap_fails_without_ordering(ending: str, found: list[str]) -> None:
    for call in (f"cmpxchg{ending}(x, 0, 1)", f"atomic_cmpxchg{ending}(a, 0, 1)"):
        assert events(f"r = {call};") == [found, [f"R {ONCE}"]], call
    assert events(f"r = atomic_try_cmpxchg{ending}(a, &q, 1);") == [found, [f"R {ONCE}"]]


def test_updates_without_a_result() -> None:
    operations = [f"atomic_{name}(1, a)" for name in ("add", "sub", "and", "or", "xor", "andnot")]
    for call in ("atomic_inc(a)", "atomic_dec(a)", *operations):
        assert events(f"{call};") == [update("Noreturn RMW", ONCE)]


def test_conditional_additions() -> None:
    for call in ("atomic_add_unless(a, 1, 0)", "atomic_inc_not_zero(a)"):
        assert events(f"r = {call};") == [FULL_UPDATE, [f"R {ONCE}"]]
    for call in ("atomic_sub_and_test(1, a)", "atomic_dec_and_test(a)", "atomic_add_negative(1, a)"):
        assert events(f"r = {call};") == [FULL_UPDATE]


@pytest.mark.parametrize(
    ("call", "old", "result", "new"),
    [
        ("xchg(x, 7)", 3, 3, 7), ("cmpxchg(x, 3, 7)", 3, 3, 7), ("cmpxchg(x, 4, 7)", 3, 3, 3),
        ("atomic_add_return(2, x)", 3, 5, 5), ("atomic_fetch_add(2, x)", 3, 3, 5),
        ("atomic_sub_return(2, x)", 3, 1, 1), ("atomic_fetch_sub(2, x)", 3, 3, 1),
        ("atomic_inc_return(x)", 3, 4, 4), ("atomic_fetch_dec(x)", 3, 3, 2),
        ("atomic_fetch_and(2, x)", 3, 3, 2), ("atomic_fetch_or(4, x)", 3, 3, 7), ("atomic_fetch_xor(1, x)", 3, 3, 2),
        ("atomic_fetch_andnot(1, x)", 3, 3, 2),
        ("atomic_sub_and_test(3, x)", 3, 1, 0), ("atomic_sub_and_test(2, x)", 3, 0, 1),
        ("atomic_dec_and_test(x)", 1, 1, 0), ("atomic_inc_and_test(x)", -1, 1, 0),
        ("atomic_add_negative(-4, x)", 3, 1, -1), ("atomic_add_negative(4, x)", 3, 0, 7),
        ("atomic_add_unless(x, 2, 3)", 3, 0, 3), ("atomic_add_unless(x, 2, 4)", 3, 1, 5),
        ("atomic_inc_not_zero(x)", 0, 0, 0), ("atomic_inc_not_zero(x)", 3, 1, 4),
        ("spin_trylock(x)", 0, 1, 1), ("spin_trylock(x)", 1, 0, 1),
        ("spin_is_locked(x)", 0, 0, 0), ("spin_is_locked(x)", 1, 1, 1),
    ],
)  # fmt: skip
def test_values(call: str, old: int, result: int, new: int) -> None:
    text = f"C v\n{{ x={old}; }}\nP0(int *x) {{ int r; r = {call}; }}\nlocations [0:r] exists (x=0)"
    verdict = check(parse(Source("v.litmus", text)), load_model("sc"))
    assert [dict(state) for state in verdict.states] == [{"0:r": str(result), "x": str(new)}]


@pytest.mark.parametrize(("start", "result", "old", "new"), [(3, 1, 3, 9), (4, 0, 4, 4)])
def test_try_cmpxchg_tells_what_it_found(start: int, result: int, old: int, new: int) -> None:
    text = f"""C v
    {{ x={start}; }}
    P0(atomic_t *x) {{ int r; int o = 3; r = atomic_try_cmpxchg(x, &o, 9); }}
    locations [0:r; 0:o] exists (x=0)"""
    (state,) = check(parse(Source("v.litmus", text)), load_model("sc")).states
    assert dict(state) == {"0:r": str(result), "0:o": str(old), "x": str(new)}


def test_the_order_of_the_events_of_an_update() -> None:
    full, _ = paths("r = cmpxchg(x, 0, 1);")
    positions = [step.position for step in full.steps]
    assert positions == sorted(set(positions))
    assert full.amo == [(1, 2)]


@pytest.mark.parametrize(
    ("call", "data"),
    [
        ("xchg(x, 1)", 0),
        ("cmpxchg_relaxed(x, 0, 1)", 0),
        ("atomic_fetch_add_relaxed(1, x)", 1),
        ("atomic_add(1, x)", 1),
    ],
)
def test_what_the_write_of_an_update_depends_on(call: str, data: int) -> None:
    steps = [step for step in paths(f"{call};")[0].steps if step.kind != "F"]
    assert bool(steps[1].data) == bool(data)
    assert not steps[1].ctrl and not steps[1].addr


# --- locks ----------------------------------------------------------------------------------------------


def test_locks() -> None:
    assert events("spin_lock(l); spin_unlock(l);") == [["R LKR", "W* LKW", "W UL"]]
    assert events("r = spin_trylock(l);") == [["R LKR", "W* LKW"], ["R LF"]]
    assert events("r = spin_is_locked(l);") == [["R RU"], ["R RL"]]


def test_a_deadlock_has_no_execution() -> None:
    text = "C d\n{ }\nP0(spinlock_t *l, int *x) { spin_lock(l); spin_lock(l); *x = 1; }\nexists (x=1)"
    assert check(parse(Source("d.litmus", text)), load_model("sc")).states == ()


def test_locks_exclude_each_other() -> None:
    thread = "P{}(spinlock_t *l, int *x) {{ int r; spin_lock(l); r = *x; *x = r + 1; spin_unlock(l); }}\n"
    text = f"C m\n{{ }}\n{thread.format(0)}{thread.format(1)}exists (x=2)"
    assert check(parse(Source("m.litmus", text)), load_model("sc")).observation == "Always"


# --- tables of macros -----------------------------------------------------------------------------------

TABLE = """// a table
my_read(X) __load{once}(*X)
my_write(X,V) { __store{release}(*X,V); __fence{mb}; }
my_add(V,X) { __atomic_op(X,+,V); }
my_test(V,X) __atomic_op_return{mb}(X,-,V) == 0
my_twice(X) my_read(X) + 1
"""


def test_a_table_of_the_user_comes_before_the_bundled_one() -> None:
    table = read(Source("my.def", TABLE))
    assert events("r = my_twice(x); my_write(y, r); my_add(2, a);", macros=table) == [
        ["R Once", "W Release", "F Mb", *update("Noreturn RMW", ONCE)]
    ]
    assert events("r = my_test(1, a);", macros=table) == [FULL_UPDATE]
    twice = read(Source("my.def", "READ_ONCE(X) __load{once}(X) + __load{once}(X)\n"))
    with pytest.raises(UnsupportedError, match="several memory accesses"):
        program("r = READ_ONCE(*x);", macros=twice)


def test_a_bundled_macro_is_lent_if_it_is_made_of_what_the_table_has() -> None:
    table = read(Source("my.def", TABLE))
    body = "r = READ_ONCE(*x); q = my_read(x); r = READ_ONCE(*y); q = try_cmpxchg(x, &r, 1);"
    borrowing = program(body, macros=table)
    assert borrowing.notes == tuple(
        f"'{name}' is not in my.def: it has its bundled meaning" for name in ("READ_ONCE", "try_cmpxchg")
    )
    assert program("r = my_read(x);", macros=table).notes == ()
    for call in ("WRITE_ONCE(*x, 1)", "smp_wmb()", "r = xchg_release(x, 1)", "spin_lock(l)", "r = srcu_read_lock(s)"):
        with pytest.raises(InputError, match="unknown function"):
            program(f"{call};", macros=table)


def test_a_lent_macro_has_the_annotations_of_the_table() -> None:
    """As in tables since Linux 6.15, which are in capitals and annotate updates without a result."""
    text = "add(V,X) { __atomic_op{NORETURN}(X,+,V); }\nswap(X,V) __xchg{MB}(X,V)\nget(X) __load{ONCE}(X)\n"
    table = read(Source("new.def", text))
    lent = events("r = READ_ONCE(*x); atomic_or(1, a); r = cmpxchg(x, 0, 1);", macros=table)
    one = ["R ONCE", *update("NORETURN RMW", "NORETURN RMW")]
    assert lent == [[*one, *update("MB RMW", "MB RMW")], [*one, "R MB RMW"]]


def test_a_softcoded_table_leaves_annotations_to_the_model() -> None:
    table = read(Source("new.def", "add(V,X) { __atomic_op{noreturn}(X,+,V); }\nswap(X,V,W) __cmpxchg{mb}(X,V,W)\n"))
    assert table.softcoded and not KERNEL.softcoded
    assert events("add(1, a);", macros=table) == [update("Noreturn RMW", "Noreturn RMW")]
    assert events("r = swap(x, 0, 1);", macros=table) == [update("Mb RMW", "Mb RMW"), ["R Mb RMW"]]


def test_old_grace_periods_are_events_with_cookies() -> None:
    table = read(Source("old.def", "lock(X) __srcu{srcu-lock}(X)\nunlock(X,V) { __srcu{srcu-unlock}(X,V); }\n"))
    (path,) = paths("r = lock(s); q = lock(s); unlock(s, r); unlock(s, q);", macros=table)
    assert [(step.kind, *step.tags, str(step.address)) for step in path.steps] == [
        ("F", "Srcu-lock", "s"), ("F", "Srcu-lock", "s"), ("F", "Srcu-unlock", "s"), ("F", "Srcu-unlock", "s"),
    ]  # fmt: skip
    assert path.registers["r"] != path.registers["q"]


@pytest.mark.parametrize("text", ["my_read(X __load{once}(*X)", "f(X) { __fence{mb} }", "f(X) 1 +", "f(", "(X) 1"])
def test_a_broken_table_is_refused(text: str) -> None:
    with pytest.raises(InputError) as caught:
        read(Source("bad.def", text))
    assert caught.value.span is not None


def test_the_bundled_table_is_complete() -> None:
    families = ("add", "sub", "and", "or", "xor", "andnot", "inc", "dec")
    for name in families:
        assert {f"atomic_{name}", *(f"atomic_fetch_{name}{ending}" for ending in ORDERED)} <= KERNEL.table.keys()
    assert len(KERNEL.table) == 123


# --- C11 ------------------------------------------------------------------------------------------------


def c11(body: str) -> list[list[str]]:
    return events(body, parameters=C11_PARAMETERS)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("r = atomic_load_explicit(x, memory_order_relaxed);", ["R A RLX"]),
        ("r = atomic_load_explicit(x, memory_order_acquire);", ["R A ACQ"]),
        ("r = atomic_load(x);", ["R A SC"]),
        ("atomic_store_explicit(x, 1, memory_order_release);", ["W A REL"]),
        ("atomic_store(x, 1);", ["W A SC"]),
        ("atomic_store(x, 1); r = *y; *y = 1;", ["W A SC", "R NA", "W NA"]),
        ("atomic_thread_fence(memory_order_acq_rel);", ["F ACQ_REL"]),
        ("atomic_thread_fence(memory_order_relaxed);", []),
        ("r = atomic_exchange_explicit(x, 1, memory_order_acq_rel);", update("A ACQ_REL RMW", "A ACQ_REL RMW")),
        ("r = atomic_fetch_add(x, 1);", update("A RMW SC", "A RMW SC")),
    ],
)
def test_c11_events(body: str, found: list[str]) -> None:
    assert c11(body if "atomic" in body else f"atomic_load(x); {body}") == [found]


def test_c11_compare_exchange() -> None:
    done = update("A ACQ_REL RMW", "A ACQ_REL RMW")
    orders = "memory_order_acq_rel, memory_order_relaxed"
    strong = f"r = atomic_compare_exchange_strong_explicit(x, &q, 1, {orders});"
    assert c11(strong) == [done, ["R A RLX"]]
    assert c11(strong.replace("&q", "y")) == [["R NA", *done], ["R NA", "R A RLX", "W NA"]]


@pytest.mark.parametrize(("kind", "results"), [("strong", {"1"}), ("weak", {"0", "1"})])
def test_a_weak_compare_exchange_may_fail(kind: str, results: set[str]) -> None:
    text = f"""C w
    {{ }}
    P0(atomic_int *x) {{ int o = 0; int r; r = atomic_compare_exchange_{kind}(x, &o, 1); }}
    exists (0:r=1)"""
    verdict = check(parse(Source("w.litmus", text)), load_model("sc"))
    assert {state["0:r"] for state in verdict.states} == results


def test_dialects() -> None:
    assert program("r = READ_ONCE(*x); r = atomic_fetch_add(2, x);").arch == "c"
    built = program("r = atomic_fetch_add(x, 2); atomic_store(x, 1);", parameters=C11_PARAMETERS)
    assert built.arch == "c11"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("r = atomic_load_explicit(x, memory_order_release);", "cannot have the order memory_order_release"),
        ("r = atomic_load_explicit(x, memory_order_relaxd);", "expected a memory order"),
        ("r = atomic_load_explicit(x);", "'atomic_load_explicit' has 1 arguments, expected 2"),
        ("atomic_store(x, 1); smp_mbb();", "unknown function 'smp_mbb'"),
    ],
)
def test_c11_mistakes(body: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        program(body, parameters=C11_PARAMETERS)
    assert message in caught.value.message
    assert caught.value.hint


def test_terms_of_results_are_values() -> None:
    (path,) = paths("r = atomic_fetch_add(2, x); q = atomic_add_return(3, x);")
    keys = [step.value.key for step in path.steps if step.kind == "R"]  # type: ignore[union-attr]
    assert evaluate(path.registers["q"], dict(zip(keys, (0, 2), strict=True))) == 5
