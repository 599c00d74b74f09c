"""RISC-V: what instructions do (run on one thread), tags of their events, one operation of an AMO, errors."""

import json
import os
from pathlib import Path

import pytest

from litmus import Options, check, load_model, syntax
from litmus.errors import UnsupportedError
from litmus.program import Assign, Binary, Branch, Const, Fence, Load, Pointer, Reg, Store, StoreConditional
from litmus.source import Source
from litmus.syntax.riscv.front import instruction, register

X = frozenset({"X"})
CORPORA = Path(os.environ.get("LITMUS_CORPORA", Path(__file__).parents[3] / "shared" / "corpora"))


def run(code: str, *wanted: str, initial: str = "x=0;") -> list[str]:
    """The final values of what is wanted after a run of one thread; x31 points to x."""
    text = f"RISCV T {{ {initial} 0:x31=x; }} P0 ; {code} ; locations [x;{';'.join(wanted)}] exists true"
    (state,) = check(syntax.parse(Source("t", text)), load_model("sc")).states
    return [state[name] for name in wanted]


def observation(text: str, model: str = "riscv") -> str | None:
    return check(syntax.parse(Source("t", text)), load_model(model)).observation


@pytest.mark.parametrize(
    ("name", "found"),
    [("x0", "x0"), ("zero", "x0"), ("ra", "x1"), ("t0", "x5"), ("s0", "x8"), ("fp", "x8"), ("a0", "x10"), ("s2", "x18"),
     ("s11", "x27"), ("t3", "x28"), ("T6", "x31"), ("%a", "%a"), ("x32", None), ("a8", None), ("EAX", None)],
)  # fmt: skip
def test_registers(name: str, found: str | None) -> None:
    assert register(name) == found


def test_all_names_of_a_register_are_one_in_results() -> None:
    text = "RISCV T { 0:s0=x; x=3; } P0 ; lw a0,0(fp) ; exists (0:x10=3 /\\ 0:a0=3)"
    verdict = check(syntax.parse(Source("t", text)), load_model("riscv"))
    assert verdict.states == ({"0:x10": "3"},) and verdict.observation == "Always"


def test_symbolic_registers_belong_to_every_thread_that_uses_them() -> None:
    text = "RISCV T { %a=x; 1:%b=y; } P0 | P1 ; li x5,1 | lw x5,0(%a) ; sw x5,0(%a) | sw x5,0(%b) ; exists (y=1)"
    program = syntax.parse(Source("t", text))
    assert program.registers == {(0, "%a"): Pointer("x"), (1, "%a"): Pointer("x"), (1, "%b"): Pointer("y")}
    assert observation(text) == "Sometimes"


def test_dependencies_are_kept() -> None:
    assert instruction("xor x3,x1,x1") == (Assign("x3", Binary("^", Reg("x1"), Reg("x1"))),)
    assert instruction("andi x3,x1,0") == (Assign("x3", Binary("&", Reg("x1"), Const(0))),)


def test_accesses() -> None:
    assert instruction("lw x1,(x2)") == instruction("lw x1,0(x2)") == (Load("x1", Reg("x2")),)
    assert instruction("ld x1,-8(x2)") == (Load("x1", Binary("+", Reg("x2"), Const(-8))),)
    assert instruction("sd x0,0(x2)") == (Store(Reg("x2"), Const(0)),)
    assert instruction("lw x0,0(x2)") == (Load(None, Reg("x2")),)
    assert instruction("lr.d x1,0(x2)") == (Load("x1", Reg("x2"), X, exclusive=True),)
    store = StoreConditional("x3", Reg("x2"), Reg("x1"), X | {"Rel"}, status_depends="store")
    assert instruction("sc.d.rl x3,x1,(x2)") == (store,)


