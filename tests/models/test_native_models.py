"""The models that native programs are taught with: what SPARC PSO, Itanium and Alpha are known for."""

from pathlib import Path

import pytest

from litmus import check, load_model, parse
from litmus.source import Source

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.litmus"))


def observation(model: str, shared: str, condition: str, *threads: str) -> str | None:
    blocks = "\n".join(f"thread P{i} {{ {thread} }}" for i, thread in enumerate(threads))
    text = f"litmus T\nshared {shared}\n{blocks}\nexists {condition}\n"
    return check(parse(Source("t", text)), load_model(model)).observation


# --- one operation ------------------------------------------------------------------------------------------

EXCHANGES = ("x, y", "P0:r0 == 0 && P0:r1 == 0 && P1:r0 == 0 && P1:r1 == 0")


@pytest.mark.parametrize(("model", "expected"), [("pso", "Never"), ("itanium", "Never"), ("alpha", "Sometimes")])
def test_whether_a_read_modify_write_is_one_operation(model: str, expected: str) -> None:
    """SB where the write of an exchange comes first: on Alpha it is a loop, whose read may be early."""
    sides = (f"r0 = xchg({a}.once, 1); r1 = {b}.once" for a, b in (("x", "y"), ("y", "x")))
    assert observation(model, *EXCHANGES, *sides) == expected


@pytest.mark.parametrize(("ordering", "expected"), [("once", "Sometimes"), ("full", "Never")])
def test_pso_keeps_stores_and_atomics_apart(ordering: str, expected: str) -> None:
    """An atomic load-store is no barrier for the stores before it."""
    between = (("x", "z", "y"), ("y", "w", "x"))
    sides = (f"{a}.once = 1; r9 = xchg({z}.{ordering}, 1); r0 = {b}.once" for a, z, b in between)
    assert observation("pso", "x, y, z, w", "P0:r0 == 0 && P1:r0 == 0", *sides) == expected


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_pso_allows_what_tso_does(path: Path) -> None:
    program = parse(Source(path.name, path.read_text(encoding="utf-8")))
    strict, loose = ({str(s) for s in check(program, load_model(name)).states} for name in ("x86-tso", "pso"))
    assert strict <= loose


# --- Alpha ----------------------------------------------------------------------------------------------------

CHASE = ("x, z, p = &z", "P1:r0 == &x && P1:r1 == 0", "x.once = 1; {}; p.once = &x", "r0 = p.once; {}; r1 = *r0")


@pytest.mark.parametrize(("model", "expected"), [("alpha", "Sometimes"), ("itanium", "Never"), ("pso", "Never"),
                                                 ("weak", "Never")])  # fmt: skip
def test_data_may_come_before_the_pointer_to_it(model: str, expected: str) -> None:
    chase = [part.format("StoreStore" if i == 2 else "Compiler") for i, part in enumerate(CHASE)]
    assert observation(model, *chase) == expected


def test_a_barrier_between_pointer_and_data() -> None:
    chase = (part.format("LoadLoad" if i == 3 else "StoreStore") for i, part in enumerate(CHASE))
    assert observation("alpha", *chase) == "Never"


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("y.once = 1", "x.once = 1", "Sometimes"),
        ("y.once = r0", "x.once = r0", "Never"),
        ("if r0 == 1 { y.once = 1 }", "x.once = r0", "Never"),
    ],
)
def test_alpha_has_no_causal_loops(first: str, second: str, expected: str) -> None:
    sides = f"r0 = x.once; {first}", f"r0 = y.once; {second}"
    assert observation("alpha", "x, y", "P0:r0 == 1 && P1:r0 == 1", *sides) == expected


# --- Itanium --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ordering", "expected"), [("", "Sometimes"), (".once", "Never")])
def test_plain_loads_of_one_location_may_be_reordered(ordering: str, expected: str) -> None:
    reads = f"r0 = x{ordering}; r1 = x{ordering}"
    assert observation("itanium", "x", "P1:r0 == 1 && P1:r1 == 0", "x = 1", reads) == expected


@pytest.mark.parametrize(("ordering", "expected"), [("", "Sometimes"), (".release", "Never")])
def test_only_release_stores_become_visible_at_once(ordering: str, expected: str) -> None:
    """IRIW with fences between the reads [SDM, volume 2, 2.2.1.11]."""
    readers = (f"r0 = {a}; Full; r1 = {b}" for a, b in (("x", "y"), ("y", "x")))
    condition = "P2:r0 == 1 && P2:r1 == 0 && P3:r0 == 1 && P3:r1 == 0"
    assert observation("itanium", "x, y", condition, f"x{ordering} = 1", f"y{ordering} = 1", *readers) == expected


@pytest.mark.parametrize(("ordering", "expected"), [("", "Sometimes"), (".release", "Never")])
def test_causality_of_release_stores(ordering: str, expected: str) -> None:
    """WRC with a dependency, and an acquire read at the end [SDM, volume 2, 2.2.1.12]."""
    threads = f"x{ordering} = 1", "r0 = x; y = r0", "r0 = y.acquire; r1 = x"
    assert observation("itanium", "x, y", "P1:r0 == 1 && P2:r0 == 1 && P2:r1 == 0", *threads) == expected


def test_message_passing_on_itanium() -> None:
    def passing(sent: str, received: str) -> str | None:
        return observation("itanium", "x, y", "P1:r0 == 1 && P1:r1 == 0", f"x = 1; {sent}", f"{received}; r1 = x")

    assert passing("y = 1", "r0 = y") == passing("y.release = 1", "r0 = y") == "Sometimes"
    assert passing("y.release = 1", "r0 = y.acquire") == passing("Release; y = 1", "r0 = y; Acquire") == "Never"


# --- weak -----------------------------------------------------------------------------------------------------

MESSAGE = ("x, y", "P1:r0 == {} && P1:r1 == 0", "y.once = 1; x.release = 2")


@pytest.mark.parametrize("model", ["weak", "power", "riscv", "armv7"])
@pytest.mark.parametrize(
    ("update", "result"),
    [
        *((f"cmpxchg(x{order}, 1, 3)", 2) for order in (".acquire", ".acq_rel", "")),
        *((f"add_unless(x{order}, 1, 2)", 0) for order in (".acquire", ".acq_rel", "")),
    ],
)
def test_an_update_that_does_not_write_does_not_acquire(model: str, update: str, result: int) -> None:
    shared, condition, writer = MESSAGE
    condition = f"{condition.format(result)} && x == 2"
    assert observation(model, shared, condition, writer, f"r0 = {update}; r1 = y.once") == "Sometimes"


@pytest.mark.parametrize("model", ["weak", "power", "riscv", "armv7"])
@pytest.mark.parametrize(("update", "result"), [("cmpxchg(x{}, 2, 3)", 2), ("add_unless(x{}, 1, 0)", 1)])
@pytest.mark.parametrize("order", [".acquire", ".acq_rel", ""])
def test_an_update_that_writes_does_acquire(model: str, update: str, result: int, order: str) -> None:
    shared, condition, writer = MESSAGE
    condition = f"{condition.format(result)} && x == 3"
    assert observation(model, shared, condition, writer, f"r0 = {update.format(order)}; r1 = y.once") == "Never"
