"""RISC-V assembly tests: what an instruction does, and what a register is called.

The meaning of the instructions is that of The RISC-V Instruction Set Manual, Volume I, for RV64 with the A extension.
"""

from __future__ import annotations

from functools import lru_cache

from litmus.program import Operation, Program
from litmus.source import Source
from litmus.syntax.assembly import frame
from litmus.syntax.assembly.instructions import Instructions
from litmus.syntax.assembly.language import Language
from litmus.syntax.assembly.signed import settle
from litmus.syntax.riscv.data import FORMS as DATA
from litmus.syntax.riscv.memory import ACCESSING
from litmus.syntax.riscv.memory import FORMS as MEMORY
from litmus.syntax.riscv.operands import REGISTERS, read, register

UNSUPPORTED = {
    **dict.fromkeys(("jal", "jalr", "jr", "call", "tail", "ret", "auipc"), "addresses of code"),
    **dict.fromkeys(("ecall", "ebreak", "wfi", "mret", "sret", "sfence.vma"), "the privileged architecture"),
    **dict.fromkeys(("csrr", "csrw", "csrrw", "csrrs", "csrrc", "rdcycle", "rdtime"), "control registers"),
    **dict.fromkeys(("div", "divu", "rem", "remu", "divw", "divuw", "remw", "remuw"), "division"),
    **dict.fromkeys(("mulh", "mulhu", "mulhsu"), "the upper half of a product"),
}  # fmt: skip
"""Instructions that are known and refused, with what it is that is not supported."""

INSTRUCTIONS = Instructions("RISC-V", {**DATA, **MEMORY}, UNSUPPORTED, "lw, sw, fence")
"""Every instruction of this front end."""


def parse(source: Source) -> Program:
    """The program of a test.  Raises InputError, or UnsupportedError for what would not be answered rightly."""
    return settle(frame.parse(source, LANGUAGE), LANGUAGE, 64)


@lru_cache(maxsize=8192)
def instruction(text: str) -> tuple[Operation, ...]:
    """What the instruction `text` (without labels) does; the errors it raises have their place in `text`."""
    return INSTRUCTIONS.operations(read(text))


def width(text: str) -> int | None:
    """How many bytes the instruction `text` accesses; None if it does not access memory."""
    words = text.split(None, 1)
    found = ACCESSING.get(words[0].lower()) if words else None
    return found[1] if found else None


LANGUAGE = Language("riscv", instruction, register, REGISTERS, width, canonical=True)
