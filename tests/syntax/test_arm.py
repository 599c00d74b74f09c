"""32-bit ARM: what instructions do (run on one thread), tags of their events, the published verdicts, errors."""

import pytest

from litmus import check, load_model, syntax
from litmus.errors import UnsupportedError
from litmus.program import Assign, Binary, Branch, Const, Fence, Load, Pointer, Reg, Store, StoreConditional
from litmus.source import Source
from litmus.syntax.arm.front import instruction, register

X = frozenset({"X"})


def run(code: str, *wanted: str, initial: str = "x=0;") -> list[str]:
    """The final values of what is wanted after a run of one thread; R12 points to x."""
    text = f"ARM T {{ {initial} 0:R12=x; }} P0 ; {code} ; locations [x;{';'.join(wanted)}] exists true"
    (state,) = check(syntax.parse(Source("t", text)), load_model("sc")).states
    return [state[name] for name in wanted]


def observation(text: str) -> str | None:
    return check(syntax.parse(Source("t", text)), load_model("armv7")).observation


@pytest.mark.parametrize(
    ("name", "found"),
    [("R0", "R0"), ("r14", "R14"), ("LR", "R14"), ("fp", "R11"), ("%x0", "%x0"), ("R15", None), ("PC", None),
     ("X0", None)],
)  # fmt: skip
def test_registers(name: str, found: str | None) -> None:
    assert register(name) == found


def test_dependencies_are_kept() -> None:
    assert instruction("EOR R3,R1,R1") == (Assign("R3", Binary("^", Reg("R1"), Reg("R1"))),)
    assert instruction("LDR R4,[R3,R5]") == (Load("R4", Binary("+", Reg("R3"), Reg("R5"))),)


def test_accesses() -> None:
    assert instruction("LDR R1,[R2]") == instruction("ldr r1,r2") == (Load("R1", Reg("R2")),)
    moved = Binary("+", Reg("R2"), Const(4))
    assert instruction("LDR R1,[R2,#4]") == (Load("R1", moved),)
    assert instruction("LDR R1,[R2,#4]!") == (Load("R1", moved), Assign("R2", moved))
    assert instruction("STR R1,[R2],#4") == (Store(Reg("R2"), Reg("R1")), Assign("R2", moved))
    assert instruction("LDREX R1,[R2]") == (Load("R1", Reg("R2"), X, exclusive=True),)
    store = StoreConditional("R3", Reg("R2"), Reg("R1"), X, status_depends="operands")
    assert instruction("STREX R3,R1,[R2]") == (store,)


@pytest.mark.parametrize(
    ("code", "tag"),
    [("DMB", "DMB"), ("DMB SY", "DMB"), ("dmb ish", "DMB.ISH"), ("DMB ISHST", "DMB.ISHST"), ("DSB ST", "DSB.ST"),
     ("DSB", "DSB"), ("ISB", "ISB"), ("DMB UN", "DMB.NSH")],
)  # fmt: skip
def test_barriers(code: str, tag: str) -> None:
    assert instruction(code) == (Fence(frozenset({tag})),)


@pytest.mark.parametrize(
    ("code", "wanted", "expected"),
    [
        ("MOV R1,#-3 ; STR R1,[R12] ; LDR R2,[R12] ; ADD R2,R2,#1", "0:R2", "-2"),
        ("MOV R1,#6 ; MOV R2,#3 ; SUB R3,R1,R2 ; RSB R3,R3,#1", "0:R3", "-2"),
        ("MOV R1,#6 ; ORR R1,R1,#1 ; AND R1,#13 ; BIC R1,R1,#4", "0:R1", "1"),
        ("MOV R1,#1 ; ADD R2,R1,R1,LSL #3", "0:R2", "9"),
        ("MVN R1,#0 ; LSR R2,R1,#28 ; ASR R3,R1,#28 ; ADD R2,R2,R3", "0:R2", "14"),
        ("MOV R1,#1 ; LSL R1,R1,#31 ; SUB R1,R1,#1", "0:R1", "2147483647"),
        ("MOVW R1,#4660 ; MOVT R1,#1", "0:R1", "70196"),
        ("MOV R1,#5 ; MUL R2,R1,R1", "0:R2", "25"),
        ("MOV R1,#1 ; CMP R1,#1 ; MOVEQ R2,#7 ; MOVNE R2,#8", "0:R2", "7"),
        ("MOV R1,#-1 ; CMP R1,#1 ; MOVHI R2,#7 ; MOVGT R3,#8 ; ADD R2,R2,R3", "0:R2", "7"),
        ("MOV R1,#1 ; SUBS R1,R1,#1 ; BNE L ; MOV R9,#1 ; L:", "0:R9", "1"),
        ("MOV R1,#6 ; TST R1,#1 ; BNE L ; MOV R9,#1 ; L:", "0:R9", "1"),
        ("MOV R1,#2 ; ANDS R2,R1,#2 ; BEQ L ; MOV R9,#1 ; L:", "0:R9", "1"),
    ],
)
def test_values(code: str, wanted: str, expected: str) -> None:
    assert run(code, wanted) == [expected]


TAKEN = {(1, 2): {"BNE", "BLT", "BLE", "BLO", "BCC", "BLS", "BMI"}, (2, 2): {"BEQ", "BGE", "BLE", "BHS", "BLS", "BPL"},
         (-1, 2): {"BNE", "BLT", "BLE", "BHI", "BHS", "BCS", "BMI"}}  # fmt: skip
