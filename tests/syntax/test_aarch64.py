"""AArch64 instructions: values by running them, flags against the manual's adder, tags, sizes, refusals."""

from __future__ import annotations

import os
from itertools import product
from pathlib import Path

import pytest

from litmus.cat.library import load_model
from litmus.check import check
from litmus.errors import InputError, UnsupportedError
from litmus.judge.enumerate import executions
from litmus.program import (
    Assign,
    Binary,
    Branch,
    Fence,
    Load,
    Operation,
    Program,
    Reg,
    Store,
    StoreConditional,
    Unary,
    Value,
    When,
    observables,
)
from litmus.source import Source
from litmus.syntax.aarch64 import front as aarch64
from litmus.unfold.unfolding import unfold

CORPORA = Path(os.environ.get("LITMUS_CORPORA", Path(__file__).parents[3] / "shared" / "corpora"))

WORD = 1 << 32


def program(code: str, initial: str = "", shown: str = "0:X0") -> Program:
    """The test with one thread; the instructions of `code` are separated by `;`."""
    return aarch64.parse(Source("test", f"AArch64 test\n{{ {initial} }}\n P0 ;\n {code} ;\nlocations [{shown};]\n"))


def outcome(code: str, initial: str = "", shown: str = "0:X0") -> tuple[Value, ...]:
    """The final values of a thread on its own that sees its own last write, or the initial state."""
    test = program(code, initial, shown)
    found = {
        execution.final(observables(test))
        for structure in unfold(test).structures()
        for execution in executions(structure)
        if execution.feasible and _sequential(execution)
    }
    assert len(found) == 1, found
    return found.pop()


def _sequential(execution) -> bool:
    """Whether each read of the only thread reads the last write, and writes are in program order."""
    if any(list(order) != sorted(order) for order in execution.orders.values()):
        return False
    events = execution.structure.events
    return all(
        write == max(w for w in execution.structure.writes[events[read].pointer] if w < read)
        for read, write in execution.sources.items()
    )


def only(text: str) -> Operation:
    """The only operation of an instruction."""
    (operation,) = aarch64.instruction(text)
    return operation


