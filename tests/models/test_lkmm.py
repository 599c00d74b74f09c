"""The Linux kernel's model: the outcomes and flags that it is known by, and the kernel's own files.

Every verdict is the reference's (herd7 7.58 with the files of Linux 6.12).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from litmus import Options, Verdict, check, load_model, parse
from litmus.cat.included import prelude
from litmus.cat.interpret import interpret
from litmus.cat.theory import Theory
from litmus.errors import UnsupportedError
from litmus.files.config import read as read_configuration
from litmus.source import Source
from litmus.syntax import parse as parse_test
from litmus.syntax.cat import front as reader


def judge(condition: str, *threads: str, initial: str = "", parameters: str = "int *x, int *y, int *z") -> Verdict:
    """The verdict on a kernel test with these threads."""
    bodies = "\n".join(f"P{i}({parameters})\n{{\n\t{body}\n}}\n" for i, body in enumerate(threads))
    text = f"C T\n{{ {initial} }}\n{bodies}\nexists ({condition})\n"
    return check(parse(Source("t.litmus", text)), load_model("lkmm"))


def observed(condition: str, *threads: str, **more: str) -> str | None:
    return judge(condition, *threads, **more).observation


READ = "int r0 = READ_ONCE(*x); {} int r1 = READ_ONCE(*y);"
WRITE = "WRITE_ONCE(*y, 1); {} WRITE_ONCE(*x, 1);"


@pytest.mark.parametrize(
    ("writer", "reader", "expected"),
    [
        ("", "", "Sometimes"),
        ("smp_wmb();", "", "Sometimes"),
        ("", "smp_rmb();", "Sometimes"),
        ("smp_wmb();", "smp_rmb();", "Never"),
        ("smp_mb();", "smp_mb();", "Never"),
        ("barrier();", "barrier();", "Sometimes"),
        ("smp_wmb();", "if (r0) smp_rmb();", "Never"),
        ("synchronize_rcu();", "synchronize_rcu();", "Never"),
    ],
)
def test_message_passing(writer: str, reader: str, expected: str) -> None:
    assert observed("1:r0=1 /\\ 1:r1=0", WRITE.format(writer), READ.format(reader)) == expected


def test_release_and_acquire() -> None:
    release = "WRITE_ONCE(*y, 1); smp_store_release(x, 1);"
    acquire = "int r0 = smp_load_acquire(x); int r1 = READ_ONCE(*y);"
    assert observed("1:r0=1 /\\ 1:r1=0", release, acquire) == "Never"
    assert observed("1:r0=1 /\\ 1:r1=0", release, READ.format("")) == "Sometimes"


@pytest.mark.parametrize(
    ("update", "expected"),
    [
        ("atomic_inc(z);", "Sometimes"),
        ("int r2 = atomic_inc_return(z);", "Never"),
        ("int r2 = atomic_inc_return_relaxed(z);", "Sometimes"),
        ("atomic_inc(z); smp_mb__after_atomic();", "Never"),
        ("smp_mb__before_atomic(); atomic_inc(z);", "Never"),
        ("int r2 = cmpxchg(z, 0, 1);", "Never"),
        ("int r2 = cmpxchg(z, 5, 1);", "Sometimes"),
        ("smp_mb();", "Never"),
        ("smp_wmb();", "Sometimes"),
    ],
)
def test_store_buffering_around_an_update(update: str, expected: str) -> None:
    """Full ordering comes from smp_mb() and what amounts to it; a failed cmpxchg() orders nothing."""
    one = f"WRITE_ONCE(*x, 1); {update} int r0 = READ_ONCE(*y);"
    two = "WRITE_ONCE(*y, 1); smp_mb(); int r0 = READ_ONCE(*x);"
    parameters = "int *x, int *y, atomic_t *z"
    assert observed("0:r0=0 /\\ 1:r0=0", one, two, parameters=parameters) == expected


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        ("int r0 = READ_ONCE(*x); WRITE_ONCE(*y, r0);", "Never"),
        ("int r0 = READ_ONCE(*x); if (r0) WRITE_ONCE(*y, 1);", "Never"),
        ("int r0 = READ_ONCE(*x); WRITE_ONCE(*y, 1);", "Sometimes"),
        ("int r0 = READ_ONCE(*x); *z = r0; int r2 = *z; WRITE_ONCE(*y, r2);", "Never"),
    ],
)
def test_load_buffering_and_dependencies(first: str, expected: str) -> None:
    """A dependency orders, also through a private variable in memory."""
    second = "int r0 = READ_ONCE(*y); smp_mb(); WRITE_ONCE(*x, 1);"
    assert observed("0:r0=1 /\\ 1:r0=1", first, second) == expected


def test_propagation_needs_a_strong_fence() -> None:
    """2+2W, and R: a chain of overwriting needs smp_mb()."""
    for fence, expected in (("smp_wmb();", "Sometimes"), ("smp_mb();", "Never")):
        one = f"WRITE_ONCE(*x, 2); {fence} WRITE_ONCE(*y, 1);"
        two = f"WRITE_ONCE(*y, 2); {fence} WRITE_ONCE(*x, 1);"
        assert observed("x=2 /\\ y=2", one, two) == expected


# --- RCU --------------------------------------------------------------------------------------------------

RCU_READER = "rcu_read_lock(); int r0 = READ_ONCE(*x); int r1 = READ_ONCE(*y); rcu_read_unlock();"


@pytest.mark.parametrize(
    ("reader", "expected"),
    [
        (RCU_READER, "Never"),
        ("rcu_read_lock(); int r0 = READ_ONCE(*x); rcu_read_unlock(); int r1 = READ_ONCE(*y);", "Never"),
        ("int r0 = READ_ONCE(*x); rcu_read_lock(); int r1 = READ_ONCE(*y); rcu_read_unlock();", "Never"),
        ("rcu_read_lock(); rcu_read_unlock(); int r0 = READ_ONCE(*x); int r1 = READ_ONCE(*y);", "Sometimes"),
        ("rcu_read_lock(); rcu_read_lock(); int r0 = READ_ONCE(*x); rcu_read_unlock(); int r1 = READ_ONCE(*y);"
         " rcu_read_unlock();", "Never"),
        ("int r0 = READ_ONCE(*x); int r1 = READ_ONCE(*y); rcu_read_lock(); rcu_read_unlock();", "Sometimes"),
    ],
)  # fmt: skip
def test_a_grace_period_waits_for_critical_sections(reader: str, expected: str) -> None:
    """A section reaches from its lock forwards and from its unlock backwards; the outermost pair makes it."""
    assert observed("1:r0=1 /\\ 1:r1=0", WRITE.format("synchronize_rcu();"), reader) == expected


def test_as_many_grace_periods_as_critical_sections() -> None:
    """The counting rule: two sections and one grace period in a cycle are allowed, with a second one forbidden."""
    section = "rcu_read_lock(); int r0 = READ_ONCE(*{}); WRITE_ONCE(*{}, 1); rcu_read_unlock();"
    period = "int r0 = READ_ONCE(*{}); synchronize_rcu(); WRITE_ONCE(*{}, 1);"
    condition = "0:r0=1 /\\ 1:r0=1 /\\ 2:r0=1"
    two = [section.format("x", "y"), section.format("y", "z")]
    assert observed(condition, *two, period.format("z", "x")) == "Sometimes"
    parameters = "int *w, int *x, int *y, int *z"
    threads = (*two, period.format("z", "w"), period.format("w", "x"))
    assert observed(f"{condition} /\\ 3:r0=1", *threads, parameters=parameters) == "Never"


SRCU = "int *x, int *y, struct srcu_struct *s, struct srcu_struct *t"
SRCU_READER = (
    "int i = srcu_read_lock(s); int r0 = READ_ONCE(*x); int r1 = READ_ONCE(*y); srcu_read_unlock(s, {});"
)


def test_srcu_domains_are_separate() -> None:
    for domain, expected in (("s", "Never"), ("t", "Sometimes")):
        writer = WRITE.format(f"synchronize_srcu({domain});")
        assert observed("1:r0=1 /\\ 1:r1=0", writer, SRCU_READER.format("i"), parameters=SRCU) == expected


@pytest.mark.parametrize(
    ("thread", "flag"),
    [
        ("rcu_read_lock();", "unmatched-rcu-lock"),
        ("rcu_read_unlock();", "unmatched-rcu-unlock"),
        ("rcu_read_lock(); rcu_read_unlock();", None),
        ("rcu_read_lock(); rcu_read_lock(); rcu_read_unlock();", "unmatched-rcu-lock"),
        ("int i = srcu_read_lock(s);", "unmatched-srcu-lock"),
        ("srcu_read_unlock(s, 0);", "unmatched-srcu-unlock"),
        ("int i = srcu_read_lock(s); srcu_read_unlock(s, i);", None),
        ("int i = srcu_read_lock(s); srcu_read_unlock(s, i + 1);", "srcu-bad-value-match"),
        ("int i = srcu_read_lock(s); srcu_read_unlock(s, i); srcu_read_unlock(s, i);", "multiple-srcu-matches"),
        ("rcu_read_lock(); synchronize_srcu(s); rcu_read_unlock();", "invalid-sleep"),
    ],
)
def test_flags_of_bad_nesting(thread: str, flag: str | None) -> None:
    verdict = judge("x=0", thread, parameters=SRCU)
    assert verdict.flags == (() if flag is None else (flag,))


# --- locks ------------------------------------------------------------------------------------------------

LOCKS = "int *x, int *y, spinlock_t *l, spinlock_t *m"


def test_critical_sections_exclude_each_other() -> None:
    add = "spin_lock(l); int r0 = READ_ONCE(*x); WRITE_ONCE(*x, r0 + 1); spin_unlock(l);"
    verdict = judge("0:r0=0 /\\ 1:r0=0", add, add, parameters=LOCKS)
    assert (verdict.observation, verdict.positive, verdict.negative) == ("Never", 0, 2)


def test_handing_over_a_lock_orders_for_others() -> None:
    """An unlock and the next lock order writes for a third thread, as a release; reads after writes they do not."""
    one = "spin_lock(l); WRITE_ONCE(*y, 1); spin_unlock(l); spin_lock(m); WRITE_ONCE(*x, 1); spin_unlock(m);"
    assert observed("1:r0=1 /\\ 1:r1=0", one, READ.format("smp_rmb();"), parameters=LOCKS) == "Never"
    buffered = "spin_lock({0}); WRITE_ONCE(*{1}, 1); spin_unlock({0}); {3} int r0 = READ_ONCE(*{2});"
    for fence, expected in (("", "Sometimes"), ("smp_mb();", "Never")):
        threads = (buffered.format("l", "x", "y", fence), buffered.format("m", "y", "x", fence))
        assert observed("0:r0=0 /\\ 1:r0=0", *threads, parameters=LOCKS) == expected


@pytest.mark.parametrize(("fence", "expected"), [("", "Sometimes"), ("smp_mb__after_spinlock();", "Never")])
def test_a_lock_is_no_full_fence(fence: str, expected: str) -> None:
    thread = "WRITE_ONCE(*{0}, 1); spin_lock({2}); {3} int r0 = READ_ONCE(*{1}); spin_unlock({2});"
    threads = (thread.format("x", "y", "l", fence), thread.format("y", "x", "m", fence))
    assert observed("0:r0=0 /\\ 1:r0=0", *threads, parameters=LOCKS) == expected


def test_trylock_and_is_locked() -> None:
    holder = "spin_lock(l); WRITE_ONCE(*x, 1); spin_unlock(l);"
    verdict = judge("1:r0=0", holder, "int r0 = spin_trylock(l);", parameters=LOCKS)
    assert (verdict.observation, verdict.positive, verdict.negative) == ("Sometimes", 1, 1)
    inside = "spin_lock(l); int r0 = spin_is_locked(l); spin_unlock(l);"
    assert observed("0:r0=0", inside, parameters=LOCKS) == "Never"


@pytest.mark.parametrize(
    ("thread", "flag"),
    [("spin_unlock(l);", "unmatched-unlock"), ("WRITE_ONCE(*l, 0); spin_lock(l);", "mixed-lock-accesses")],
)
def test_flags_of_locks(thread: str, flag: str) -> None:
    assert flag in judge("x=0", thread, parameters=LOCKS).flags


def test_a_lock_that_is_also_a_variable_is_noted_though_nothing_is_left_to_flag() -> None:
    body = "WRITE_ONCE(*l, 1); spin_lock(l); WRITE_ONCE(*x, 1);"
    text = f"C T\n{{}}\nP0(int *x, spinlock_t *l) {{ {body} }}\nexists (x=1)"
    program = parse(Source("t.litmus", text))
    assert check(program, load_model("lkmm")).states == ()
    (note,) = program.notes
    assert note.startswith("T: the lock 'l' is also accessed by other means")
    assert parse(Source("t.litmus", text.replace("*l, 1", "*x, 2"))).notes == ()


def test_the_value_of_a_lock_should_not_be_asked_for() -> None:
    thread = "spin_lock(l); spin_unlock(l);"
    assert judge("l=0", thread, parameters=LOCKS).flags == ("lock-final",)
    assert judge("x=0", thread, parameters=LOCKS).flags == ()


def test_a_second_acquisition_inside_a_critical_section_deadlocks() -> None:
    assert judge("x=0", "spin_lock(l); spin_lock(l);", parameters=LOCKS).states == ()


# --- plain accesses ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("writer", "reader", "flags"),
    [
        ("*x = 1;", "int r0 = *x;", ("data-race",)),
        ("*x = 1;", "int r0 = READ_ONCE(*x);", ("data-race",)),
        ("WRITE_ONCE(*x, 1);", "int r0 = READ_ONCE(*x);", ()),
        ("*x = 1; smp_store_release(y, 1);", "int r0 = smp_load_acquire(y); if (r0) { int r1 = *x; }", ()),
        ("*x = 1; smp_store_release(y, 1);", "int r0 = smp_load_acquire(y); int r1 = *x;", ("data-race",)),
        ("*x = 1; WRITE_ONCE(*y, 1);", "int r0 = smp_load_acquire(y); if (r0) { int r1 = *x; }", ("data-race",)),
        ("*x = 1; WRITE_ONCE(*x, 2);", "WRITE_ONCE(*y, 1);", ("mixed-accesses",)),
        ("*x = 1; barrier(); WRITE_ONCE(*x, 2);", "WRITE_ONCE(*y, 1);", ()),
    ],
)
def test_data_races_and_mixed_accesses(writer: str, reader: str, flags: tuple[str, ...]) -> None:
    assert judge("x=0", writer, reader).flags == flags


def test_plain_accesses_that_are_ordered_are_coherent() -> None:
    writer = "*x = 1; smp_store_release(y, 1);"
    reader = "int r0 = smp_load_acquire(y); int r1 = 1; if (r0) { r1 = *x; }"
    assert observed("1:r0=1 /\\ 1:r1=0", writer, reader) == "Never"


def test_values_out_of_thin_air_leave_it_undecided_but_the_race_is_told() -> None:
    verdict = judge("0:r0=1", "int r0 = *x; *y = r0;", "int r0 = *y; *x = r0;")
    assert (verdict.observation, verdict.flags) == (None, ("data-race",))
    assert verdict.undecided == "the model allows values out of thin air"
    copy = "int r0 = READ_ONCE(*{}); WRITE_ONCE(*{}, r0);"
    marked = judge("0:r0=1", copy.format("x", "y"), copy.format("y", "x"))
    assert marked.undecided is None and marked.observation == "Never"


# --- bell -------------------------------------------------------------------------------------------------


def theory(text: str, signature: frozenset[str] = frozenset({"R", "W", "Rcu-lock", "Rcu-unlock", "Once"})) -> Theory:
    """The theory of a bell or cat file."""
    tree = reader.parse(Source("m.bell", text))
    return interpret("m", (prelude(), tree), lambda name, span: tree, signature)


def test_annotations_name_the_sets_of_tagged_events() -> None:
    text = "enum A = 'once || 'my-tag || 'MB\ninstructions R[{'once}]\ninstructions W[A]\n"
    made = theory(text + "flag ~empty Once as a\nflag ~empty My-tag as b\nflag ~empty MB as c\n")
    assert [check.node.op for check in made.checks] == ["base", "empty", "empty"]
    made = theory(text + "flag ~empty tag2events('once) as a\n")
    assert made.checks[0].node.name == "Once"


def test_a_name_bound_again_does_not_change_what_was_defined_before() -> None:
    made = theory("let f(x) = data ; x\nlet data = 0\nflag ~empty f(po) as a\nflag ~empty data as b\n")
    assert [check.node.op for check in made.checks] == ["seq", "empty"]


MATCHING = """
let matched = let rec
    locks = Rcu-lock \\ domain(m)
