"""The operands of PPC instructions: registers, numbers, labels, condition fields, addresses.

The alternative of Book I, 1.10.3 is written (rA|0): register 0 as the base of an address stands for the number 0.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from litmus.errors import InputError, UnsupportedError
from litmus.program import Binary, Const, Expression, Reg
from litmus.source import Source
from litmus.syntax import reading

if TYPE_CHECKING:
    from lark import Token, Tree

ZERO = Const(0)
REGISTERS = tuple(f"r{n}" for n in range(32))
EXAMPLES = {"a register": "r1", "a number": "1", "a field": "cr0", "a label": "L0", "an address": "0(r2)"}
"""An example of each kind of operand, for messages."""

_REGISTER = re.compile(r"%?[rR](\d|[12]\d|3[01])")
_FIELD = re.compile(r"cr[0-7]", re.I)


def register(name: str) -> str | None:
    """`r0` to `r31`, in either case."""
    match = _REGISTER.fullmatch(name)
    return f"r{match[1]}" if match else None


@dataclass(frozen=True, slots=True)
class Line:
    """An instruction with its operands, which the methods read one by one."""

    source: Source
    mnemonic: str
    operands: tuple[Token | Tree[Token], ...]

    def register(self, index: int) -> str:
        """The register that an operand must be."""
        operand = self._operand(index, "a register")
        found = register(str(operand)) if isinstance(operand, str) else None
        return found or self._wrong(index, "a register")

    def number(self, index: int) -> int:
        """The number that an operand must be."""
        operand = self._operand(index, "a number")
        if getattr(operand, "type", "") != "NUMBER":
            self._wrong(index, "a number")
        return reading.number(str(operand))

    def label(self, index: int) -> str:
        """The label that an operand must be."""
        operand = self._operand(index, "a label")
        if getattr(operand, "type", "") != "NAME" or _REGISTER.fullmatch(str(operand)):
            self._wrong(index, "a label")
        return str(operand)

    def field(self) -> tuple[str, int]:
        """The condition field that the first operand may be (`CR0` if it is not), and the next operand's index."""
        first = str(self.operands[0]) if self.operands else ""
        return (first.upper(), 1) if _FIELD.fullmatch(first) else ("CR0", 0)

    def base(self, index: int) -> Expression:
        """A register as part of an address; `r0`, and the number 0, stand for no register (Book I, 1.10.3)."""
        operand = self._operand(index, "a register")
        return ZERO if str(operand) == "0" or register(str(operand)) == "r0" else Reg(self.register(index))

    def address(self, width: int) -> Expression:
        """The address of a `d(rA)` or `d,rA` operand at index 1."""
        operand = self._operand(1, "an address")
        if isinstance(operand, str):
            self.end(3)
            return self._displaced(self.number(1), self.base(2), width)
        self.end(2)
        offset, name = (str(token) for token in operand.children)
        base = register(name) or self._wrong(1, "an address")
        return self._displaced(reading.number(offset), ZERO if base == "r0" else Reg(base), width)

    def _displaced(self, offset: int, base: Expression, width: int) -> Expression:
        if offset % width:
            self._fail(UnsupportedError, 1, f"the offset {offset} is no multiple of the access size {width}",
                       "accesses that overlap in part are not supported")  # fmt: skip
        return Binary("+", base, Const(offset)) if offset else base

    def end(self, count: int) -> None:
        """There are exactly `count` operands."""
        if len(self.operands) > count:
            self._fail(InputError, count, f"'{self.mnemonic}' has {count} operands, found {len(self.operands)}",
                       "remove this operand")  # fmt: skip
        if len(self.operands) < count:
            self._fail(InputError, len(self.operands),
                       f"'{self.mnemonic}' has {count} operands, found {len(self.operands)}",
                       "separate operands by ','")  # fmt: skip

    def _operand(self, index: int, kind: str) -> Token | Tree[Token]:
        if index >= len(self.operands):
            self._wrong(index, kind)
        return self.operands[index]

    def _wrong(self, index: int, kind: str) -> NoReturn:
        self._fail(InputError, index, f"'{self.mnemonic}' expected {kind} as operand {index + 1}",
                   f"write {kind} such as {EXAMPLES[kind]}")  # fmt: skip

    def _fail(self, error: type[InputError], index: int, message: str, hint: str) -> NoReturn:
        """Raises an error at an operand, or at the end of the instruction."""
        end = len(self.source.text)
        if index >= len(self.operands):
            raise error(message, self.source.span(max(end - 1, 0), end), hint)
        operand = self.operands[index]
        place = operand if isinstance(operand, str) else operand.meta
        raise error(message, self.source.span(place.start_pos or 0, place.end_pos or end), hint)


def read(text: str) -> Line:
    """The mnemonic, in lower case, and the operands of an instruction."""
    source = Source("instruction", text)
    tree = reading.parse(reading.parser("ppc"), source, text)
    mnemonic, *operands = tree.children
    return Line(source, str(mnemonic).lower(), tuple(o for o in operands if o is not None))
