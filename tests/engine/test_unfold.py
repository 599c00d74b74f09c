"""From code to event structures: dependencies, branches, loops, exclusives, atomic updates, computed addresses."""

from __future__ import annotations

import pytest

from litmus.cat.library import load_model
from litmus.check import Options, check
from litmus.errors import InputError, UnsupportedError
from litmus.program import (
    TRUE,
    Assign,
    Assume,
    Binary,
    Branch,
    Condition,
    Const,
    Expression,
    Fence,
    Instruction,
    Load,
    MemoryAt,
    Operation,
    Pointer,
    Program,
    Reg,
    RegisterAt,
    Select,
    Store,
    StoreConditional,
    Thread,
    Unary,
    Value,
    When,
)
from litmus.unfold.events import EventStructure
from litmus.unfold.unfolding import unfold

# --- writing programs -----------------------------------------------------------------------------------


def place(target: str | Expression) -> Expression:
    return Const(Pointer(target)) if isinstance(target, str) else target


def load(register: str, target: str | Expression, **options: bool) -> Load:
    return Load(register, place(target), **options)


def store(target: str | Expression, value: int | Expression = 1, **options: bool) -> Store:
    return Store(place(target), Const(value) if isinstance(value, int) else value, **options)


def equal(register: str, value: int) -> Expression:
    return Binary("==", Reg(register), Const(value))


def false(register: str) -> Expression:
    """0, depending on a register."""
    return Binary("^", Reg(register), Reg(register))


Line = Operation | str | tuple[Operation, ...]
"""An instruction: one operation, several, or a label (on an empty line)."""


def thread(index: int, *lines: Line) -> Thread:
    code = []
    for line in lines:
        operations = () if isinstance(line, str) else line if isinstance(line, tuple) else (line,)
        code.append(Instruction(str(line), operations, (line,) if isinstance(line, str) else ()))
    return Thread(index, tuple(code))


def program(
    *threads: tuple[Line, ...],
    show: str = "",
    memory: dict[Pointer, Value] | None = None,
    registers: dict[tuple[int, str], Value] | None = None,
) -> Program:
    """A program that shows the registers `0:r` and the locations `x` named in `show`."""
    shown = [
        RegisterAt(int(n.split(":")[0]), n.split(":")[1], n) if ":" in n else MemoryAt(Pointer(n), n)
        for n in show.split()
    ]
    code = tuple(thread(i, *lines) for i, lines in enumerate(threads))
    return Program(
        "test", "test", code, Condition("exists", TRUE), memory or {}, registers or {}, locations=tuple(shown)
    )


def structures(*lines: Line) -> list[EventStructure]:
    """The cases of a program of one thread."""
    return list(unfold(program(lines)).structures())


def only(*lines: Line) -> EventStructure:
    (structure,) = structures(*lines)
    return structure


def names(structure: EventStructure) -> list[str]:
    """A short name for each event: `Rx`, `Wx`, `F`; initial writes `Ix`."""
    return [("I" if e.thread < 0 else e.kind) + (str(e.pointer) if e.pointer else "") for e in structure.events]


def related(structure: EventStructure, relation: str) -> set[tuple[str, str]]:
    called = names(structure)
    return {(called[a], called[b]) for a, b in structure.universe.pairs_of(structure.relations[relation])}


def states(p: Program, model: str = "sc", **options: int) -> set[tuple[str, ...]]:
    """The final values of what the program shows, in its order."""
    found = check(p, load_model(model), Options(**options)).states  # type: ignore[arg-type]
    return {tuple(s.values()) for s in found}


# --- dependencies ---------------------------------------------------------------------------------------


def test_dependencies_through_registers() -> None:
    s = only(load("r1", "x"), store("y", Reg("r1")), load("r2", Binary("+", place("z"), false("r1"))))
    assert related(s, "data") == {("Rx", "Wy")}
    assert related(s, "addr") == {("Rx", "Rz")}
    assert related(s, "ctrl") == set()
    assert related(s, "po") == {("Rx", "Wy"), ("Rx", "Rz"), ("Wy", "Rz")}