# --- values ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("MOV X0,#7", 7),
        ("MOV W0,#0x10", 16),
        ("MOV X1,#5; MOV X0,X1", 5),
        ("MOV W1,#6; ADD W0,W1,#1", 7),
        ("MOV W1,#6; ADD W0,W1,#1,LSL #12", 4102),
        ("MOV W1,#6; SUB W0,W1,#8", -2),
        ("MOV W1,#6; MOV W2,#3; ADD W0,W1,W2,LSL #2", 18),
        ("MOV W1,#12; MOV W2,#10; AND W0,W1,W2", 8),
        ("MOV W1,#12; MOV W2,#10; BIC W0,W1,W2", 4),
        ("MOV W1,#12; MOV W2,#10; EOR W0,W1,W2", 6),
        ("MOV W1,#12; MOV W2,#10; EON W0,W1,W2", -7),
        ("MOV W1,#12; MOV W2,#10; ORR W0,W1,W2", 14),
        ("MOV W1,#12; MOV W2,#10; ORN W0,W1,W2", -3),
        ("MOV W1,#3; NEG W0,W1", -3),
        ("MOV W1,#3; MVN W0,W1", -4),
        ("MOV W1,#3; MOV W2,#5; MUL W0,W1,W2", 15),
        ("MOV W1,#3; MOV W2,#5; MOV W3,#4; MADD W0,W1,W2,W3", 19),
        ("MOV W1,#3; MOV W2,#5; MOV W3,#4; MSUB W0,W1,W2,W3", -11),
        ("MOV W1,#-7; MOV W2,#2; SDIV W0,W1,W2", -3),
        ("MOV W1,#-7; MOV W2,#2; UDIV W0,W1,W2", (WORD - 7) // 2),
        ("MOV W1,#7; MOV W2,#0; UDIV W0,W1,W2", 0),
        ("MOV W1,#1; LSL W0,W1,#31", -(WORD // 2)),
        ("MOV W1,#-1; LSR W0,W1,#4", WORD // 16 - 1),
        ("MOV W1,#-16; ASR W0,W1,#2", -4),
        ("MOV W1,#1; MOV W2,#33; LSL W0,W1,W2", 2),
        ("MOVZ X0,#1,LSL #32", WORD),
        ("MOVN X0,#1", -2),
        ("MOVZ W0,#7; MOVK W0,#1,LSL #16", 65543),
        ("MOV W1,#0x1ff; UXTB W0,W1", 255),
        ("MOV W1,#0x1ff; SXTB W0,W1", -1),
        ("MOV W1,#-1; SXTW X0,W1", -1),
        ("MOV X1,#10; MOV W2,#-1; ADD X0,X1,W2,SXTW #1", 8),
        ("MOV X0,#3; ADD X0,XZR,X0", 3),
        ("MOV XZR,#3; MOV X0,XZR", 0),
        ("CMP WZR,#1; CSEL W0,WZR,W1,GE; MOV W1,#2; CSINC W0,W0,W1,EQ", 3),
        ("CMP WZR,#0; CSET W0,EQ", 1),
        ("CMP WZR,#0; CSETM W0,EQ", -1),
        ("MOV W1,#5; CMP W1,#5; CINC W0,W1,EQ", 6),
        ("MOV W1,#5; CMP W1,#4; CINC W0,W1,EQ", 5),
        ("MOV W1,#5; CMP W1,#4; CSNEG W0,WZR,W1,EQ", -5),
        ("MOV W1,#5; CMP W1,#4; CSINV W0,WZR,W1,EQ", -6),
        ("MOV W1,#5; SUBS W0,W1,#5; B.EQ L; MOV W0,#9; L:", 0),
        ("MOV W1,#-5; ADDS W0,W1,#5; B.EQ L; MOV W0,#9; L:", 0),
        ("MOV W1,#4; TST W1,#2; B.EQ L; MOV W0,#9; L:", 0),
        ("MOV W1,#4; TBNZ W1,#2,L; MOV W0,#9; L:", 0),
        ("MOV W1,#4; TBZ W1,#2,L; MOV W0,#9; L:", 9),
        ("CBZ W1,L; MOV W0,#9; L:", 0),
        ("CBNZ W1,L; MOV W0,#9; L: NOP", 9),
        ("B L; MOV W0,#9; L:", 0),
    ],
)
def test_results_in_registers(code: str, value: int) -> None:
    assert outcome(code) == (value,)


def test_a_32_bit_result_has_no_upper_half_and_is_shown_as_an_int() -> None:
    assert outcome("MOV W1,#-1; ADD X0,X1,#1", shown="0:X0;0:X1") == (WORD, -1)
    assert outcome("MOV W1,#-1; ADD W0,W1,#1") == (0,)
    assert outcome("MOV X1,#-1; MOV W0,W1; LSR X0,X0,#16") == (WORD // (1 << 16) - 1,)


def test_an_unsigned_initial_value_is_the_signed_number_of_its_bits() -> None:
    assert outcome("ADD X0,X1,#1", "uint64_t 0:X1=0xffffffffffffffff;") == (0,)
    assert outcome("LDR W0,[X1]", "x=0xffffffff; 0:X1=x;") == (-1,)
    assert outcome("LDR W2,[X1]; MOV X0,X2", "x=-1; 0:X1=x;") == (WORD - 1,)


@pytest.mark.parametrize("wide", [False, True])
def test_conditions_are_those_of_the_adder_of_the_manual(wide: bool) -> None:
    bits, register = (64, "X") if wide else (32, "W")
    half = 1 << bits - 1
    for left, right in product([0, 1, 5, half - 1, half, half + 1, 2 * half - 1], repeat=2):
        flags = _flags(left, right, bits)
        code = f"CMP {register}1,{register}2; " + "; ".join(
            f"CSET W{3 + i},{condition}" for i, condition in enumerate(HOLDS)
        )
        shown = ";".join(f"0:X{3 + i}" for i in range(len(HOLDS)))
        found = outcome(code, f"0:X1={left}; 0:X2={right};", shown)
        assert found == tuple(int(holds(*flags)) for holds in HOLDS.values()), (left, right)


HOLDS = {
    "EQ": lambda n, z, c, v: z, "NE": lambda n, z, c, v: not z, "CS": lambda n, z, c, v: c,
    "CC": lambda n, z, c, v: not c, "HS": lambda n, z, c, v: c, "LO": lambda n, z, c, v: not c,
    "MI": lambda n, z, c, v: n, "PL": lambda n, z, c, v: not n, "VS": lambda n, z, c, v: v,
    "VC": lambda n, z, c, v: not v, "HI": lambda n, z, c, v: c and not z, "LS": lambda n, z, c, v: not c or z,
    "GE": lambda n, z, c, v: n == v, "LT": lambda n, z, c, v: n != v, "GT": lambda n, z, c, v: not z and n == v,
    "LE": lambda n, z, c, v: z or n != v, "AL": lambda n, z, c, v: True,
}  # fmt: skip


def _flags(left: int, right: int, bits: int) -> tuple[bool, bool, bool, bool]:
    """N, Z, C and V of left + NOT(right) + 1 (Arm ARM, shared pseudocode, AddWithCarry)."""
    mask = (1 << bits) - 1
    unsigned = left + (~right & mask) + 1
    result = unsigned & mask
    signed = _int(left, bits) + _int(~right & mask, bits) + 1
    return bool(result >> bits - 1), result == 0, result != unsigned, _int(result, bits) != signed


def _int(number: int, bits: int) -> int:
    return number - (1 << bits) if number >> bits - 1 else number


# --- memory ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "initial", "shown", "values"),
    [
        ("LDR W0,[X1]", "x=3; 0:X1=x;", "0:X0", (3,)),
        ("LDR W0,[X1,#4]", "int x[2]={3,4}; 0:X1=x;", "0:X0", (4,)),
        ("MOV W2,#1; LDR W0,[X1,W2,SXTW #2]", "int x[2]={3,4}; 0:X1=x;", "0:X0", (4,)),
        ("MOV X2,#4; LDR W0,[X1,X2]", "int x[2]={3,4}; 0:X1=x;", "0:X0", (4,)),
        ("LDR W0,[X1,#4]!; LDR W2,[X1]", "int x[2]={3,4}; 0:X1=x;", "0:X0;0:X2", (4, 4)),
        ("LDR W0,[X1],#4; LDR W2,[X1]", "int x[2]={3,4}; 0:X1=x;", "0:X0;0:X2", (3, 4)),
        ("LDP W0,W2,[X1]", "int x[2]={3,4}; 0:X1=x;", "0:X0;0:X2", (3, 4)),
        ("LDP X1,X2,[X1]", "int64_t x[2]={3,4}; 0:X1=x;", "0:X1;0:X2", (3, 4)),
        ("MOV W0,#5; MOV W2,#6; STP W0,W2,[X1]", "int x[2]={3,4}; 0:X1=x;", "x[0];x[1]", (5, 6)),
        ("MOV W0,#5; STR W0,[X1],#4; STR W0,[X1]", "int x[2]={3,4}; 0:X1=x;", "x[0];x[1]", (5, 5)),
        ("MOV W2,#-1; STRB W2,[X1]; LDRB W0,[X1]", "char x; 0:X1=x;", "0:X0", (255,)),
        ("MOV W2,#-1; STRH W2,[X1]; LDRSH X0,[X1]", "short x; 0:X1=x;", "0:X0", (-1,)),
        ("LDRSW X0,[X1]", "x=-2; 0:X1=x;", "0:X0", (-2,)),
        ("MOV W2,#5; SWPAL W2,W0,[X1]", "x=3; 0:X1=x;", "x;0:X0", (5, 3)),
        ("MOV W0,#5; SWP W0,W0,[X1]", "x=3; 0:X1=x;", "x;0:X0", (5, 3)),
        ("MOV W2,#5; LDADD W2,W0,[X1]", "x=3; 0:X1=x;", "x;0:X0", (8, 3)),
        ("MOV W0,#5; LDADD W0,W0,[X1]", "x=3; 0:X1=x;", "x;0:X0", (8, 3)),
        ("MOV W2,#5; LDCLR W2,W0,[X1]", "x=7; 0:X1=x;", "x;0:X0", (2, 7)),
        ("MOV W2,#5; LDEOR W2,W0,[X1]", "x=3; 0:X1=x;", "x;0:X0", (6, 3)),
        ("MOV W2,#5; LDSET W2,W0,[X1]", "x=3; 0:X1=x;", "x;0:X0", (7, 3)),
        ("MOV W2,#-5; LDSMAX W2,W0,[X1]", "x=3; 0:X1=x;", "x", (3,)),
        ("MOV W2,#-5; LDUMAX W2,W0,[X1]", "x=3; 0:X1=x;", "x", (-5,)),
        ("MOV W2,#-5; STSMIN W2,[X1]", "x=3; 0:X1=x;", "x", (-5,)),
        ("MOV W2,#-5; STUMIN W2,[X1]", "x=3; 0:X1=x;", "x", (3,)),
        ("MOV W0,#3; MOV W2,#5; CAS W0,W2,[X1]", "x=3; 0:X1=x;", "x;0:X0", (5, 3)),
        ("MOV W0,#4; MOV W2,#5; CAS W0,W2,[X1]", "x=3; 0:X1=x;", "x;0:X0", (3, 3)),
    ],
)
def test_results_in_memory(code: str, initial: str, shown: str, values: tuple[int, ...]) -> None:
    found = dict(
        zip([o.name for o in observables(program(code, initial, shown))], outcome(code, initial, shown), strict=True)
    )
    assert tuple(found[name] for name in shown.split(";")) == values


def test_a_store_exclusive_says_whether_it_wrote() -> None:
    assert only("STXR W4,X3,[X2]") == StoreConditional("X4", Reg("X2"), Reg("X3"), frozenset("X"), success=0, failure=1)
    assert only("LDXR W3,[X2]") == Load("X3", Reg("X2"), frozenset("X"), exclusive=True)


# --- tags -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("LDR W0,[X1]", [""]), ("STUR W0,[X1,#8]", [""]), ("LDAR W0,[X1]", ["A"]), ("LDAPR W0,[X1]", ["Q"]),
        ("STLRH W0,[X1]", ["L"]), ("LDXR W0,[X1]", ["X"]), ("LDAXRB W0,[X1]", ["A X"]), ("STXR W0,W2,[X1]", ["X"]),
        ("STLXR W0,W2,[X1]", ["L X"]), ("LDNP W0,W2,[X1]", ["NT", "NT"]),
        ("SWP W0,W2,[X1]", ["X", "X"]), ("SWPA W0,W2,[X1]", ["A X", "X"]), ("SWPLB W0,W2,[X1]", ["X", "L X"]),
        ("LDADDAL X0,X2,[X1]", ["A X", "L X"]), ("LDADDAL X0,XZR,[X1]", ["NoRet X", "L X"]),
        ("STADDL W0,[X1]", ["NoRet X", "L X"]), ("CASAL W0,W2,[X1]", ["A X", "L X"] * 2),
        ("CASA WZR,W2,[X1]", ["NoRet X", "X"]),
        ("DMB SY", ["DMB.SY"]), ("dmb ishld", ["DMB.ISHLD"]), ("DSB ST", ["DSB.ST"]),
        ("ISB", ["ISB"]), ("ISB SY", ["ISB"]),
    ],
)  # fmt: skip
def test_tags_are_the_sets_of_the_published_model(text: str, tags: list[str]) -> None:
    assert [" ".join(sorted(tags)) for tags in _tags(aarch64.instruction(text))] == tags


