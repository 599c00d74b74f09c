"""RC11: the outcomes that the model of the paper is known by, each also the reference's (herd7, rc11.cat)."""

from __future__ import annotations

import pytest

from litmus import Verdict, check, load_model, parse
from litmus.source import Source

STORE = "atomic_store_explicit({}, {}, memory_order_{});"
LOAD = "int {} = atomic_load_explicit({}, memory_order_{});"


def judge(condition: str, *threads: str) -> Verdict:
    """The verdict on a C11 test with these threads, over atomic x, y and z and plain d."""
    parameters = "atomic_int* x, atomic_int* y, atomic_int* z, int* d"
    bodies = "\n".join(f"P{i}({parameters}) {{\n\t{body}\n}}\n" for i, body in enumerate(threads))
    text = f"C T\n{{ [x] = 0; [y] = 0; [z] = 0; [d] = 0; }}\n{bodies}\nexists ({condition})\n"
    return check(parse(Source("t.litmus", text)), load_model("rc11"))


def observed(condition: str, *threads: str) -> str | None:
    return judge(condition, *threads).observation


def store(location: str, value: int, order: str) -> str:
    return STORE.format(location, value, order)


def load(register: str, location: str, order: str) -> str:
    return LOAD.format(register, location, order)


@pytest.mark.parametrize(
    ("release", "acquire", "expected"),
    [
        ("relaxed", "relaxed", "Sometimes"),
        ("release", "relaxed", "Sometimes"),
        ("relaxed", "acquire", "Sometimes"),
        ("release", "acquire", "Never"),
        ("seq_cst", "seq_cst", "Never"),
    ],
)
def test_message_passing(release: str, acquire: str, expected: str) -> None:
    writer = store("y", 1, "relaxed") + store("x", 1, release)
    reader = load("r0", "x", acquire) + load("r1", "y", "relaxed")
    assert observed("1:r0=1 /\\ 1:r1=0", writer, reader) == expected


def test_message_passing_by_fences() -> None:
    writer = store("y", 1, "relaxed") + "atomic_thread_fence(memory_order_release);" + store("x", 1, "relaxed")
    reader = load("r0", "x", "relaxed") + "atomic_thread_fence(memory_order_acquire);" + load("r1", "y", "relaxed")
    assert observed("1:r0=1 /\\ 1:r1=0", writer, reader) == "Never"


def test_release_sequences_go_on_through_updates() -> None:
    writer = store("y", 1, "relaxed") + store("x", 1, "release")
    reader = load("r0", "x", "acquire") + load("r1", "y", "relaxed")
    update = "int r0 = atomic_fetch_add_explicit(x, 1, memory_order_relaxed);"
    assert observed("2:r0=2 /\\ 2:r1=0", writer, update, reader) == "Never"
    overwrite = load("r0", "x", "relaxed") + store("x", 2, "relaxed")
    assert observed("1:r0=1 /\\ 2:r0=2 /\\ 2:r1=0", writer, overwrite, reader) == "Sometimes"


@pytest.mark.parametrize(("order", "expected"), [("seq_cst", "Never"), ("acq_rel", "Sometimes")])
def test_store_buffering(order: str, expected: str) -> None:
    orders = {"seq_cst": ("seq_cst", "seq_cst"), "acq_rel": ("release", "acquire")}[order]
    one = store("x", 1, orders[0]) + load("r0", "y", orders[1])
    two = store("y", 1, orders[0]) + load("r0", "x", orders[1])
    assert observed("0:r0=0 /\\ 1:r0=0", one, two) == expected


def test_sequentially_consistent_fences_restore_order() -> None:
    fence = "atomic_thread_fence(memory_order_seq_cst);"
    one = store("x", 1, "relaxed") + fence + load("r0", "y", "relaxed")
    two = store("y", 1, "relaxed") + fence + load("r0", "x", "relaxed")
    assert observed("0:r0=0 /\\ 1:r0=0", one, two) == "Never"
    readers = [load("r0", a, "relaxed") + fence + load("r1", b, "relaxed") for a, b in (("x", "y"), ("y", "x"))]
    writers = [store("x", 1, "relaxed"), store("y", 1, "relaxed")]
    assert observed("2:r0=1 /\\ 2:r1=0 /\\ 3:r0=1 /\\ 3:r1=0", *writers, *readers) == "Never"


def test_sc_accesses_mixed_with_others_are_as_weak_as_their_compilation() -> None:
    """Z6.U of the paper (figure 1): the order of SC accesses need not contain all of happens-before."""
    one = store("x", 1, "seq_cst") + store("y", 1, "release")
    two = "int r0 = atomic_fetch_add_explicit(y, 1, memory_order_seq_cst);" + load("r1", "y", "relaxed")
    three = store("y", 3, "seq_cst") + load("r0", "x", "seq_cst")
    assert observed("1:r0=1 /\\ 1:r1=3 /\\ 2:r0=0", one, two, three) == "Sometimes"


def test_no_values_out_of_thin_air() -> None:
    one = load("r0", "x", "relaxed") + store("y", 1, "relaxed")
    two = load("r0", "y", "relaxed") + store("x", 1, "relaxed")
    assert observed("0:r0=1 /\\ 1:r0=1", one, two) == "Never"


def test_updates_are_atomic() -> None:
    update = "int r0 = atomic_fetch_add_explicit(x, 1, memory_order_relaxed);"
    assert observed("0:r0=0 /\\ 1:r0=0", update, update) == "Never"


def test_races_are_undefined() -> None:
    writer = "*d = 1;" + store("x", 1, "{}")
    guarded = load("r0", "x", "acquire") + "if (r0 == 1) { int r1 = *d; }"
    assert judge("x=1", writer.format("release"), guarded).flags == ()
    assert judge("x=1", writer.format("relaxed"), guarded).flags == ("*undef*",)
    assert judge("x=1", store("x", 1, "relaxed"), load("r0", "x", "relaxed")).flags == ()
