"""Large and negative numbers outside of the code: held signed, and as wide as what accesses them."""

from __future__ import annotations

import pytest

from litmus import check, load_model, syntax
from litmus.errors import UnsupportedError
from litmus.source import Source
from litmus.verdict import Verdict

BIG = 2**32 - 1
LOADS = {
    "riscv": ("RISCV", "x7", {1: "lbu x5,0(x7)", 2: "lhu x5,0(x7)", 4: "lw x5,0(x7)", 8: "ld x5,0(x7)"}),
    "aarch64": ("AArch64", "X7", {1: "LDRB W5,[X7]", 2: "LDRH W5,[X7]", 4: "LDR W5,[X7]", 8: "LDR X5,[X7]"}),
    "arm": ("ARM", "R7", {1: "LDRB R5,[R7]", 2: "LDRH R5,[R7]", 4: "LDR R5,[R7]"}),
}
REGISTER = {"riscv": "x5", "aarch64": "X5", "arm": "R5"}


def loaded(arch: str, widths: tuple[int, ...], initial: int, question: str) -> Verdict:
    """One thread loads x with these widths, one after the other, into one register."""
    name, address, loads = LOADS[arch]
    code = " ".join(f"{loads[width]} ;" for width in widths)
    return check(
        syntax.parse(Source("t", f"{name} T {{ x={initial}; 0:{address}=x; }} P0 ; {code} {question}")),
        load_model("sc"),
    )


@pytest.mark.parametrize("arch", LOADS)
@pytest.mark.parametrize(
    ("width", "initial", "value"),
    [(4, BIG, -1), (4, -1, -1), (4, 2**31, -(2**31)), (2, -1, 65535), (1, 255, 255), (1, -1, 255), (4, 7, 7)],
)
def test_memory_holds_numbers_as_its_accesses_read_them(arch: str, width: int, initial: int, value: int) -> None:
    register = REGISTER[arch]
    verdict = loaded(arch, (width,), initial, f"forall (0:{register}={value})")
    assert verdict.holds, verdict.states
    assert verdict.states == ({f"0:{register}": str(value)},)


@pytest.mark.parametrize("arch", ["riscv", "aarch64"])
def test_a_register_of_64_bits_holds_more(arch: str) -> None:
    assert loaded(arch, (8,), BIG, f"forall (0:{REGISTER[arch]}={BIG})").holds
    assert loaded(arch, (8,), 2**64 - 1, f"forall (0:{REGISTER[arch]}=-1)").holds


def test_a_write_of_32_bits_clears_the_upper_half() -> None:
    code = "MOV X5,#-1 ; MOV W5,W5 ; CMP X5,#0 ; CSET W6,GT ; LSR X7,X5,#31 ;"
    text = f"AArch64 T {{ x=0; }} P0 ; {code} forall (0:X5=-1 /\\ 0:X6=1 /\\ 0:X7=1)"
    verdict = check(syntax.parse(Source("t", text)), load_model("sc"))
    assert verdict.holds, verdict.states


@pytest.mark.parametrize("arch", LOADS)
def test_a_condition_may_say_it_either_way(arch: str) -> None:
    register = REGISTER[arch]
    for question in (f"x={BIG}", "x=-1", f"~(x=1 \\/ ~(x={BIG}))", f"0:{register}=-1 /\\ x={BIG}"):
        verdict = loaded(arch, (4,), -1, f"forall ({question})")
        assert verdict.holds, (question, verdict.states)


@pytest.mark.parametrize("arch", LOADS)
def test_a_filter_too(arch: str) -> None:
    assert loaded(arch, (4,), -1, f"filter (x={BIG}) forall (x=-1)").holds


def test_registers_have_their_own_width() -> None:
    question = "forall (0:R5=-1)"
    text = f"ARM T {{ x=0; 0:R5={BIG}; 0:R7=x; }} P0 ; STR R5,[R7] ; {question}"
    assert check(syntax.parse(Source("t", text)), load_model("sc")).holds


@pytest.mark.parametrize(
    ("head", "registers", "code"),
    [
        ("RISCV", ("x7", "x8"), "lw x5,0(x7) ; lhu x6,0(x8)"),
        ("RISCV", ("x7", "x8"), "ld x5,0(x7) ; lw x6,0(x8)"),
        ("AArch64", ("X7", "X8"), "LDR W5,[X7] ; LDRH W6,[X8]"),
        ("ARM", ("R7", "R8"), "LDR R5,[R7] ; LDRH R6,[R8]"),
    ],
)
def test_a_number_that_accesses_of_two_sizes_would_hold_differently_is_refused(
    head: str, registers: tuple[str, str], code: str
) -> None:
    places = "0:{}=x; 0:{}=y;".format(*registers)
    text = f"{head} T {{ x={BIG}; y=0; {places} }} P0 ; {code} ; exists (x=0)"
    with pytest.raises(UnsupportedError, match="accesses of several sizes") as caught:
        syntax.parse(Source("t", text))
    assert "values from 0 to 2147483647" in (caught.value.hint or "")


def test_addresses_stay_as_they_are() -> None:
    text = f"ARM T {{ x=y; y={BIG}; 0:R7=x; }} P0 ; LDR R5,[R7] ; LDR R6,[R5] ; forall (x=y /\\ 0:R6=-1)"
    assert check(syntax.parse(Source("t", text)), load_model("sc")).holds
