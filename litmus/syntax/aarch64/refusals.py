"""AArch64 tests that are refused as a whole: each would get a wrong answer, rather than none."""

from __future__ import annotations

from collections.abc import Sequence

from litmus.errors import UnsupportedError
from litmus.program import Instruction, Program
from litmus.syntax.aarch64.conditions import CARRY, CLEARS_CARRY, SETS_FLAGS
from litmus.syntax.aarch64.operands import Line, Name, read


def check(program: Program) -> None:
    """Raises UnsupportedError for the instruction of a program that would be misunderstood."""
    for thread in program.threads:
        code = [i for i in thread.instructions if i.operations]
        mnemonics = {read(i.text).mnemonic for i in code}
        if not mnemonics & SETS_FLAGS:
            _check_unset(code)
        if mnemonics & CLEARS_CARRY:
            _check_flags(code)


# --- flags ----------------------------------------------------------------------------------------------


def _check_unset(code: Sequence[Instruction]) -> None:
    """Refuses a condition in a thread that sets no flags: what they are at its start is not known."""
    for i in code:
        if read(i.text).mnemonic.startswith(("B.", "CS", "CINC", "CINV", "CNEG")):
            raise UnsupportedError(f"'{i.text}' in a thread that never sets the flags", i.span, "add a CMP before it")


def _check_flags(code: Sequence[Instruction]) -> None:
    """Refuses a condition on the carry flag in a thread that has a logical operation on the flags."""
    for i in code:
        if _on_carry(read(i.text)):
            raise UnsupportedError(
                f"'{i.text}' in a thread with TST, ANDS or BICS, which clear the carry flag, is not supported",
                i.span,
                "compare with CMP instead",
            )


def _on_carry(line: Line) -> bool:
    """Whether an instruction has a condition on the carry flag."""
    if line.mnemonic.startswith("B."):
        return line.mnemonic[2:] in CARRY
    names = [operand.text.upper() for operand in line.operands if isinstance(operand, Name)]
    return line.mnemonic.startswith("C") and any(name in CARRY for name in names)