def _tags(operations: tuple[Operation, ...]):
    for operation in operations:
        if isinstance(operation, Load | Store | StoreConditional | Fence):
            yield operation.tags
        if isinstance(operation, When):
            yield from _tags((*operation.then, *operation.otherwise))


# --- dependencies ---------------------------------------------------------------------------------------


def test_false_dependencies_stay() -> None:
    assert only("EOR W2,W0,W0") == Assign("X2", Unary("s32", Binary("^", Reg("X0"), Reg("X0"))))
    assert only("LDR W3,[X4,W2,SXTW]") == Load("X3", Binary("+", Reg("X4"), Unary("s32", Reg("X2"))))


def test_after_a_successful_swap_the_register_is_what_was_expected_or_what_was_read() -> None:
    (either,) = aarch64.instruction("CAS X0,X2,[X1]")
    assert isinstance(either, When) and either.condition is None
    load, swap = either.then
    assert isinstance(load, Load) and isinstance(swap, When)
    seen = Assign("X0", Reg(load.register or ""))
    write = Store(Reg("X1"), Reg("X2"), frozenset("X"), atomic=True)
    assert swap == When(swap.condition, (write, Assign("X0", Reg("X0"))), (seen,))
    assert either.otherwise == (load, When(swap.condition, (write,)), seen)