and unlocks = Rcu-unlock \\ range(m)
and open = locks | unlocks
and near = [open] ; po ; [open]
and m = m | ([locks] ; po ; [unlocks]) \\ (near ; near)
in m
"""


def test_recursion_that_the_event_structure_decides_may_take_away() -> None:
    made = theory(MATCHING + "flag ~empty Rcu-lock \\ domain(matched) as a\n")
    assert made.checks[0].node.static


def test_recursion_by_its_own_complement_is_refused_where_rf_or_co_matter() -> None:
    with pytest.raises(UnsupportedError, match="complement"):
        theory("let rec a = rf | (po \\ a)\nacyclic a as a\n")


def test_what_can_only_grow_from_itself_is_empty() -> None:
    assert theory("let rec a = 0 | a ; rf | rf ; b and b = a ; a\nflag ~empty a as a\n").checks[0].node.op == "empty"


@pytest.mark.parametrize("body", ["", "rcu_read_lock(); ", "rcu_read_unlock(); "])
def test_the_kernel_matches_as_brackets_do(body: str) -> None:
    """The kernel's own definition of the critical sections and the bundled one, on nested and unbalanced ones."""
    brackets = "let n = ([Rcu-lock | Rcu-unlock] ; po ; [Rcu-lock | Rcu-unlock])"
    brackets += " \\ (po ; [Rcu-lock | Rcu-unlock] ; po)\n"
    brackets += "let rec s = [Rcu-lock] ; n ; (s ; n)* ; [Rcu-unlock]\n"
    text = f'"m"\n{MATCHING}{brackets}flag ~empty matched \\ s as more\nflag ~empty s \\ matched as less\n'
    text += "flag ~empty s as some\n"
    nested = "rcu_read_lock(); rcu_read_lock(); rcu_read_unlock(); rcu_read_lock(); rcu_read_unlock(); "
    code = f"C T\n{{}}\nP0(int *x)\n{{\n {body}{nested}rcu_read_unlock(); {body}\n}}\nexists (x=0)\n"
    source = Source("m.cat", text)
    assert flags_under(source, code) == ("some",)