def test_dependencies_are_syntactic_and_follow_assignments() -> None:
    chain = (Assign("r2", false("r1")), Assign("r3", Binary("+", Reg("r2"), Const(1))))
    s = only(load("r1", "x"), *chain, store("y", Reg("r3")), Assign("r3", Const(0)), store("z", Reg("r3")))
    assert related(s, "data") == {("Rx", "Wy")}


def test_a_register_written_again_carries_the_new_dependency_only() -> None:
    s = only(load("r", "x"), load("r", "y"), store("z", Reg("r")))
    assert related(s, "data") == {("Ry", "Wz")}


def test_control_reaches_everything_later_without_a_join() -> None:
    for s in structures(load("r", "x"), Branch(equal("r", 0), "end"), store("y"), "end", store("z"), load("q", "v")):
        later = {b for a, b in related(s, "po") if a == "Rx"}
        assert related(s, "ctrl") == {("Rx", b) for b in later}


def test_control_ends_at_the_join() -> None:
    code = (load("r", "x"), Branch(equal("r", 0), "end", join="end"), store("y"), "end", store("z"))
    taken, fell = sorted(structures(*code), key=lambda s: s.n)
    assert related(taken, "ctrl") == set()
    assert related(fell, "ctrl") == {("Rx", "Wy")}


def test_nested_joins_end_one_by_one() -> None:
    code = (
        load("a", "x"), load("b", "y"),
        Branch(equal("a", 0), "outer", join="outer"),
        Branch(equal("b", 0), "inner", join="inner"), store("u"), "inner", store("v"), "outer", store("w"),
    )  # fmt: skip
    largest = max(structures(*code), key=lambda s: s.n)
    assert related(largest, "ctrl") == {("Rx", "Wu"), ("Ry", "Wu"), ("Rx", "Wv")}


def test_an_if_with_an_else_joins_on_both_sides() -> None:
    code = (
        load("r", "x"), Branch(equal("r", 0), "else", join="end"),
        store("y"), Branch(None, "end"), "else", store("z"), "end", store("w"),
    )  # fmt: skip
    found = [related(s, "ctrl") for s in structures(*code)]
    assert sorted(found, key=str) == [{("Rx", "Wy")}, {("Rx", "Wz")}]


def test_a_branch_to_the_next_instruction_still_controls_what_follows() -> None:
    s = only(load("r", "x"), Branch(equal("r", 0), "next"), "next", store("y"))
    assert related(s, "ctrl") == {("Rx", "Wy")}
    assert s.constraints == ()


def test_a_branch_on_a_constant_has_one_way() -> None:
    s = only(Assign("r", Const(1)), Branch(equal("r", 1), "end"), store("y"), "end", store("z"))
    assert names(s) == ["Iz", "Wz"]


def test_a_choice_depends_on_the_chosen_side_and_is_picked_by_the_condition() -> None:
    code = (load("a", "x"), load("b", "y"), load("c", "z"))
    chosen = Assign("r", Select(equal("a", 0), Reg("b"), Reg("c")))
    found = structures(*code, chosen, store("w", Reg("r")))
    assert [related(s, "data") for s in found] == [{("Ry", "Ww")}, {("Rz", "Ww")}]
    assert all(("Rx", "Ww") in related(s, "pick-data") for s in found)
    assert all(related(s, "ctrl") == set() for s in found)


def test_what_is_done_conditionally_inside_an_instruction_is_picked() -> None:
    compare = (load("r", "x", atomic=True), When(equal("r", 0), (store("x", 1, atomic=True),)))
    done, failed = sorted(structures(compare, store("y")), key=lambda s: -s.n)
    assert names(done) == ["Ix", "Iy", "Rx", "Wx", "Wy"]
    assert names(failed) == ["Ix", "Iy", "Rx", "Wy"]
    assert related(done, "rmw") == related(done, "amo") == {("Rx", "Wx")}
    assert related(failed, "rmw") == set()
    assert related(done, "ctrl") == related(failed, "ctrl") == set()
    assert ("Rx", "Wx") in related(done, "pick-basic")
    assert ("Rx", "Wy") not in related(done, "pick-basic")


