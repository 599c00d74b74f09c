"""The back ends: circuits with recursive gates, acyclicity, guessed locations, limits, values out of thin air."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from litmus.cat.library import Model, load_model
from litmus.check import Options, check
from litmus.logic.acyclic import eliminate
from litmus.logic.literal import FALSE, TRUE
from litmus.logic.relation import universe
from litmus.program import (
    And,
    Binary,
    Branch,
    Compare,
    Condition,
    Const,
    Expression,
    Instruction,
    Load,
    MemoryAt,
    Operation,
    Pointer,
    Program,
    Reg,
    RegisterAt,
    Store,
    Thread,
    Unary,
)
from litmus.solve.backend import MOST_CANDIDATES
from litmus.solve.budget import Budget
from litmus.solve.sat.circuit import AND, Circuit
from litmus.solve.sat.cnf import Clauses
from litmus.solve.sat.order import gate_order
from litmus.solve.sat.z3 import _Session, interruptible
from tests.strategies import ARM, COHERENCE, VOCABULARIES, brute_force, model_of, model_texts, programs, state

BACK_ENDS = ("table", "z3")

# --- circuits -------------------------------------------------------------------------------------------


@st.composite
def circuits(draw: st.DrawFn) -> tuple[Circuit, list[int], list[int]]:
    """A circuit, its variables, and some of its literals; opened gates are used without negation before they close."""
    circuit = Circuit()
    variables = [circuit.variable() for _ in range(4)]
    opened = [circuit.open() for _ in range(draw(st.integers(0, 3)))]
    usable = [TRUE, FALSE, *variables, *(-v for v in variables), *opened]
    for _ in range(draw(st.integers(0, 5))):
        usable.append(_gate(draw, circuit, usable))
    for gate in opened:
        circuit.close(gate, draw(st.lists(st.sampled_from(usable), max_size=4)))
    closed = [*usable, *(-x for x in usable)]
    for _ in range(draw(st.integers(0, 3))):
        closed.append(_gate(draw, circuit, closed))
    return circuit, variables, closed[-3:] + opened + [-gate for gate in opened]


def _gate(draw: st.DrawFn, circuit: Circuit, usable: list[int]) -> int:
    inputs = draw(st.lists(st.sampled_from(usable), min_size=1, max_size=3))
    return circuit.all_of(inputs) if draw(st.booleans()) else circuit.any_of(inputs)


def least_solution(circuit: Circuit, true: set[int]) -> list[bool]:
    """The value of every literal by number: negated gates are final before they are used."""
    values = [False] * len(circuit.kinds)
    values[TRUE] = True
    for v in true:
        values[v] = True
    for group in gate_order(circuit):
        for _ in group:
            for gate in group:
                found = [values[i] if i > 0 else not values[-i] for i in circuit.inputs[gate]]
                values[gate] = all(found) if circuit.kinds[gate] == AND else any(found)
    return values


@settings(max_examples=150)
@given(circuits())
def test_clauses_mean_the_least_solution_whatever_is_asked(made: tuple[Circuit, list[int], list[int]]) -> None:
    circuit, variables, asked = made
    formula = Clauses(circuit)
    formula.define(asked)
    session = _Session(formula.dimacs(), variables, Budget())
    for choice in product([False, True], repeat=len(variables)):
        values = least_solution(circuit, {v for v, on in zip(variables, choice, strict=True) if on})
        fixed = tuple(v if on else -v for v, on in zip(variables, choice, strict=True))
        for literal in asked:
            expected = values[literal] if literal > 0 else not values[-literal]
            assert (session.solve((*fixed, literal)) is not None) == expected


@settings(max_examples=150)
@given(circuits(), st.integers(0, 4))
def test_what_is_required_holds_and_nothing_more(made: tuple[Circuit, list[int], list[int]], split: int) -> None:
    circuit, variables, asked = made
    formula = Clauses(circuit)
    for literal in asked[:split]:
        formula.require(literal)
    formula.define(asked[split:])
    session = _Session(formula.dimacs(), variables, Budget())
    for choice in product([False, True], repeat=len(variables)):
        values = least_solution(circuit, {v for v, on in zip(variables, choice, strict=True) if on})
        true = {literal for literal in asked if (values[literal] if literal > 0 else not values[-literal])}
        fixed = tuple(v if on else -v for v, on in zip(variables, choice, strict=True))
        required = true.issuperset(asked[:split])
        assert (session.solve(fixed) is not None) == required
        for literal in asked[split:]:
            assert (session.solve((*fixed, literal)) is not None) == (required and literal in true)


def test_an_opened_gate_without_inputs_is_false() -> None:
    circuit = Circuit()
    gate = circuit.open()
    circuit.close(gate, [FALSE])
    formula = Clauses(circuit)
    formula.define([gate, -gate])
    session = _Session(formula.dimacs(), [], Budget())
    assert session.solve((gate,)) is None
    assert session.solve((-gate,)) is not None


def test_gates_that_only_support_each_other_are_false() -> None:
    circuit = Circuit()
    variable, a, b = circuit.variable(), circuit.open(), circuit.open()
    circuit.close(a, [b])
    circuit.close(b, [a, variable])
    formula = Clauses(circuit)
    formula.define([a, -a, b, -b])
    session = _Session(formula.dimacs(), [variable], Budget())
    assert session.solve((a, -variable)) is None
    assert session.solve((a, b, variable)) is not None
    assert session.solve((-a, variable)) is None


@settings(max_examples=150)
@given(st.integers(1, 5), st.data())
def test_vertex_elimination_finds_exactly_the_cycles(n: int, data: st.DataObject) -> None:
    circuit = Circuit()
    variables = [circuit.variable() for _ in range(5)]
    literal = st.sampled_from([FALSE, FALSE, TRUE, *variables, *(-v for v in variables)])
    edges = {i: {j: data.draw(literal) for j in range(n)} for i in range(n)}
    given_edges = [(i, j, x) for i, row in edges.items() for j, x in row.items()]
    cyclic = circuit.any_of(eliminate(circuit, edges))
    for choice in product([False, True], repeat=len(variables)):
        values = least_solution(circuit, {v for v, on in zip(variables, choice, strict=True) if on})
        holds = {x: values[x] if x > 0 else not values[-x] for _, _, x in (*given_edges, (0, 0, cyclic))}
        u = universe(n)
        assert holds[cyclic] == (not u.is_acyclic(u.relation((i, j) for i, j, x in given_edges if holds[x])))


# --- locations with too many choices --------------------------------------------------------------------


@pytest.mark.parametrize("name", VOCABULARIES)
@settings(max_examples=30)
@given(data=st.data())
def test_guessed_locations_under_the_bundled_models(name: str, data: st.DataObject) -> None:
    program, model = data.draw(programs(VOCABULARIES[name], 300)), load_model(name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("litmus.ground.choices.location_choices", lambda *_: None)
        verdict = check(program, model, Options(engine="auto"))
    answer = brute_force(program, model)
    assert verdict.undecided is None or answer.circular
    if verdict.undecided is None:
        assert {state(s) for s in verdict.states} == set(answer.states)


@settings(max_examples=60)
@given(programs(ARM, 150), model_texts())
def test_guessed_locations_under_random_models(program: Program, text: str) -> None:
    model = model_of(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("litmus.ground.choices.location_choices", lambda *_: None)
        verdict = check(program, model)
    answer = brute_force(program, model)
    assert verdict.undecided is None or answer.circular
    if verdict.undecided is None:
        assert {state(s) for s in verdict.states} == set(answer.states)
        assert set(verdict.flags) == answer.flags


@pytest.mark.parametrize("deepest", [0, 1])
@settings(max_examples=50)
@given(program=programs(ARM, 150, copies=False), text=model_texts())
def test_recursive_literals_that_wait_mean_the_same(deepest: int, program: Program, text: str) -> None:
    model = model_of(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("litmus.solve.sat.gates.DEEPEST", deepest)
        found = [check(program, model, Options(engine=engine)) for engine in BACK_ENDS]
    answer = brute_force(program, model)
    for verdict in found:
        assert {state(s) for s in verdict.states} == set(answer.states)
        assert set(verdict.flags) == answer.flags


@pytest.mark.parametrize("engine", BACK_ENDS)
@pytest.mark.parametrize("step", ["int", "po | po^-1", "po | po^-1 | rf^-1"])
def test_closures_over_relations_that_lead_back(engine: str, step: str) -> None:
    """From the first write of a thread to its second, and on to a read of the other thread."""
    p = program(
        [store("x", 1), store("y", 1)], [load("r", "y"), load("s", "x")], wanted={"1:r": 1, "1:s": 0}
    )  # fmt: skip
    first, later = "[(W \\ IW) \\ range(po)]", "[R \\ range(po)]"
    model = model_of(f'"m"\nempty {first} ; ({step} | rf)+ ; {later}\n')
    answer = brute_force(p, model)
    assert {state(s) for s in check(p, model, Options(engine=engine)).states} == set(answer.states)


# --- larger tests ---------------------------------------------------------------------------------------


def instruction(*operations: Operation) -> Instruction:
    return Instruction("", operations)


def load(register: str, place: str) -> Instruction:
    return instruction(Load(register, Const(Pointer(place))))


def store(place: str, value: int | Expression) -> Instruction:
    return instruction(Store(Const(Pointer(place)), Const(value) if isinstance(value, int) else value))


def program(*threads: list[Instruction], wanted: dict[str, int], arch: str = "x86") -> Program:
    """A program that asks whether all of `wanted` (registers `0:r`, locations) can hold at once."""
    compared = tuple(Compare(observable(name), "=", value) for name, value in wanted.items())
    code = tuple(Thread(i, tuple(t)) for i, t in enumerate(threads))
    return Program("test", arch, code, Condition("exists", And(compared)))


def observable(name: str) -> RegisterAt | MemoryAt:
    thread, colon, register = name.partition(":")
    return RegisterAt(int(thread), register, name) if colon else MemoryAt(Pointer(name), name)


def ring(n: int) -> Program:
    """Store buffering around a ring of n threads."""
    threads = [[store(f"x{i}", 1), load("r", f"x{(i + 1) % n}")] for i in range(n)]
    return program(*threads, wanted={f"{i}:r": 0 for i in range(n)})


def writers(n: int) -> Program:
    """n writers of one location, and a reader that sees two of them."""
    reader = [load("r", "x"), load("s", "x")]
    return program(*([store("x", i + 1)] for i in range(n)), reader, wanted={f"{n}:r": 1, f"{n}:s": 2, "x": 1})


@pytest.mark.parametrize("engine", BACK_ENDS)
def test_a_ring_has_every_outcome_but_one_under_sequential_consistency(engine: str) -> None:
    tso, sc = (check(ring(8), load_model(m), Options(engine=engine)) for m in ("x86-tso", "sc"))
    assert (len(tso.states), tso.observation) == (256, "Sometimes")
    assert (len(sc.states), sc.observation) == (255, "Never")


def test_many_writers_are_not_too_many_for_z3() -> None:
    verdict = check(writers(8), load_model("x86-tso"))
    assert verdict.observation == "Never"
    assert verdict.undecided is None
    assert (verdict.positive, verdict.negative) == (0, None)
    fewer = check(writers(4), load_model("x86-tso"), Options(engine="z3"))
    assert {state(s) for s in fewer.states} == {state(s) for s in check(writers(4), load_model("x86-tso")).states}


def test_tables_say_when_they_are_too_small() -> None:
    verdict = check(writers(8), load_model("x86-tso"), Options(engine="table"))
    assert (verdict.observation, verdict.holds) == (None, None)
    assert verdict.undecided is not None
    assert str(MOST_CANDIDATES) in verdict.undecided


def test_tables_never_import_z3() -> None:
    code = (
        "import sys; from litmus import Source, check, load_model, parse; "
        "t = 'litmus t\\nshared x\\nthread P0 { x = 1 }\\nthread P1 { r0 = x }\\nexists 1:r0 == 1'; "
        "assert check(parse(Source('t', t)), load_model('power')).observation == 'Sometimes'; "
        "assert 'z3' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# --- limits ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["auto", *BACK_ENDS])
def test_no_time_is_no_answer(engine: str) -> None:
    verdict = check(ring(2), load_model("sc"), Options(engine=engine, timeout=0))
    assert (verdict.observation, verdict.holds, verdict.as_expected) == (None, None, None)
    assert verdict.undecided == "time limit of 0 s"


@pytest.mark.parametrize("engine", ["auto", "z3"])
def test_a_timeout_is_kept_and_leaves_the_test_undecided(engine: str) -> None:
    verdict = check(ring(24), load_model("sc"), Options(engine=engine, timeout=0.3))
    assert verdict.observation is None
    assert verdict.undecided is not None
    assert "time limit" in verdict.undecided
    assert verdict.seconds < 3
    assert all(set(s.values()) <= {"0", "1"} for s in verdict.states)


def test_a_resource_limit_leaves_the_test_undecided() -> None:
    verdict = check(ring(4), load_model("sc"), Options(engine="z3", rlimit=1))
    assert verdict.observation is None
    assert verdict.undecided is not None
    assert verdict.undecided.startswith("resource limit")


def test_enough_time_and_resources_change_nothing() -> None:
    options = Options(engine="z3", timeout=60, rlimit=100_000_000)
    assert check(ring(4), load_model("sc"), options).observation == "Never"


def test_definitions_that_recur_deeply_are_followed() -> None:
    deep = model_of('"m"\nlet step = po | com\nlet rec a = step | a ; a\nand b = a | b ; a\nirreflexive b\n')
    reader = [load(f"r{i}", f"x{i % 3}") for i in range(40)]
    p = program(reader, [store(f"x{i}", 1) for i in range(3)], wanted={"0:r0": 1})
    assert check(p, deep, Options(engine="z3")).observation == "Sometimes"


def test_a_chain_of_values_through_many_threads() -> None:
    links = [[load("r", f"x{i}"), store(f"x{i + 1}", ONE_READ)] for i in range(120)]
    chain = program([store("x0", 7)], *links, wanted={"x120": 7})
    assert check(chain, load_model("sc"), Options(verdict_only=True)).observation == "Sometimes"


def test_paths_without_number_obey_the_time_limit() -> None:
    body: list[Instruction] = []
    for i in range(24):
        body += [load(f"r{i}", "x"), instruction(Branch(Reg(f"r{i}"), f"L{i}")), store("y", i)]
        body.append(Instruction("", (), (f"L{i}",)))
    verdict = check(program(body, [store("x", 1)], wanted={"y": 1}), load_model("sc"), Options(timeout=0.3))
    assert verdict.undecided == "time limit of 0.3 s"
    assert verdict.seconds < 5


# --- values out of thin air -----------------------------------------------------------------------------

ONE_READ = Reg("r")


def plus(constant: int) -> Expression:
    return Binary("+", ONE_READ, Const(constant))


def circle(first: Expression, second: Expression, arch: str = "x86") -> Program:
    """Load buffering: each thread stores what it computes from the other's store."""
    return program(
        [load("r", "x"), store("y", first)], [load("r", "y"), store("x", second)], wanted={"0:r": 42}, arch=arch
    )  # fmt: skip