# --- names and sizes ------------------------------------------------------------------------------------


def test_registers_have_one_name() -> None:
    assert [aarch64.register(name) for name in ("W0", "x0", "X30", "wsp", "SP")] == ["X0", "X0", "X30", "SP", "SP"]
    assert [aarch64.register(name) for name in ("X31", "XZR", "R0", "W", "X01", "EAX")] == [None] * 6


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("LDR W0,[X1]", 4), ("LDR X0,[X1]", 8), ("LDRSB X0,[X1]", 1), ("LDRSW X0,[X1]", 4), ("STLRH W0,[X1]", 2),
        ("STXR W0,X2,[X1]", 8), ("STLXRB W0,W2,[X1]", 1), ("CASALH W0,W2,[X1]", 2), ("LDP X0,X2,[X1]", 8),
        ("STADD X0,[X1]", 8), ("DMB SY", None), ("MOV X0,#1", None),
    ],
)  # fmt: skip
def test_access_sizes(text: str, size: int | None) -> None:
    assert aarch64.access_size(text) == size


def test_mixed_sizes_are_refused_at_one_location_only() -> None:
    with pytest.raises(UnsupportedError, match="mixed-size"):
        program("LDR W0,[X1]; LDRB W0,[X1]", "0:X1=x;")
    program("LDR W0,[X1]; LDRB W0,[X2]", "0:X1=x; char y; 0:X2=y;")