TAKEN[2, 2].add("BCS")


@pytest.mark.parametrize(("left", "right"), TAKEN)
def test_branches(left: int, right: int) -> None:
    codes = ["BEQ", "BNE", "BLT", "BLE", "BGT", "BGE", "BLO", "BCC", "BLS", "BHI", "BHS", "BCS", "BMI", "BPL"]
    for branch in codes:
        code = f"MOV R1,#{left} ; CMP R1,#{right} ; {branch} L ; MOV R9,#1 ; L:"
        assert run(code, "0:R9") == ["0" if branch in TAKEN[left, right] else "1"], branch


def test_branches_without_flags() -> None:
    assert instruction("B L") == (Branch(None, "L"),)
    assert run("CBZ R1,L ; MOV R9,#1 ; L:", "0:R9") == run("MOV R1,#1 ; CBNZ R1,L ; MOV R9,#1 ; L:", "0:R9") == ["0"]


def test_numbers_of_an_initial_state_are_signed() -> None:
    assert run("LDR R1,[R12]", "0:R1", "x", "0:R2", initial="x=0xffffffff; 0:R2=4294967294;") == ["-1", "-1", "-2"]


def test_symbolic_registers() -> None:
    program = syntax.parse(Source("t", "ARM T { %x0=x; } P0 ; MOV R0,#1 ; STR R0,[%x0] ; exists (x=1)"))
    assert program.registers == {(0, "%x0"): Pointer("x")}


# --- order ------------------------------------------------------------------------------------------------


def test_what_a_conditional_move_leaves_alone() -> None:
    """The result depends on what was chosen, not on the condition: as the published simulator has it."""
    text = message("DMB", "CMP R0,#1", "MOVEQ R3,#0", "LDR R4,[R1,R3]")
    assert observation(text) == "Sometimes"


def message(between: str, *received: str) -> str:
    """Message passing from x to y; P1 reads y into R0, and x, to which R1 points, into R4."""
    first = ["MOV R0,#1", "STR R0,[R1]", between, "STR R0,[R2]"]
    second = ["LDR R0,[R2]", *received]
    first += [""] * (len(second) - len(first))
    second += [""] * (len(first) - len(second))
    table = "".join(f"{a} | {b} ;\n" for a, b in zip(first, second, strict=True))
    return f"ARM MP {{ 0:R1=x; 0:R2=y; 1:R1=x; 1:R2=y; }} P0 | P1 ;\n{table}exists (1:R0=1 /\\ 1:R4=0)"


CTRL = ("CMP R0,#1", "BNE L", "L:")


@pytest.mark.parametrize(
    ("between", "received", "expected"),
    [
        ("", ("LDR R4,[R1]",), "Sometimes"),
        ("DMB", ("LDR R4,[R1]",), "Sometimes"),
        ("DMB", ("DMB", "LDR R4,[R1]"), "Never"),
        ("DMB ST", ("DMB", "LDR R4,[R1]"), "Never"),
        ("DMB ST", ("DMB ST", "LDR R4,[R1]"), "Sometimes"),
        ("DSB ISHST", ("DMB ISH", "LDR R4,[R1]"), "Never"),
        ("DMB NSH", ("DMB", "LDR R4,[R1]"), "Sometimes"),
        ("DMB", (*CTRL, "LDR R4,[R1]"), "Sometimes"),
        ("DMB", (*CTRL, "ISB", "LDR R4,[R1]"), "Never"),
        ("DMB", ("ISB", "LDR R4,[R1]"), "Sometimes"),
        ("DMB", ("EOR R3,R0,R0", "LDR R4,[R1,R3]"), "Never"),
    ],
)
def test_message_passing(between: str, received: tuple[str, ...], expected: str) -> None:
    assert observation(message(between, *received)) == expected


def test_not_multi_copy_atomic() -> None:
    """WRC with a data dependency is allowed, as on Power; with a barrier in its place it is not."""
    text = """ARM WRC { 0:R1=x; 1:R1=x; 1:R2=y; 2:R1=x; 2:R2=y; }
     P0          | P1          | P2          ;
     MOV R0,#1   | LDR R0,[R1] | LDR R0,[R2] ;
     STR R0,[R1] | BETWEEN     | DMB         ;
                 | STR R0,[R2] | LDR R4,[R1] ;
    exists (1:R0=1 /\\ 2:R0=1 /\\ 2:R4=0)"""
    assert [observation(text.replace("BETWEEN", between)) for between in ("", "DMB")] == ["Sometimes", "Never"]


def test_exclusives_are_atomic() -> None:
    code = "LDREX R0,[R1] | LDREX R0,[R1] ; ADD R0,R0,#1 | ADD R0,R0,#1 ; STREX R3,R0,[R1] | STREX R3,R0,[R1] ;"
    text = f"ARM T {{ 0:R1=x; 1:R1=x; }} P0 | P1 ; {code} exists (0:R3=0 /\\ 1:R3=0 /\\ x="
    assert [observation(f"{text}{value})") for value in (1, 2)] == ["Never", "Sometimes"]


# --- errors -----------------------------------------------------------------------------------------------


def test_flags_that_are_not_known_are_refused() -> None:
    code = "ARM T {{ }} P0 ; {} R1,R2,R3 ; BGE L ; MOV R4,#1 ; L: ; exists (0:R4=1)"
    assert observation(code.format("SUBS")) == "Never"
    with pytest.raises(UnsupportedError, match="carry or overflow"):
        syntax.parse(Source("t", code.format("ADDS")))
