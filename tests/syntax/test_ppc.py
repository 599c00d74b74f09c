"""PPC: what instructions do (run on one thread), tags of their events, condition fields, errors."""

import pytest

from litmus import check, load_model, syntax
from litmus.program import Assign, Binary, Branch, Const, Fence, Load, Reg, Store, StoreConditional
from litmus.source import Source
from litmus.syntax.ppc.front import instruction, register

X = frozenset({"X"})


def run(code: str, *wanted: str, initial: str = "x=0;") -> list[str]:
    """The final values of what is wanted after a run of one thread; r31 points to x."""
    text = f"PPC T {{ {initial} 0:r31=x; }} P0 ; lwz r30,0(r31) ; {code} ; locations [x;{';'.join(wanted)}] exists true"
    (state,) = check(syntax.parse(Source("t", text)), load_model("sc")).states
    return [state[name] for name in wanted]


def observation(text: str) -> str | None:
    return check(syntax.parse(Source("t", text)), load_model("power")).observation


@pytest.mark.parametrize(("name", "found"), [("r0", "r0"), ("R31", "r31"), ("r32", None), ("cr0", None), ("EAX", None)])
def test_registers(name: str, found: str | None) -> None:
    assert register(name) == found


def test_dependencies_are_kept() -> None:
    assert instruction("xor r3,r1,r1") == (Assign("r3", Binary("^", Reg("r1"), Reg("r1"))),)
    assert instruction("lwzx r4,r3,r5") == (Load("r4", Binary("+", Reg("r3"), Reg("r5"))),)


def test_accesses() -> None:
    assert instruction("lwz r1,0(r2)") == instruction("lwz r1,0,r2") == (Load("r1", Reg("r2")),)
    assert instruction("ld r1,8(r2)") == (Load("r1", Binary("+", Reg("r2"), Const(8))),)
    assert instruction("std r1,0(r2)") == (Store(Reg("r2"), Reg("r1")),)
    for base in ("r0", "0"):
        assert instruction(f"lwarx r1,{base},r2") == (Load("r1", Reg("r2"), X, exclusive=True),)
        (store, *_) = instruction(f"stdcx. r1,{base},r2")
        assert store == StoreConditional("CR0.eq", Reg("r2"), Reg("r1"), X, success=1, failure=0)


@pytest.mark.parametrize(
    ("name", "tag"),
    [("sync", "SYNC"), ("hwsync", "SYNC"), ("lwsync", "LWSYNC"), ("eieio", "EIEIO"), ("isync", "ISYNC")],
)
def test_fences(name: str, tag: str) -> None:
    assert instruction(name) == (Fence(frozenset({tag})),)


@pytest.mark.parametrize(
    ("code", "wanted", "expected"),
    [
        ("li r1,-3 ; stw r1,0(r31) ; lwz r2,0(r31) ; addi r2,r2,1", "0:r2", "-2"),
        ("li r0,5 ; addi r1,r0,7", "0:r1", "7"),
        ("lis r1,1 ; ori r1,r1,1 ; subi r1,r1,2", "0:r1", "65535"),
        ("li r1,6 ; li r2,3 ; sub r3,r1,r2 ; subf r4,r1,r2 ; mullw r3,r3,r4", "0:r3", "-9"),
        ("li r1,6 ; andi. r2,r1,3 ; xori r2,r2,7 ; or r2,r2,r1", "0:r2", "7"),
        ("li r1,7 ; neg r1,r1 ; mulli r1,r1,3 ; mr r2,r1", "0:r2", "-21"),
        ("li r1,255 ; extsb r1,r1", "0:r1", "-1"),
        ("li r1,4 ; lwzx r2,r1,r31", "0:r2", "6"),
        ("lwz r2,8(r31)", "0:r2", "7"),
        ("li r1,9 ; stwu r1,4(r31) ; lwz r2,0(r31)", "0:r2", "9"),
        ("lwzu r2,4(r31) ; lwz r3,4(r31)", "0:r3", "7"),
    ],
)
def test_values(code: str, wanted: str, expected: str) -> None:
    assert run(code, wanted, initial="int x[3]={5,6,7};") == [expected]


TAKEN = {(1, 2): {"bne", "blt", "ble", "bng"}, (2, 2): {"beq", "bge", "ble", "bnl", "bng"},
         (3, 2): {"bne", "bgt", "bge", "bnl"}, (-1, 2): {"bne", "blt", "ble", "bng"}}  # fmt: skip


@pytest.mark.parametrize("compare", ["cmpwi r1,{}", "cmpdi r1,{}", "li r2,{} ; cmpw r1,r2", "cmpwi cr1,r1,{}"])
@pytest.mark.parametrize(("left", "right"), TAKEN)
def test_branches(compare: str, left: int, right: int) -> None:
    field = "cr1," if "cr1" in compare else ""
    for branch in ("beq", "bne", "blt", "bgt", "ble", "bge", "bnl", "bng", "beq+", "bne-"):
        code = f"li r1,{left} ; {compare.format(right)} ; {branch} {field}L ; li r9,1 ; L:"
        assert run(code, "0:r9") == ["0" if branch.rstrip("+-") in TAKEN[left, right] else "1"], branch


def test_unsigned_comparison() -> None:
    assert run("li r1,-1 ; cmplwi r1,2 ; bgt L ; li r9,1 ; L:", "0:r9") == ["0"]


def test_record_forms_set_cr0() -> None:
    assert run("li r1,1 ; li r2,2 ; and. r3,r1,r2 ; beq L ; li r9,1 ; L:", "0:r9") == ["0"]
    assert run("li r1,1 ; li r2,2 ; and r3,r1,r2 ; beq L ; li r9,1 ; L:", "0:r9") == ["1"]


def test_unconditional_branch() -> None:
    assert instruction("b L") == instruction("B L") == (Branch(None, "L"),)


ATOMIC = "lwarx r1,r0,r2 | lwarx r1,r0,r2 ; addi r1,r1,1 | addi r1,r1,1 ; stwcx. r1,r0,r2 | stwcx. r1,r0,r2 ; "
HEAD = "PPC T { x=0; 0:r2=x; 1:r2=x; } P0 | P1 ; "


def test_reservations_are_atomic() -> None:
    code = HEAD + ATOMIC + "bne L | bne L ; li r9,1 | li r9,1 ; L: | L: ; exists (0:r9=1 /\\ 1:r9=1 /\\ "
    assert observation(code + "x=2)") == "Sometimes"
    assert observation(code + "x=1)") == "Never"


def test_a_failed_store_conditional_is_neither_less_nor_greater() -> None:
    code = "stwcx. r1,r0,r31 ; {} L ; li r9,1 ; L:"
    assert [run(code.format(branch), "0:r9")[0] for branch in ("beq", "blt", "bgt", "bne", "bge", "ble")] == [
        "1", "1", "1", "0", "0", "0",
    ]  # fmt: skip
