"""Large and negative numbers outside of the code: RISC-V and ARM hold them signed, as wide as what accesses them."""

from __future__ import annotations

import pytest

from litmus import check, load_model, syntax
from litmus.errors import UnsupportedError
from litmus.source import Source
from litmus.verdict import Verdict

BIG = 2**32 - 1
LOADS = {
    "riscv": ("RISCV", "x7", {1: "lbu x5,0(x7)", 2: "lhu x5,0(x7)", 4: "lw x5,0(x7)", 8: "ld x5,0(x7)"}),
    "arm": ("ARM", "R7", {1: "LDRB R5,[R7]", 2: "LDRH R5,[R7]", 4: "LDR R5,[R7]"}),
}
REGISTER = {"riscv": "x5", "arm": "R5"}


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


def test_a_register_of_64_bits_holds_more() -> None:
    assert loaded("riscv", (8,), BIG, f"forall (0:x5={BIG})").holds
    assert loaded("riscv", (8,), 2**64 - 1, "forall (0:x5=-1)").holds


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


@pytest.mark.parametrize(("wide", "narrow"), [("lw x5,0(x7)", "lhu x6,0(x8)"), ("ld x5,0(x7)", "lw x6,0(x8)")])
def test_a_number_that_accesses_of_two_sizes_would_hold_differently_is_refused(wide: str, narrow: str) -> None:
    text = f"RISCV T {{ x={BIG}; y=0; 0:x7=x; 0:x8=y; }} P0 ; {wide} ; {narrow} ; exists (x=0)"
    with pytest.raises(UnsupportedError, match="accesses of several sizes") as caught:
        syntax.parse(Source("t", text))
    assert "values from 0 to 2147483647" in (caught.value.hint or "")


def test_addresses_stay_as_they_are() -> None:
    text = f"ARM T {{ x=y; y={BIG}; 0:R7=x; }} P0 ; LDR R5,[R7] ; LDR R6,[R5] ; forall (x=y /\\ 0:R6=-1)"
    assert check(syntax.parse(Source("t", text)), load_model("sc")).holds