def flags_under(source: Source, code: str) -> tuple[str, ...]:
    """The flags that a model raises on a test."""
    from litmus.cat.library import make_model

    return check(parse(Source("t.litmus", code)), make_model("m", source)).flags


# --- the corpus -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("engine", "every"), [("auto", 15), ("z3", 75)])
def test_tests_with_known_outcomes(corpora: Path, engine: str, every: int) -> None:
    model = load_model("lkmm")
    rows = (corpora / "lkmm.expected.jsonl").read_text(encoding="utf-8").splitlines()[::every]
    for row in map(json.loads, rows):
        text = (corpora / row["path"]).read_text(encoding="utf-8")
        verdict = check(parse(Source(row["path"], text)), model, Options(engine=engine))
        found = (row["path"], verdict.observation, sorted(verdict.flags), states(verdict.states))
        assert found == (row["path"], row["observation"], sorted(row["flags"]), states(row["states"]))


def test_the_kernels_own_files_mean_the_same(corpora: Path) -> None:
    """With LITMUS_LKMM, a folder that is tools/memory-model of Linux 6.12 or later."""
    folder = os.environ.get("LITMUS_LKMM")
    if not folder:
        pytest.skip("no kernel tree: set LITMUS_LKMM to its tools/memory-model")
    path = Path(folder) / "linux-kernel.cfg"
    config = read_configuration(Source(str(path), path.read_text(encoding="utf-8")))
    macros = Path(config.files["macros"])
    table = Source(macros.name, macros.read_text(encoding="utf-8"))
    model = load_model(config.files["model"], (folder,), config.variants, config.files["bell"])
    for row in map(json.loads, (corpora / "lkmm.expected.jsonl").read_text(encoding="utf-8").splitlines()[3::20]):
        text = (corpora / row["path"]).read_text(encoding="utf-8")
        verdict = check(parse_test(Source(row["path"], text), table), model)
        found = (row["path"], verdict.observation, sorted(verdict.flags), states(verdict.states))
        assert found == (row["path"], row["observation"], sorted(row["flags"]), states(row["states"]))


def states(rows: Iterable[Mapping[str, str]]) -> set[tuple[tuple[str, str], ...]]:
    """States that can be compared: names without brackets."""
    return {tuple(sorted((name.strip("[]"), value) for name, value in row.items())) for row in rows}
