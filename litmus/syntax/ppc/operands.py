"""The operands of PPC instructions: registers, numbers, labels, condition fields, addresses.

The alternative of Book I, 1.10.3 is written (rA|0): register 0 as the base of an address stands for the number 0.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from litmus.errors import UnsupportedError
from litmus.program import Binary, Const, Expression, Reg
from litmus.syntax import reading
from litmus.syntax.assembly import operands
from litmus.syntax.assembly.operands import Dialect

ZERO = Const(0)
REGISTERS = tuple(f"r{n}" for n in range(32))
_REGISTER = re.compile(r"%?[rR](\d|[12]\d|3[01])")
_FIELD = re.compile(r"cr[0-7]", re.I)


def register(name: str) -> str | None:
    """`r0` to `r31`, in either case."""
    match = _REGISTER.fullmatch(name)
    return f"r{match[1]}" if match else None


DIALECT = Dialect(
    "ppc",
    register,
    {"a register": "r1", "a number": "1", "a field": "cr0", "a label": "L0", "an address": "0(r2)"},
)


@dataclass(frozen=True, slots=True)
class Line(operands.Line):
    """An instruction of PPC: it also reads condition fields and addresses, and is shown in lower case."""

    @property
    def shown(self) -> str:
        """The mnemonic in lower case."""
        return self.mnemonic

    def field(self) -> tuple[str, int]:
        """The condition field that the first operand may be (`CR0` if it is not), and the next operand's index."""
        first = str(self.operands[0]) if self.operands else ""
        return (first.upper(), 1) if _FIELD.fullmatch(first) else ("CR0", 0)

    def base(self, index: int) -> Expression:
        """A register as part of an address; `r0`, and the number 0, stand for no register (Book I, 1.10.3)."""
        operand = self.operand(index, "a register")
        return ZERO if str(operand) == "0" or register(str(operand)) == "r0" else Reg(self.register(index))

    def address(self, width: int) -> Expression:
        """The address of a `d(rA)` or `d,rA` operand at index 1."""
        operand = self.operand(1, "an address")
        if isinstance(operand, str):
            self.end(3)
            return self._displaced(self.number(1), self.base(2), width)
        self.end(2)
        offset, name = (str(token) for token in operand.children)
        base = register(name) or self.wrong(1, "an address")
        return self._displaced(reading.number(offset), ZERO if base == "r0" else Reg(base), width)

    def _displaced(self, offset: int, base: Expression, width: int) -> Expression:
        if offset % width:
            self.fail(UnsupportedError, 1, f"the offset {offset} is no multiple of the access size {width}",
                       "accesses that overlap in part are not supported")  # fmt: skip
        return Binary("+", base, Const(offset)) if offset else base


def read(text: str) -> Line:
    """The mnemonic, in lower case, and the operands of an instruction."""
    return operands.read(text, DIALECT, Line)