@pytest.mark.parametrize(
    ("code", "tags"),
    [
        ("lw.aq x1,0(x2)", {"Acq"}),
        ("sw.rl x1,0(x2)", {"Rel"}),
        ("lr.w.aq x1,(x2)", {"X", "Acq"}),
        ("lr.w.rl x1,(x2)", {"X"}),
        ("lr.w.aqrl x1,(x2)", {"X", "AcqRel"}),
        ("sc.w.aq x3,x1,(x2)", {"X"}),
        ("sc.w.aq.rl x3,x1,(x2)", {"X", "AcqRel"}),
        ("amoadd.w x3,x1,(x2)", {"X", "AMO"}),
        ("amoswap.d.aq x3,x1,(x2)", {"X", "AMO", "Acq"}),
        ("amomaxu.d.aqrl x3,x1,(x2)", {"X", "AMO", "AcqRel"}),
        ("fence", {"Fence.rw.rw"}),
        ("fence r,rw", {"Fence.r.rw"}),
        ("fence iorw,ow", {"Fence.rw.w"}),
        ("fence.tso", {"Fence.tso"}),
        ("fence.i", {"Fence.i"}),
    ],
)
def test_tags(code: str, tags: set[str]) -> None:
    events = [o for o in instruction(code) if isinstance(o, Load | Store | StoreConditional | Fence)]
    assert events and all(event.tags == tags for event in events)


@pytest.mark.parametrize(
    ("code", "wanted", "expected"),
    [
        ("li x5,-3 ; sw x5,0(x31) ; lw x6,0(x31) ; addi x6,x6,1", "0:x6", "-2"),
        ("li x5,-1 ; sw x5,0(x31) ; lwu x6,0(x31)", "0:x6", "4294967295"),
        ("ori x5,x0,1 ; ori x6,x5,6 ; xori x6,x6,2 ; andi x6,x6,13", "0:x6", "5"),
        ("li x5,6 ; li x6,3 ; sub x7,x5,x6 ; neg x7,x7 ; add x7,x7,x5", "0:x7", "3"),
        ("li x5,1 ; slli x5,x5,63 ; srai x5,x5,62", "0:x5", "-2"),
        ("li x5,-1 ; srli x5,x5,60", "0:x5", "15"),
        ("li x5,-1 ; srliw x5,x5,28", "0:x5", "15"),
        ("li x5,1 ; slliw x5,x5,31", "0:x5", "-2147483648"),
        ("lui x5,524288", "0:x5", "-2147483648"),
        ("li x5,-1 ; zext.w x5,x5 ; addiw x5,x5,1", "0:x5", "0"),
        ("li x5,-1 ; sltiu x6,x5,1 ; slti x7,x5,1 ; sub x6,x6,x7", "0:x6", "-1"),
        ("li x5,7 ; li x0,9 ; add x5,x5,x0 ; mv x6,x5", "0:x6", "7"),
        ("li x5,2 ; seqz x6,x5 ; snez x7,x5 ; sub x6,x6,x7", "0:x6", "-1"),
        ("la x5,x ; li x6,4 ; sw x6,0(x5) ; lw x7,0(x31)", "0:x7", "4"),
        ("li x5,2 ; amoadd.w x6,x5,(x31) ; amoswap.w x7,x5,(x31)", "0:x7", "2"),
        ("li x5,-1 ; amoswap.w x0,x5,(x31) ; li x5,1 ; amomaxu.w x6,x5,(x31) ; lw x7,0(x31)", "0:x7", "-1"),
        ("li x5,-1 ; amoswap.w x0,x5,(x31) ; li x5,1 ; amomax.w x6,x5,(x31) ; lw x7,0(x31)", "0:x7", "1"),
        ("li x5,6 ; sw x5,0(x31) ; li x5,3 ; amoxor.w x6,x5,(x31) ; amoand.w x7,x5,(x31)", "0:x7", "5"),
    ],
)
def test_values(code: str, wanted: str, expected: str) -> None:
    assert run(code, wanted) == [expected]


TAKEN = {(1, 2): {"bne", "blt", "ble", "bltu", "bleu"}, (2, 2): {"beq", "bge", "ble", "bgeu", "bleu"},
         (-1, 2): {"bne", "blt", "ble", "bgtu", "bgeu"}, (3, -2): {"bne", "bgt", "bge", "bltu", "bleu"}}  # fmt: skip