@pytest.fixture(scope="module")
def coherence() -> Model:
    return model_of(f'"coherence"\n{COHERENCE}\n')


@pytest.mark.parametrize("engine", BACK_ENDS)
@pytest.mark.parametrize(
    ("first", "second"),
    [
        (ONE_READ, ONE_READ),
        (plus(1), plus(-1)),
        (plus(1), Binary("-", ONE_READ, Const(1))),
        (Binary("&", ONE_READ, Const(1)), ONE_READ),
        (Binary("^", ONE_READ, ONE_READ), ONE_READ),
        (Unary("u8", plus(128)), Unary("u8", plus(128))),
        (Unary("u64", plus(1 << 63)), Unary("u64", plus(1 << 63))),
        (plus(0), plus(0)),
        (Binary("+", ONE_READ, ONE_READ), ONE_READ),
    ],
)
def test_a_circle_that_may_have_a_solution_is_undecided(
    engine: str, first: Expression, second: Expression, coherence: Model
) -> None:
    verdict = check(circle(first, second), coherence, Options(engine=engine))
    assert verdict.observation is None
    assert verdict.undecided == "the model allows values out of thin air"


@pytest.mark.parametrize("engine", BACK_ENDS)
@pytest.mark.parametrize(("first", "second"), [(plus(1), plus(1)), (plus(-2), Unary("u8", plus(-1)))])
def test_a_circle_of_increments_has_no_execution(
    engine: str, first: Expression, second: Expression, coherence: Model
) -> None:
    verdict = check(circle(first, second), coherence, Options(engine=engine))
    assert (verdict.observation, verdict.undecided) == ("Never", None)