def test_an_assumption_makes_no_event_and_no_dependency() -> None:
    s = only(load("r", "x"), Assume(equal("r", 1)), store("y"))
    assert names(s) == ["Ix", "Iy", "Rx", "Wy"]
    assert related(s, "ctrl") == set()
    assert structures(load("r", "x"), Assume(Const(0)), store("y")) == []
    assert states(program((load("r", "x"), Assume(equal("r", 1))), (store("x", 1),), show="0:r")) == {("1",)}


def test_the_accesses_of_one_instruction_are_not_in_program_order() -> None:
    swap = (load("r", "x", atomic=True), store("x", 1, atomic=True), Assign("s", Reg("r")))
    s = only(swap, (Fence(frozenset({"SYNC"})),), store("y", Reg("s")))
    assert related(s, "po") == {("Rx", "F"), ("Wx", "F"), ("Rx", "Wy"), ("Wx", "Wy"), ("F", "Wy")}
    assert related(s, "amo") == {("Rx", "Wx")}
    assert related(s, "data") == {("Rx", "Wy")}
    assert related(s, "lxsx") == set()


# --- exclusives -----------------------------------------------------------------------------------------


def test_a_store_conditional_succeeds_or_fails() -> None:
    code = (load("r", "x", exclusive=True), StoreConditional("s", place("x"), Const(1)))
    done, failed = sorted(structures(*code), key=lambda s: -s.n)
    assert related(done, "lxsx") == related(done, "rmw") == {("Rx", "Wx")}
    assert (done.registers[0, "s"], failed.registers[0, "s"]) == (0, 1)
    assert names(failed) == ["Ix", "Rx"]


def test_without_a_reservation_it_fails() -> None:
    assert names(only(load("r", "x"), StoreConditional("s", place("x"), Const(1)))) == ["Ix", "Rx"]
    twice = (load("r", "x", exclusive=True), StoreConditional("s", place("x"), Const(1)))
    found = structures(*twice, StoreConditional("t", place("x"), Const(2)))
    assert {s.registers[0, "t"] for s in found} == {1}


def test_the_last_reservation_counts() -> None:
    code = (load("r", "x", exclusive=True), load("q", "y", exclusive=True), StoreConditional("s", place("y"), Const(1)))
    assert related(max(structures(*code), key=lambda s: s.n), "lxsx") == {("Ry", "Wy")}


def test_it_writes_where_the_reservation_is() -> None:
    elsewhere = program(
        (load("r", "x", exclusive=True), StoreConditional("s", place("y"), Const(1))), show="0:s y"
    )  # fmt: skip
    assert states(elsewhere) == {("1", "0")}
    computed = program(
        (load("p", "x"), load("r", Reg("p"), exclusive=True), StoreConditional("s", place("y"), Const(1))),
        memory={Pointer("x"): Pointer("y")}, show="0:s y",
    )  # fmt: skip
    assert states(computed) == {("1", "0"), ("0", "1")}


def test_two_exclusive_increments_do_not_lose_one() -> None:
    add = (
        load("r", "x", exclusive=True),
        StoreConditional("s", place("x"), Binary("+", Reg("r"), Const(1))),
        Assume(Unary("!", Reg("s"))),
    )
    assert states(program(add, add, show="x 0:r")) == {("2", "0"), ("2", "1")}


