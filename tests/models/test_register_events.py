"""Models that compute dependencies themselves (`catdep`): from register events, the same as the walker's taints.

`DEPENDENCIES` says in cat what addr, data, ctrl and the picks are, in terms of what happens inside instructions.  So
the two ways to the dependencies of a program check each other, and both engines are held against brute force.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from litmus.cat.algebra import evaluate_static
from litmus.cat.library import load_model
from litmus.check import Options, check
from litmus.program import Program
from litmus.source import Source
from litmus.syntax import parse
from litmus.unfold.events import EventStructure
from litmus.unfold.paths import Walker
from litmus.unfold.registers import RegisterWalker
from litmus.unfold.unfolding import unfold
from tests.strategies import ARM, brute_force, model_of, programs, state

DEPENDENCIES = """
(* A register read takes the last write before it; within one instruction there is no order of register accesses. *)
let reaches = [Wreg] ; (loc & (po | same-instance)) ; [Rreg]
let overwritten = [Wreg] ; (loc & po) ; [Wreg] ; (loc & po) ; [Rreg]
let rf-register = reaches \\ overwritten

(* From a read to the register reads that its value reaches, by data; and where a condition picked it, too. *)
let loaded = [R] ; iico_data ; [Wreg]
let decides = iico_data ; [B] ; iico_ctrl
let flows = loaded ; (rf-register ; iico_data ; [Wreg])* ; rf-register
let picks = loaded ; (rf-register ; (iico_data | decides) ; [Wreg])* ; rf-register

let to-address(source) = (source ; [ADDR] ; iico_data ; [M]) \\ same-instance
let to-value(source) = (source ; [DATA] ; iico_data ; [W]) \\ same-instance
let to-branch(source) = source ; iico_data ; [BCC] ; po