@pytest.mark.parametrize("engine", BACK_ENDS)
@pytest.mark.parametrize(
    ("model", "arch"), [("sc", "x86"), ("x86-tso", "x86"), ("power", "ppc"), ("armv8", "aarch64"), ("weak", "native")]
)
def test_no_bundled_model_has_values_out_of_thin_air(engine: str, model: str, arch: str) -> None:
    verdict = check(circle(ONE_READ, ONE_READ, arch), load_model(model), Options(engine=engine))
    assert (verdict.observation, verdict.undecided) == ("Never", None)
    assert [dict(s) for s in verdict.states] == [{"0:r": "0"}]


@pytest.mark.parametrize("engine", BACK_ENDS)
def test_a_constant_breaks_a_circle(engine: str, coherence: Model) -> None:
    verdict = check(circle(ONE_READ, Const(42)), coherence, Options(engine=engine))
    assert (verdict.observation, verdict.undecided) == ("Sometimes", None)


@pytest.mark.parametrize("engine", BACK_ENDS)
def test_a_circle_of_control_is_no_circle_of_values(engine: str, coherence: Model) -> None:
    """Each thread stores a constant if it reads the other's: allowed without an axiom against it."""
    def one(read: str, written: str) -> list[Instruction]:
        skip = instruction(Branch(Binary("!=", ONE_READ, Const(42)), "end"))
        return [load("r", read), skip, store(written, 42), Instruction("", (), ("end",))]

    p = program(one("x", "y"), one("y", "x"), wanted={"0:r": 42, "1:r": 42})
    assert check(p, coherence, Options(engine=engine)).observation == "Sometimes"
    assert check(p, load_model("sc"), Options(engine=engine)).observation == "Never"


def test_an_interrupt_inside_a_call_of_c_stays_one() -> None:
    class Interrupted:
        @classmethod
        def from_param(cls, value: int) -> int:
            raise KeyboardInterrupt

    call = ctypes.pythonapi["Py_IsInitialized"]
    call.argtypes = [Interrupted]
    with pytest.raises(KeyboardInterrupt), interruptible():
        call(1)


def test_other_wrong_arguments_of_c_stay_errors() -> None:
    call = ctypes.pythonapi["Py_IsInitialized"]
    call.argtypes = [ctypes.c_int]
    with pytest.raises(ctypes.ArgumentError), interruptible():
        call("x")
