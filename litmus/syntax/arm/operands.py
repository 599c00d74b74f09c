"""The operands of 32-bit ARM instructions: registers, flexible second operands, addresses, conditions.

A register, and memory accessed by 4 bytes, hold a signed 32-bit number; bytes and half-words in memory are unsigned.
"""

from __future__ import annotations

import re
from functools import partial

from litmus.errors import UnsupportedError
from litmus.program import Assign, Binary, Const, Expression, Operation, Reg, Unary
from litmus.syntax import reading
from litmus.syntax.assembly import operands
from litmus.syntax.assembly.operands import Dialect, Line

NAMED = {"SP": "R13", "LR": "R14", "FP": "R11", "IP": "R12"}
REGISTERS = (*(f"R{n}" for n in range(13)), "SP", "LR")
"""Registers for hints."""

_REGISTER = re.compile(r"R(\d|1[0-4])", re.I)


def register(name: str) -> str | None:
    """`R0` to `R14`, in either case, by number or by name; `%x` is a register of that name.  The PC is none."""
    match = _REGISTER.fullmatch(name)
    if match:
        return f"R{match[1]}"
    return name if name.startswith("%") else NAMED.get(name.upper())


DIALECT = Dialect(
    "arm",
    register,
    {
        "a register": "R0", "a number": "#1", "a label": "L0", "an address": "[R1]", "a shift": "LSL #2",
        "a barrier option": "SY", "a register or a number": "#1",
    },
)  # fmt: skip

read = partial(operands.read, dialect=DIALECT, kind=Line)
"""The mnemonic and the operands of an instruction."""


def word(expression: Expression) -> Expression:
    """An expression as a signed 32-bit number."""
    if isinstance(expression, Const) and isinstance(expression.value, int):
        return Const((expression.value + (1 << 31)) % (1 << 32) - (1 << 31))
    return expression if isinstance(expression, Reg) else Unary("s32", expression)


def value(line: Line, index: int) -> Expression:
    """What the register that an operand must be holds."""
    return Reg(line.register(index))


def flexible(line: Line, index: int) -> Expression:
    """A flexible second operand: a number, or a register that the operand behind it may shift."""
    line.end(index + 1, index + 2)
    if line.is_register(index):
        return shifted(line, value(line, index), index + 1) if len(line.operands) > index + 1 else value(line, index)
    if getattr(line.operand(index, "a register or a number"), "type", "") != "NUMBER":
        line.wrong(index, "a register or a number")
    line.end(index + 1)
    return word(Const(line.number(index)))


def shifted(line: Line, left: Expression, index: int) -> Expression:
    """An expression after the shift that an operand must be."""
    tree = line.tree(index, "a shift")
    if tree.data != "shift":
        line.wrong(index, "a shift")
    name, amount = (str(token) for token in tree.children)
    return shift(name.upper(), left, Const(reading.number(amount.lstrip("#"))))


def shift(name: str, left: Expression, amount: Expression) -> Expression:
    """A signed 32-bit number, shifted by an amount from 0 to 31."""
    if name == "LSL":
        return word(Binary("<<", left, amount))
    return word(Binary(">>", left if name == "ASR" else Unary("u32", left), amount))


def address(line: Line, index: int, width: int) -> tuple[Expression, tuple[Operation, ...]]:
    """The address of an access of `width` bytes, operand number `index`, and the update of its base register."""
    line.end(index + 1, index + 2)
    if line.is_register(index):  # LDR R0,R1: how old tests write [R1]
        line.end(index + 1)
        return value(line, index), ()
    base, offset, writeback = _parts(line, index)
    place = base if offset is None else Binary("+", base, offset)
    if len(line.operands) > index + 1:
        if offset is not None or writeback:
            line.wrong(index, "an address")
        return base, _update(base, Binary("+", base, _checked(line, index + 1, width)))
    _aligned(line, index, offset, width)
    return place, _update(base, place) if writeback else ()


def simple_address(line: Line, index: int) -> Expression:
    """The address of an exclusive access, which must be `[Rn]`."""
    line.end(index + 1)
    base, offset, writeback = (value(line, index), None, False) if line.is_register(index) else _parts(line, index)
    return line.wrong(index, "an address") if offset is not None or writeback else base


def _parts(line: Line, index: int) -> tuple[Reg, Expression | None, bool]:
    """The base, the offset and whether the base is updated, of an operand in brackets."""
    tree = line.tree(index, "an address")
    if tree.data != "address":
        line.wrong(index, "an address")
    name, offset, change, mark = tree.children
    base = register(str(name)) or line.wrong(index, "an address")
    return Reg(base), None if offset is None else _offset(line, index, str(offset), change), mark is not None


def _offset(line: Line, index: int, written: str, change: object) -> Expression | None:
    """The offset inside brackets: a number, None for 0, or a register that may be shifted."""
    if written[0] in "#-+0123456789":
        number = reading.number(written.lstrip("#"))
        return Const(number) if number else None
    name = register(written) or line.wrong(index, "an address")
    if change is None:
        return Reg(name)
    kind, amount = (str(token) for token in change.children)  # type: ignore[attr-defined]
    return shift(kind.upper(), Reg(name), Const(reading.number(amount.lstrip("#"))))


def _checked(line: Line, index: int, width: int) -> Expression:
    """The offset behind brackets: a number or a register."""
    offset = value(line, index) if line.is_register(index) else Const(line.number(index))
    _aligned(line, index, offset, width)
    return offset


def _aligned(line: Line, index: int, offset: Expression | None, width: int) -> None:
    """Refuses a number that would make accesses overlap in part."""
    if isinstance(offset, Const) and isinstance(offset.value, int) and offset.value % width:
        line.fail(UnsupportedError, index, f"the offset {offset.value} is no multiple of the access size {width}",
                  "accesses that overlap in part are not supported")  # fmt: skip


def _update(base: Reg, place: Expression) -> tuple[Operation, ...]:
    """The base register becomes the address."""
    return (Assign(base.name, place),)