@pytest.mark.parametrize(("left", "right"), TAKEN)
def test_branches(left: int, right: int) -> None:
    for branch in ("beq", "bne", "blt", "bge", "bgt", "ble", "bltu", "bgeu", "bgtu", "bleu"):
        code = f"li x5,{left} ; li x6,{right} ; {branch} x5,x6,L ; li x9,1 ; L:"
        assert run(code, "0:x9") == ["0" if branch in TAKEN[left, right] else "1"], branch


@pytest.mark.parametrize(("branch", "taken"), [("beqz", "0"), ("bnez", "-1 1"), ("bltz", "-1"), ("bgez", "0 1"),
                                               ("bgtz", "1"), ("blez", "-1 0")])  # fmt: skip
def test_branches_on_zero(branch: str, taken: str) -> None:
    for value in ("-1", "0", "1"):
        expected = "0" if value in taken.split() else "1"
        assert run(f"li x5,{value} ; {branch} x5,L ; li x9,1 ; L:", "0:x9") == [expected]


def test_jump() -> None:
    assert instruction("j L") == (Branch(None, "L"),)


def test_numbers_of_an_initial_state_are_as_wide_as_the_accesses() -> None:
    assert run("lw x5,0(x31)", "0:x5", "x", initial="x=0xffffffff;") == ["-1", "-1"]
    assert run("ld x5,0(x31)", "0:x5", initial="x=0xffffffff;") == ["4294967295"]


# --- order ------------------------------------------------------------------------------------------------


def message(sent: str, received: str) -> str:
    """Message passing: `sent` between the writes of P0 (x5 is 1), `received` between the reads of P1."""
    first = ["li x5,1", "sw x5,0(x6)", *sent.split(";"), "sw x5,0(x8)"]
    second = ["lw x5,0(x8)", *received.split(";"), "lw x7,0(x6)"]
    first += [""] * (len(second) - len(first))
    second += [""] * (len(first) - len(second))
    table = "".join(f"{a} | {b} ;\n" for a, b in zip(first, second, strict=True))
    head = "RISCV MP { 0:x6=x; 0:x8=y; 1:x6=x; 1:x8=y; 0:x9=z; 1:x9=z; } P0 | P1 ;\n"
    return f"{head}{table}exists (1:x5=1 /\\ 1:x7=0)"


@pytest.mark.parametrize(
    ("sent", "received", "expected"),
    [
        ("", "", "Sometimes"),
        ("fence w,w", "", "Sometimes"),
        ("fence w,w", "fence r,r", "Never"),
        ("fence w,r", "fence r,r", "Sometimes"),
        ("fence.tso", "fence.tso", "Never"),
        ("fence.i", "fence rw,rw", "Sometimes"),
        ("fence rw,w", "fence.i", "Sometimes"),
        ("amoadd.w.aqrl x10,x5,(x9)", "amoadd.w.aqrl x10,x5,(x9)", "Never"),
        ("amoadd.w.rl x10,x5,(x9)", "fence r,r", "Sometimes"),
        ("amoadd.w.aqrl x10,x5,(x9)", "amoadd.w x10,x5,(x9)", "Sometimes"),
    ],
)
def test_message_passing(sent: str, received: str, expected: str) -> None:
    assert observation(message(sent, received)) == expected


SUCCESS = """RISCV SC { 0:x6=x; 0:x8=y; 1:x6=x; 1:x8=y; }
 P0               | P1          ;
 li x5,1          | lw x9,0(x8) ;
 lr.w x7,(x6)     | fence rw,rw ;
 sc.w x10,x5,(x6) | lw x10,0(x6) ;
 bnez x10,L       | ;
 sw x5,0(x8)      | ;
 L:               | ;
exists (0:x10=0 /\\ 1:x9=1 /\\ 1:x10=0)"""


def test_a_branch_on_the_status_waits_for_the_store() -> None:
    """The success of an SC is a result of its store: rule 11 of RVWMO with the store as the first access."""
    assert observation(SUCCESS) == "Never"
    assert observation(SUCCESS.replace("bnez x10,L ", "bnez x0,L  ")) == "Sometimes"