let addr = to-address(flows)
let data = to-value(flows)
let ctrl = to-branch(flows)
let pick-addr = to-address(picks)
let pick-data = to-value(picks)
let pick-ctrl = to-branch(picks)
let pick-basic = pick-addr | pick-data | picks ; decides ; [M]
"""

NAMES = ("addr", "data", "ctrl", "pick-addr", "pick-data", "pick-ctrl", "pick-basic")

ARMV8 = load_model("armv8")
BY_REGISTERS = model_of(f'"by registers"\n(* target: aarch64 *)\ncatdep\n{DEPENDENCIES}\ninclude "armv8.cat"\n')
SEEN = model_of(
    '"what is computed"\n(* target: aarch64 *)\ncatdep\n'
    + DEPENDENCIES
    + "".join(f"flag ~empty {name} & ((M | F) * (M | F)) as {name}\n" for name in NAMES)
)
"""Flags for each computed dependency; their nodes are what a test looks at."""

Pairs = set[tuple[str, str, int, int]]
"""Pairs of memory events and fences: (kind, kind, ordinal, ordinal) among those of an event structure."""


def of_memory(structure: EventStructure, relation: int) -> Pairs:
    """The pairs of a relation between memory events and fences, named by their place among these."""
    kept = [i for i, event in enumerate(structure.events) if event.kind in ("R", "W", "F")]
    place, events = {i: n for n, i in enumerate(kept)}, structure.events
    pairs = structure.universe.pairs_of(relation)
    return {(events[i].kind, events[j].kind, place[i], place[j]) for i, j in pairs if i in place and j in place}


def computed(structure: EventStructure) -> dict[str, Pairs]:
    """The dependencies that the model computes from register events."""
    theory = SEEN.theory(structure.signature)
    values = evaluate_static(theory, structure)
    return {check.name: of_memory(structure, values[check.node.id]) for check in theory.checks}


def tainted(structure: EventStructure) -> dict[str, Pairs]:
    """The dependencies that the walker finds by taints."""
    return {name: of_memory(structure, structure.relations[name]) for name in NAMES}


def agree(program: Program) -> dict[str, Pairs]:
    """Asserts that both ways to dependencies agree on every case of a program; gives those of the first."""
    plain = [tainted(structure) for structure in unfold(program).structures()]
    assert [computed(structure) for structure in unfold(program, walker=RegisterWalker).structures()] == plain
    return plain[0]


def arm(threads: str, memory: str = "x=0; y=0;", question: str = "exists (x=0)") -> Program:
    """An AArch64 program: X1 is the address of x, X2 that of y, in each of its threads."""
    places = " ".join(f"{t}:X1=x; {t}:X2=y;" for t in range(threads.splitlines()[0].count("|") + 1))
    return parse(Source("t.litmus", f"AArch64 t\n{{ {memory} {places} }}\n{threads}\n{question}\n"))


def column(*instructions: str) -> str:
    """The table of one thread."""
    return "\n".join(f" {line} ;" for line in ("P0", *instructions))


# --- what flows where -----------------------------------------------------------------------------------

LOAD, STORE = "LDR W0,[X1]", "STR W3,[X2]"


@pytest.mark.parametrize(
    ("between", "name"),
    [
        ((), None),
        (("MOV W3,W0",), "data"),
        (("EOR W3,W0,W0",), "data"),
        (("ADD W4,W0,#1", "EOR W5,W4,W4", "ADD W3,W5,#1"), "data"),
        (("MOV W3,W0", "MOV W3,#1"), None),
        (("CBNZ W0,L", "L:"), "ctrl"),
        (("CMP W0,#1", "B.EQ L", "L:"), "ctrl"),
        (("CMP W0,#1", "CMP W5,#1", "B.EQ L", "L:"), None),
        (("CMP W0,#1", "CSEL W3,W5,W6,EQ"), "pick-data"),
        (("CMP W5,#1", "CSEL W3,W0,W6,EQ"), None),
        (("CMP W5,#0", "CSEL W3,W0,W6,EQ"), "data"),
        (("CMP W0,#1", "CSET W5,EQ", "CBZ W5,L", "L:"), "pick-ctrl"),
        (("EOR W5,W0,W0", "ADD X2,X2,W5,SXTW"), "addr"),
        (("CMP W0,#1", "CSEL X2,X2,X2,EQ"), "pick-addr"),
    ],
    ids=lambda value: " ; ".join(value) if isinstance(value, tuple) else str(value),
)
def test_what_flows_through_registers_and_flags(between: tuple[str, ...], name: str | None) -> None:
    found = agree(arm(column(LOAD, *between, STORE)))
    expected = {name, f"pick-{name}".replace("pick-pick-", "pick-")} if name else set()
    assert {name for name in NAMES[:6] if ("R", "W", 2, 3) in found[name]} == expected


def test_a_dependency_does_not_pass_through_memory() -> None:
    found = agree(arm(column("LDR W0,[X1]", "STR W0,[X2]", "LDR W3,[X2]", "STR W3,[X1]")))
    assert found["data"] == {("R", "W", 2, 3), ("R", "W", 4, 5)}


def test_the_parts_of_an_atomic_instruction_do_not_depend_on_each_other() -> None:
    found = agree(arm(column("LDR W0,[X1]", "LDADD W0,W3,[X2]", "STR W3,[X1]")))
    assert found["data"] == {("R", "W", 2, 4), ("R", "W", 3, 5)}


# --- verdicts -------------------------------------------------------------------------------------------

WEAK = r"exists (1:X0=1 /\ 1:X3=0)"
PROGRAMS = {
    "MP+dmb+addr": (" P0 | P1 ;\n MOV W0,#1 | LDR W0,[X2] ;\n STR W0,[X1] | EOR W4,W0,W0 ;\n"
                    " DMB SY | ADD X1,X1,W4,SXTW ;\n STR W0,[X2] | LDR W3,[X1] ;", WEAK, "Never"),
    "MP+dmb+ctrl": (" P0 | P1 ;\n MOV W0,#1 | LDR W0,[X2] ;\n STR W0,[X1] | CBNZ W0,L ;\n"
                    " DMB SY | L: ;\n STR W0,[X2] | LDR W3,[X1] ;", WEAK, "Sometimes"),
    "MP+dmb+flags-isb": (" P0 | P1 ;\n MOV W0,#1 | LDR W0,[X2] ;\n STR W0,[X1] | CMP W0,#1 ;\n"
                         " DMB SY | B.NE L ;\n STR W0,[X2] | L: ISB ;\n | LDR W3,[X1] ;", WEAK, "Never"),
    "LB+datas": (" P0 | P1 ;\n LDR W0,[X1] | LDR W0,[X2] ;\n STR W0,[X2] | STR W0,[X1] ;",
                 r"exists (0:X0=1 /\ 1:X0=1)", "Never"),
    "LB+data+memory": (" P0 | P1 ;\n LDR W0,[X1] | LDR W0,[X2] ;\n EOR W4,W0,W0 | MOV W5,#1 ;\n"
                       " ADD W4,W4,#1 | STR W5,[X1] ;\n STR W4,[X2] | ;", r"exists (0:X0=1 /\ 1:X0=1)", "Sometimes"),
    "LB+csel": (" P0 | P1 ;\n LDR W0,[X1] | LDR W0,[X2] ;\n CMP W0,#5 | MOV W3,#1 ;\n"
                " CSINC W3,WZR,WZR,EQ | EOR W4,W0,W0 ;\n STR W3,[X2] | ADD W3,W3,W4 ;\n | STR W3,[X1] ;",
                r"exists (0:X0=1 /\ 1:X0=1)", "Never"),
    "increments": (" P0 | P1 ;\n MOV W3,#1 | MOV W3,#1 ;\n LDADD W3,W0,[X1] | LDADD W3,W0,[X1] ;",
                   "exists (x=1)", "Never"),
}  # fmt: skip


@pytest.mark.parametrize("name", PROGRAMS)
def test_verdicts_from_register_events(name: str) -> None:
    threads, question, expected = PROGRAMS[name]
    program = arm(threads, question=question)
    agree(program)
    answer = set(brute_force(program, BY_REGISTERS).states)
    for engine in ("auto", "table", "z3"):
        verdict = check(program, BY_REGISTERS, Options(engine=engine))
        assert verdict.observation == expected
        assert {state(s) for s in verdict.states} == answer
    assert check(program, ARMV8).states == check(program, BY_REGISTERS).states


@settings(max_examples=60)
@given(data=st.data())
def test_random_programs_have_the_same_dependencies_either_way(data: st.DataObject) -> None:
    agree(data.draw(programs(ARM, 200)))


@settings(max_examples=15)
@given(data=st.data())
def test_random_programs_by_three_ways(data: st.DataObject) -> None:
    program = data.draw(programs(ARM, 100))
    answer = brute_force(program, BY_REGISTERS)
    verdicts = [check(program, BY_REGISTERS, Options(engine=engine)) for engine in ("table", "z3")]
    for verdict in verdicts:
        assert verdict.undecided is None
        assert {state(s) for s in verdict.states} == set(answer.states)
    assert set(answer.states) == set(brute_force(program, ARMV8).states)


def test_only_models_that_ask_for_register_events_get_them() -> None:
    assert (BY_REGISTERS.registers, ARMV8.registers) == (True, False)
    program = arm(column(LOAD, "CBNZ W0,L", "L:", STORE))
    plain, detailed = (next(unfold(program, walker=walker).structures()) for walker in (Walker, RegisterWalker))
    assert {event.kind for event in plain.events} == {"R", "W"}
    assert {event.kind for event in detailed.events} == {"R", "W", "Rreg", "Wreg", "B"}