# --- atomic updates -------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["sc", "weak"])
def test_one_of_two_compare_and_swaps_wins(model: str) -> None:
    def swap(mine: int) -> tuple[Line, ...]:
        return ((load("r", "x", atomic=True), When(equal("r", 0), (store("x", mine, atomic=True),))),)

    p = program(swap(1), swap(2), show="0:r 1:r x")
    if model == "weak":
        p = Program(p.name, "native", p.threads, p.condition, locations=p.locations)
    assert states(p, model) == {("0", "1", "1"), ("2", "0", "2")}


# --- loops ----------------------------------------------------------------------------------------------


def counting(limit: int) -> tuple[Line, ...]:
    """Counts n from 0 to the limit."""
    return ("top", Assign("n", Binary("+", Reg("n"), Const(1))), Branch(Binary("<", Reg("n"), Const(limit)), "top"))


@pytest.mark.parametrize("unroll", [0, 1, 2, 5])
def test_a_backward_jump_is_taken_as_often_as_the_bound_says(unroll: int) -> None:
    within = program(counting(unroll + 1), show="0:n")
    assert states(within, unroll=unroll) == {(str(unroll + 1),)}
    assert not check(within, load_model("sc"), Options(unroll=unroll)).bounded
    beyond = program(counting(unroll + 2), show="0:n")
    assert states(beyond, unroll=unroll) == set()
    assert check(beyond, load_model("sc"), Options(unroll=unroll)).bounded


def test_a_loop_on_a_read_is_cut() -> None:
    spin = ("top", load("r", "x"), Branch(equal("r", 0), "top"), load("d", "y"))
    p = program(spin, (store("y"), store("x")), show="0:d")
    verdict = check(p, load_model("sc"))
    assert verdict.bounded
    assert {tuple(s.values()) for s in verdict.states} == {("1",)}
    assert len({s.n for s in unfold(p).structures()}) == 3


def test_an_endless_loop_has_no_execution() -> None:
    verdict = check(program(("top", Branch(None, "top")), (store("x"),), show="x"), load_model("sc"))
    assert (verdict.states, verdict.bounded, verdict.observation) == ((), True, "Never")


def test_a_missing_label_is_named() -> None:
    with pytest.raises(InputError, match="'nowhere'"):
        states(program((Branch(None, "nowhere"),)))


# --- computed addresses ---------------------------------------------------------------------------------

A = [Pointer("a", 8 * i) for i in range(3)]
ARRAY: dict[Pointer, Value] = {pointer: 10 + i for i, pointer in enumerate(A)}


def element(register: str) -> Expression:
    return Binary("+", Const(A[0]), Binary("*", Reg(register), Const(8)))


def test_a_pointer_that_was_read_is_followed() -> None:
    memory: dict[Pointer, Value] = {Pointer("p"): Pointer("x"), Pointer("x"): 7, Pointer("y"): 9}
    chase = (load("r", "p"), load("s", Reg("r")))
    p = program(chase, (store("p", Const(Pointer("y"))),), show="0:r 0:s", memory=memory)
    assert states(p) == {("x", "7"), ("y", "9")}
    found = list(unfold(p).structures())
    assert [related(s, "addr") for s in found] == [{("Rp", "Rx")}, {("Rp", "Ry")}]


def test_pointers_to_pointers() -> None:
    memory: dict[Pointer, Value] = {Pointer("p"): Pointer("q"), Pointer("q"): Pointer("x"), Pointer("x"): 5}
    chase = (load("r", "p"), load("s", Reg("r")), load("t", Reg("s")))
    retarget = (store("q", Const(Pointer("y"))),)
    assert states(program(chase, retarget, show="0:t", memory=memory)) == {("5",), ("0",)}


def test_an_element_with_a_computed_index() -> None:
    p = program((load("i", "x"), load("r", element("i"))), (store("x", 2),), show="0:i 0:r", memory=ARRAY)
    assert states(p) == {("0", "10"), ("2", "12")}