ONE = """RISCV AMO { 0:x6=x; 0:x8=y; 1:x6=x; 1:x8=y; }
 P0                   | P1           ;
 li x5,1              | li x5,1      ;
 sw x5,0(x6)          | sw x5,0(x8)  ;
 amoadd.w x10,x5,(x6) | fence rw,rw  ;
 xor x11,x10,x10      | lw x10,0(x6) ;
 add x12,x8,x11       | ;
 lw x13,0(x12)        | ;
exists (0:x13=0 /\\ 1:x10=0)"""


def test_an_amo_is_one_operation() -> None:
    """What comes before its write also comes before what depends on its read."""
    assert observation(ONE) == "Never"


@pytest.mark.parametrize(
    ("address", "operand", "behind", "expected"),
    [
        ("x29", "x5", "sw x6,0(x30)", "Sometimes"),  # data of the AMO: the write behind may go first
        ("x29", "x5", "sw x6,0(x29); sw x6,0(x30)", "Sometimes"),
        ("x9", "x6", "sw x6,0(x30)", "Never"),  # its address: rule 13
        ("x30", "x5", "nop", "Never"),  # its own write waits for its data: rule 10
    ],
)
def test_what_an_amo_combines_is_data(address: str, operand: str, behind: str, expected: str) -> None:
    first = ["lw x5,0(x30)", "fence rw,rw", "ori x6,x0,1", "sw x6,0(x28)"]
    other = ["lw x5,0(x28)", "xor x8,x5,x5", "add x9,x29,x8", "ori x6,x0,1", f"amoadd.w x7,{operand},({address})"]
    other += behind.split("; ")
    first += [""] * (len(other) - len(first))
    pointers = " ".join(f"{thread}:x28=x; {thread}:x29=y; {thread}:x30=z;" for thread in (0, 1))
    rows = "\n".join(f"{a} | {b} ;" for a, b in zip(first, other, strict=True))
    text = f"RISCV T {{ {pointers} }}\nP0 | P1 ;\n{rows}\nexists (0:x5=1 /\\ 1:x5=1)"
    assert observation(text) == expected


def test_atomics_are_atomic() -> None:
    head = "RISCV T { 0:x6=x; 1:x6=x; } P0 | P1 ; li x5,1 | li x5,1 ;"
    assert observation(f"{head} amoadd.w x7,x5,(x6) | amoadd.w x7,x5,(x6) ; exists x=1") == "Never"
    pair = "lr.w x7,(x6) | lr.w x7,(x6) ; add x5,x7,x5 | add x5,x7,x5 ; sc.w x8,x5,(x6) | sc.w x8,x5,(x6) ;"
    assert observation(f"{head} {pair} exists (0:x8=0 /\\ 1:x8=0 /\\ x=1)") == "Never"
    assert observation(f"{head} {pair} exists (0:x8=0 /\\ 1:x8=0 /\\ x=2)") == "Sometimes"


# --- errors -----------------------------------------------------------------------------------------------


def test_accesses_of_two_sizes_to_one_location_are_refused() -> None:
    text = "RISCV T { 0:x6=x; } P0 ; sb x5,0(x6) ; lw x7,0(x6) ; exists x=1"
    with pytest.raises(UnsupportedError, match="mixed-size"):
        syntax.parse(Source("t", text))


@pytest.mark.parametrize("engine", ["auto", "z3"])
def test_the_corpus(engine: str) -> None:
    """A sample of the public suite, with the whole state sets that the reference computes."""
    known = CORPORA / "riscv.expected.jsonl"
    if not known.is_file():
        pytest.skip("no corpora beside the project")
    model = load_model("riscv")
    for line in known.read_text(encoding="utf-8").splitlines()[:: 12 if engine == "auto" else 60]:
        row = json.loads(line)
        program = syntax.parse(Source(row["path"], (CORPORA / row["path"]).read_text(encoding="utf-8")))
        verdict = check(program, model, Options(engine=engine))
        found = {tuple(sorted(state.items())) for state in verdict.states}
        assert (row["path"], verdict.observation) == (row["path"], row["observation"])
        assert found == {tuple(sorted((k.strip("[]"), v) for k, v in state.items())) for state in row["states"]}
