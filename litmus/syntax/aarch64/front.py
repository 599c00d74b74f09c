"""AArch64 assembly tests: what an instruction does, and what a register is called.

The meaning of the instructions is that of the Arm Architecture Reference Manual (DDI 0487, C6).  `W3` names the
low half of `X3`; litmus.syntax.aarch64.widths says how one register stands for both.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NoReturn

from litmus.errors import InputError, UnsupportedError
from litmus.program import Operation, Program
from litmus.source import Source
from litmus.syntax import reading
from litmus.syntax.aarch64 import refusals as refusals
from litmus.syntax.aarch64.atomics import FORMS as ATOMICS
from litmus.syntax.aarch64.atomics import access_bits
from litmus.syntax.aarch64.conditions import FORMS as CONDITIONAL
from litmus.syntax.aarch64.conditions import branch_if
from litmus.syntax.aarch64.data import FORMS as DATA
from litmus.syntax.aarch64.memory import FORMS as MEMORY
from litmus.syntax.aarch64.operands import Form, Line, canonical, read
from litmus.syntax.aarch64.widths import settle
from litmus.syntax.assembly import frame

HINTS = frozenset({"NOP", "YIELD", "PRFM", "PRFUM"})
"""Instructions without an effect on values or order."""

UNSUPPORTED = {
    **dict.fromkeys(("LDXP", "LDAXP", "STXP", "STLXP", "CASP", "CASPA", "CASPL", "CASPAL"), "atomic accesses to pairs"),
    **dict.fromkeys(("LDIAPP", "STILP", "LDAP1", "STL1"), "ordered accesses to pairs"),
    **dict.fromkeys(("BL", "BR", "BLR", "RET", "ERET", "ADR", "ADRP"), "addresses of code"),
    **dict.fromkeys(("SVC", "HVC", "SMC", "UDF", "BRK", "WFE", "WFI", "SEV"), "exceptions and events"),
    **dict.fromkeys(("MRS", "MSR"), "system registers"),
    **dict.fromkeys(("TLBI", "AT", "DC", "IC"), "caches and address translation"),
    **dict.fromkeys(("CCMP", "CCMN", "ADC", "ADCS", "SBC", "SBCS", "NGC", "NEGS"), "arithmetic on flags"),
    **dict.fromkeys(("CLREX", "UMULL", "SMULL", "UMULH", "SMULH", "UBFX", "SBFX", "UBFM", "SBFM", "BFI", "BFXIL",
                     "RBIT", "REV", "CLZ", "CLS", "ROR", "EXTR"), "this instruction"),
}  # fmt: skip
"""Instructions that are known and refused, with what it is that is not supported."""

ALL: dict[str, Form] = {**DATA, **CONDITIONAL, **MEMORY, **ATOMICS, **dict.fromkeys(HINTS, lambda line: ())}
"""Every instruction of this front end but `B.cond`."""


def parse(source: Source) -> Program:
    """The program of a test.  Raises InputError, or UnsupportedError for what would not be answered rightly."""
    program = frame.parse(source, LANGUAGE)
    refusals.check(program)
    return settle(program)


@lru_cache(maxsize=8192)
def instruction(text: str) -> tuple[Operation, ...]:
    """What the instruction `text` (without labels) does.

    Raises InputError or UnsupportedError with the place in `text`.
    """
    line = read(text)
    if line.mnemonic.startswith("B."):
        return branch_if(line)
    if line.mnemonic not in ALL:
        _unknown(line)
    return ALL[line.mnemonic](line)


def register(name: str) -> str | None:
    """The canonical name of a register, `X0` for `w0`, `W0` and `X0`; None if it is none that holds a value."""
    return canonical(name)


@lru_cache(maxsize=8192)
def access_size(text: str) -> int | None:
    """How many bytes the instruction `text` accesses at a time; None if it does not access memory."""
    bits = access_bits(read(text))
    return None if bits is None else bits // 8


def _unknown(line: Line) -> NoReturn:
    """Refuses a mnemonic that is not in the tables."""
    span = line.source.span(0, len(line.mnemonic))
    if line.mnemonic in UNSUPPORTED:
        raise UnsupportedError(
            f"{line.mnemonic} is not supported ({UNSUPPORTED[line.mnemonic]})", span,
            "write the test without it",
        )  # fmt: skip
    hint = reading.suggestion(line.mnemonic, ALL) or "write an A64 mnemonic, such as LDR"
    raise InputError(f"unknown AArch64 instruction '{line.mnemonic}'", span, hint)


LANGUAGE = frame.Language(
    "aarch64",
    instruction,
    register,
    names=(*(f"X{i}" for i in range(31)), "SP", *(f"W{i}" for i in range(31))),
    width=access_size,
)
"""AArch64, as the frame of assembly tests asks for it."""