def test_a_store_to_a_computed_element() -> None:
    p = program(
        (load("i", "x"), store(element("i"), 5)), (store("x", 1),),
        memory=ARRAY, show="0:i",
    )  # fmt: skip
    shown = tuple(MemoryAt(pointer, str(pointer)) for pointer in A)
    p = Program(p.name, p.arch, p.threads, p.condition, p.memory, locations=shown)
    assert states(p) == {("5", "11", "12"), ("10", "5", "12")}


def test_addresses_passed_through_memory_may_alias() -> None:
    """P0 publishes &x or &y; P1 stores through what it reads, and reads x itself."""
    memory: dict[Pointer, Value] = {Pointer("p"): Pointer("x"), Pointer("x"): 0, Pointer("y"): 0}
    p = program(
        (store("p", Const(Pointer("y"))),), (load("r", "p"), store(Reg("r"), 1), load("s", "x")),
        memory=memory, show="1:r 1:s y",
    )  # fmt: skip
    assert states(p) == {("x", "1", "0"), ("y", "0", "1")}


def test_a_number_is_an_address_of_its_own() -> None:
    assert states(program((load("r", "p"), load("s", Reg("r"))), show="0:s")) == {("0",)}


def test_an_initial_register_may_hold_an_address() -> None:
    p = program((load("r", Reg("p")),), memory={Pointer("x"): 3}, registers={(0, "p"): Pointer("x")}, show="0:r")
    assert states(p) == {("3",)}


def test_addresses_that_depend_on_each_others_values() -> None:
    """Each thread stores through a pointer that the other may have stored."""
    memory: dict[Pointer, Value] = dict.fromkeys(map(Pointer, "xy"), 0)
    memory |= {Pointer("p"): Pointer("x"), Pointer("q"): Pointer("y")}
    p = program(
        (load("r", "p"), store(Reg("r"), 1), store("q", Const(Pointer("x")))),
        (load("s", "q"), store(Reg("s"), 2), store("p", Const(Pointer("y")))),
        memory=memory, show="0:r 1:s x y",
    )  # fmt: skip
    assert states(p) == {("x", "y", "1", "2"), ("x", "x", "2", "0"), ("y", "y", "0", "1")}


@pytest.mark.parametrize("value", [3, -1])
def test_an_access_outside_an_array_is_refused(value: int) -> None:
    p = program((load("i", "x"), load("r", element("i"))), (store("x", value),), show="0:r", memory=ARRAY)
    with pytest.raises(UnsupportedError, match="outside the elements of a declared array"):
        states(p)


def test_an_access_that_no_execution_makes_is_not_refused() -> None:
    ticket = (load("i", "x", atomic=True), store("x", Binary("+", Reg("i"), Const(1)), atomic=True))
    put: tuple[Line, ...] = (ticket, store(element("i"), 5))
    assert states(program(put, put, put, show="0:i 1:i x", memory=ARRAY)) >= {("0", "1", "3"), ("2", "1", "3")}


# --- numbering ------------------------------------------------------------------------------------------


def test_initial_writes_come_first_and_belong_to_no_thread() -> None:
    (s,) = unfold(program((store("y"),), (load("r", "x"),), show="z")).structures()
    assert names(s) == ["Ix", "Iy", "Iz", "Wy", "Rx"]
    assert s.sets["IW"] == 0b111
    u = s.universe
    assert all(s.relations["ext"] >> (i * u.n + j) & 1 for i in range(3) for j in range(u.n))
    assert s.relations["po"] & u.cross(s.sets["IW"], u.everything) == 0
    assert related(s, "loc") >= {("Ix", "Rx"), ("Rx", "Ix"), ("Wy", "Iy")}
    assert not related(s, "loc") & {("Ix", "Iy"), ("Wy", "Rx")}


def test_unfolding_is_deterministic() -> None:
    chase = (load("r", "p"), load("s", Reg("r")), Branch(equal("s", 1), "end"), store("x"), "end")
    p = program(chase, (store("p", 1),))
    first, second = ([(names(s), s.relations) for s in unfold(p).structures()] for _ in range(2))
    assert first == second
