"""Instructions that are not there, are refused or have a wrong operand: the place and the message, in each assembly."""

from types import ModuleType

import pytest

from litmus.errors import InputError, UnsupportedError
from litmus.syntax.arm import front as arm
from litmus.syntax.ppc import front as ppc
from litmus.syntax.riscv import front as riscv


@pytest.mark.parametrize(
    ("language", "text", "error", "place", "message"),
    [
        (arm, "LDRR R1,[R2]", InputError, (0, 4), "unknown ARM instruction 'LDRR'"),
        (arm, "BX LR", UnsupportedError, (0, 2), "BX is not supported (addresses of code)"),
        (arm, "STREQ R1,[R2]", UnsupportedError, (0, 5), "only MOV is conditional here"),
        (arm, "LDA R1,[R2]", UnsupportedError, (0, 3), "acquire and release came with ARMv8"),
        (arm, "LDM R0,{R1,R2}", UnsupportedError, (0, 3), "several registers"),
        (arm, "LDR R1,[Q2]", InputError, (7, 11), "expected an address as operand 2"),
        (arm, "LDR R1,[R2,#2]", UnsupportedError, (7, 14), "no multiple of the access size 4"),
        (arm, "LDREX R1,[R2,#4]", InputError, (9, 16), "expected an address as operand 2"),
        (arm, "STREX R1,[R2]", InputError, (12, 13), "'STREX' has 3 operands, found 2"),
        (arm, "MUL R1,R2", InputError, (8, 9), "'MUL' has 3 operands, found 2"),
        (arm, "DMB ISHLD", UnsupportedError, (4, 9), "ARMv7 has no 'DMB ISHLD'"),
        (arm, "DMB FOO", InputError, (4, 7), "expected a barrier option"),
        (arm, "ADD R1,R2,[R3]", InputError, (10, 14), "expected a register or a number"),
        (arm, "BNE #3", InputError, (4, 6), "expected a label"),
        (arm, "STR R1 R2", InputError, (7, 9), "unexpected 'R2'"),
        (ppc, "lwzz r1,0(r2)", InputError, (0, 4), "unknown PPC instruction 'lwzz'"),
        (ppc, "blr", UnsupportedError, (0, 3), "'blr' is not supported"),
        (ppc, "lwz r1,0(q2)", InputError, (7, 12), "expected an address as operand 2"),
        (ppc, "lwz r1,2(r2)", UnsupportedError, (7, 12), "no multiple of the access size 4"),
        (ppc, "add r1,r2", InputError, (8, 9), "'add' has 3 operands, found 2"),
        (ppc, "add r1,r2,r3,r4", InputError, (13, 15), "'add' has 3 operands, found 4"),
        (ppc, "add r1,r2,3", InputError, (10, 11), "expected a register as operand 3"),
        (ppc, "li r1,r2", InputError, (6, 8), "expected a number as operand 2"),
        (ppc, "beq 3", InputError, (4, 5), "expected a label"),
        (ppc, "lwzu r1,4(r1)", InputError, (0, 13), "expected a base register that is not"),
        (ppc, "stw r1 0(r2)", InputError, (7, 8), "unexpected '0'"),
        (riscv, "lww x1,0(x2)", InputError, (0, 3), "unknown RISC-V instruction 'lww'"),
        (riscv, "jal L", UnsupportedError, (0, 3), "jal is not supported (addresses of code)"),
        (riscv, "lw x1,0(q2)", InputError, (6, 11), "expected an address as operand 2"),
        (riscv, "lw x1,2(x2)", UnsupportedError, (6, 11), "no multiple of the access size 4"),
        (riscv, "lr.w x1,4(x2)", InputError, (8, 13), "takes an address without an offset"),
        (riscv, "add x1,x2", InputError, (8, 9), "'add' has 3 operands, found 2"),
        (riscv, "add x1,x2,x3,x4", InputError, (13, 15), "'add' has 3 operands, found 4"),
        (riscv, "add x1,x2,3", InputError, (10, 11), "expected a register as operand 3"),
        (riscv, "bne x1,x2,3", InputError, (10, 11), "expected a label as operand 3"),
        (riscv, "fence rw,q", InputError, (9, 10), "expected a set of accesses"),
        (riscv, "fence rw,io", UnsupportedError, (9, 11), "accesses to devices only"),
        (riscv, "fence rw", InputError, (7, 8), "'fence' has 0 or 2 operands, found 1"),
        (riscv, "sw x1 0(x2)", InputError, (6, 7), "unexpected '0'"),
    ],
)
def test_errors(language: ModuleType, text: str, error: type[InputError], place: tuple[int, int], message: str) -> None:
    with pytest.raises(error) as caught:
        language.instruction(text)
    span = caught.value.span
    assert message in caught.value.message and caught.value.hint
    assert span and (getattr(span, "start", None), getattr(span, "end", None)) == place
