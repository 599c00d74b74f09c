"""32-bit ARM assembly tests: what an instruction does, and what a register is called.

The meaning of the instructions is that of the ARM Architecture Reference Manual for ARMv7-A and ARMv7-R (DDI 0406).
"""

from __future__ import annotations

from functools import lru_cache

from litmus.errors import UnsupportedError
from litmus.program import Instruction, Operation, Program, Thread
from litmus.source import Source
from litmus.syntax.arm.data import CONDITIONS, ORDER, PARTIAL_FLAGS
from litmus.syntax.arm.data import FORMS as DATA
from litmus.syntax.arm.memory import ACCESSING
from litmus.syntax.arm.memory import FORMS as MEMORY
from litmus.syntax.arm.operands import REGISTERS, read, register
from litmus.syntax.assembly import frame
from litmus.syntax.assembly.instructions import Instructions
from litmus.syntax.assembly.language import Language
from litmus.syntax.assembly.signed import settle

HINTS = frozenset({"pld", "pldw", "pli", "yield"})
"""Instructions without an effect on values or order."""

CONDITIONAL = tuple(
    name + code
    for name in ("ldr", "str", "ldrex", "strex", "add", "sub", "and", "orr", "eor", "cmp", "movw", "movt")
    for code in CONDITIONS
)
"""The conditional instructions that are refused."""

UNSUPPORTED = {
    **dict.fromkeys(CONDITIONAL, "only MOV is conditional here; branch around it"),
    **dict.fromkeys(("lda", "stl", "ldaex", "stlex", "ldab", "stlb"), "acquire and release came with ARMv8"),
    **dict.fromkeys(("ldrd", "strd", "ldm", "stm", "ldmib", "push", "pop", "ldrexd", "strexd"), "several registers"),
    **dict.fromkeys(("bl", "bx", "blx", "adr"), "addresses of code"),
    **dict.fromkeys(("svc", "mrs", "msr", "mrc", "mcr", "cps", "wfe", "wfi", "sev"), "the system"),
    **dict.fromkeys(("swp", "swpb", "clrex", "cmn", "adc", "sbc", "rsc", "umull", "smull", "mla"), "this instruction"),
}
"""Instructions that are known and refused, with why."""

FORMS = {**DATA, **MEMORY, **dict.fromkeys(HINTS, DATA["nop"])}
"""Every instruction of this front end, by its name in lower case."""

INSTRUCTIONS = Instructions("ARM", FORMS, UNSUPPORTED, "LDR, STR, DMB", str.upper)


def parse(source: Source) -> Program:
    """The program of a test.  Raises InputError, or UnsupportedError for what would not be answered rightly."""
    program = frame.parse(source, LANGUAGE)
    for thread in program.threads:
        _check_flags(thread)
    return settle(program, LANGUAGE, 32)


@lru_cache(maxsize=8192)
def instruction(text: str) -> tuple[Operation, ...]:
    """What the instruction `text` (without labels) does; the errors it raises have their place in `text`."""
    return INSTRUCTIONS.operations(read(text))


def width(text: str) -> int | None:
    """How many bytes the instruction `text` accesses; None if it does not access memory."""
    found = ACCESSING.get(_mnemonic(text))
    return found[1] if found else None


def _mnemonic(text: str) -> str:
    """The mnemonic of an instruction, in lower case."""
    words = text.split(None, 1)
    return words[0].lower() if words else ""


def _check_flags(thread: Thread) -> None:
    """Refuses a condition on carry or overflow in a thread where they may come from more than a comparison."""
    code = [item for item in thread.instructions if item.operations]
    asking = next((item for item in code if _orders(item)), None)
    if asking and any(_mnemonic(item.text) in PARTIAL_FLAGS for item in code):
        raise UnsupportedError(
            "a condition on carry or overflow, in a thread that sets flags other than by CMP and SUBS", asking.span,
            "compare with CMP",
        )  # fmt: skip


def _orders(item: Instruction) -> bool:
    """Whether an instruction depends on more than the flags Z and N."""
    name = _mnemonic(item.text)
    return name in FORMS and (name.removeprefix("mov") in ORDER or name.removeprefix("b") in ORDER)


LANGUAGE = Language("arm", instruction, register, REGISTERS, width, canonical=True)