# --- errors ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("LDRR W0,[X1]", "LDRR", "unknown AArch64 instruction"),
        ("LDR W0", "LDR W0", "2 or 3 operands"),
        ("LDR [X1],W0", "[X1]", "operand 1 of LDR must be a register"),
        ("LDR W0,X1", "X1", "must be an address"),
        ("LDR W0,[W1]", "W1", "64-bit register"),
        ("LDAR W0,[X1,#4]", "[X1,#4]", "base register alone"),
        ("LDRB X0,[X1]", "X0", "32-bit register"),
        ("ADD W0,W1,X2", "X2", "32-bit register"),
        ("ADD W0,W1,W2,LSL #32", "LSL #32", "shifted by 0 to 31"),
        ("ADD W0,W1,W2,LSX #3", "LSX #3", "not a shift"),
        ("MOVZ W0,#65536", "#65536", "from 0 to 65535"),
        ("MOVZ W0,#1,LSL #8", "LSL #8", "multiple of 16"),
        ("STXR X4,W3,[X2]", "X4", "32-bit register"),
        ("DMB FULL", "FULL", "not an option of DMB"),
        ("B.NZ L", "NZ", "not a condition"),
        ("CSEL W0,W1,W2,NZ", "NZ", "must be a condition"),
        ("MOV W0,=x", "=", "unexpected '='"),
    ],
)
def test_mistakes_are_shown_where_they_are(text: str, place: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        aarch64.instruction(text)
    assert says in caught.value.message
    assert caught.value.span is not None and caught.value.hint
    assert text[caught.value.span.start : caught.value.span.end] == place


def test_a_misspelt_mnemonic_gets_a_suggestion() -> None:
    with pytest.raises(InputError) as caught:
        aarch64.instruction("LDADDD W0,W1,[X2]")
    assert caught.value.hint in ("did you mean LDADD?", "did you mean LDADDA?")


@pytest.mark.parametrize("text", ["LDXP X0,X1,[X2]", "RET", "MRS X0,NZCV", "ADDS W0,W1,W2", "CMN W0,#0", "CLREX"])
def test_what_would_be_wrong_is_refused(text: str) -> None:
    with pytest.raises(UnsupportedError):
        aarch64.instruction(text)


def test_the_carry_of_a_logical_operation_is_refused() -> None:
    program("TST W0,W1; B.EQ L; L:")
    with pytest.raises(UnsupportedError, match="carry"):
        program("TST W0,W1; B.HI L; L:")


def test_flags_that_nobody_set_are_refused() -> None:
    with pytest.raises(UnsupportedError, match="never sets the flags"):
        program("B.EQ L; MOV W0,#1; L:")


def test_after_a_swap_the_register_need_not_depend_on_what_was_expected() -> None:
    text = r"""AArch64 LB+cas+dmb
{ y=1; 0:X1=x; 0:X5=y; 0:X7=z; 1:X1=x; 1:X7=z; }
 P0             | P1          ;
 LDR W2,[X1]    | LDR W0,[X7] ;
 MOV W3,#3      | DMB SY      ;
 CAS W2,W3,[X5] | MOV W2,#1   ;
 EOR W4,W2,W2   | STR W2,[X1] ;
 ADD W4,W4,#1   |             ;
 STR W4,[X7]    |             ;
exists (0:X2=1 /\ 1:X0=1 /\ y=3)
"""
    verdict = check(aarch64.parse(Source("LB+cas+dmb", text)), load_model("armv8"))
    assert (verdict.observation, len(verdict.states)) == ("Sometimes", 4)  # as the reference says




# --- corpus ---------------------------------------------------------------------------------------------


@pytest.mark.skipif(not (CORPORA / "aarch64").is_dir(), reason="no corpora here")
def test_every_public_test_is_read() -> None:
    paths = sorted((CORPORA / "aarch64").rglob("*.litmus"))
    assert len(paths) > 1000
    for path in paths:
        test = aarch64.parse(Source(str(path), path.read_text()))
        assert any(
            not isinstance(o, Branch | Fence) for t in test.threads for i in t.instructions for o in i.operations
        )
