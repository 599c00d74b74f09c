"""AArch64 conditions: the flags, conditional selection, and branches.

The flags are the pair of values that the last comparison compared, `NZCV.l` and `NZCV.r`, as signed 64-bit
numbers; a 32-bit comparison compares the values shifted into the upper half, where carry, sign and overflow
come out the same.  So every condition is one expression of the two (Arm ARM C1.2.4).
"""

from __future__ import annotations

from collections.abc import Callable

from litmus.errors import InputError
from litmus.program import Assign, Binary, Branch, Const, Expression, Operation, Reg, Select, Unary
from litmus.syntax import reading
from litmus.syntax.aarch64.operands import Form, Line, Register, assign, offset, value, wrap

# --- flags and conditions -------------------------------------------------------------------------------

LEFT, RIGHT = Reg("NZCV.l"), Reg("NZCV.r")
DIFFERENCE = Binary("-", LEFT, RIGHT)
ZERO = Const(0)

CONDITIONS: dict[str, Expression] = {
    "EQ": Binary("==", LEFT, RIGHT),
    "NE": Binary("!=", LEFT, RIGHT),
    "HS": Binary("u<=", RIGHT, LEFT),
    "LO": Binary("u<", LEFT, RIGHT),
    "MI": Binary("<", wrap(64, DIFFERENCE, signed=True), ZERO),
    "PL": Binary(">=", wrap(64, DIFFERENCE, signed=True), ZERO),
    "VS": Binary("!=", wrap(64, DIFFERENCE, signed=True), DIFFERENCE),
    "VC": Binary("==", wrap(64, DIFFERENCE, signed=True), DIFFERENCE),
    "HI": Binary("u<", RIGHT, LEFT),
    "LS": Binary("u<=", LEFT, RIGHT),
    "GE": Binary(">=", LEFT, RIGHT),
    "LT": Binary("<", LEFT, RIGHT),
    "GT": Binary(">", LEFT, RIGHT),
    "LE": Binary("<=", LEFT, RIGHT),
    "AL": Const(1),
}
"""Condition code to expression (Arm ARM C1.2.4, Table C1-1)."""

CONDITIONS |= {"CS": CONDITIONS["HS"], "CC": CONDITIONS["LO"]}

CARRY = frozenset({"CS", "CC", "HS", "LO", "HI", "LS"})
"""The conditions that look at the carry flag, which a logical operation clears."""


SETS_FLAGS = frozenset({"ADDS", "ANDS", "BICS", "CMN", "CMP", "SUBS", "TST"})
"""The instructions that set the flags."""

CLEARS_CARRY = frozenset({"ANDS", "BICS", "TST"})
"""The instructions after which the `CARRY` conditions are not those of the compared values."""


def condition(line: Line, index: int) -> Expression:
    """The condition code that operand number `index` must be, as an expression of the flags."""
    code = line.word(index, "a condition, such as EQ").upper()
    if code not in CONDITIONS:
        line.wrong(index, f"a condition, one of {', '.join(CONDITIONS)}")
    return CONDITIONS[code]


def set_flags(bits: int, left: Expression, right: Expression) -> tuple[Operation, ...]:
    """Sets the flags to the comparison of two values of `bits` bits."""
    return Assign("NZCV.l", _comparable(bits, left)), Assign("NZCV.r", _comparable(bits, right))


def _comparable(bits: int, operand: Expression) -> Expression:
    """An operand of a comparison as a signed 64-bit number."""
    if bits == 64:
        return wrap(64, operand, signed=True)
    if isinstance(operand, Const) and isinstance(operand.value, int):
        return wrap(64, Const(operand.value << 32), signed=True)
    return wrap(64, Binary("<<", operand, Const(32)), signed=True)


# --- conditional selection ------------------------------------------------------------------------------

Change = Callable[[Expression], Expression]


def _same(operand: Expression) -> Expression:
    """What CSEL does to its second operand."""
    return operand


def _increment(operand: Expression) -> Expression:
    """What CSINC does to its second operand."""
    return offset(operand, 1) if operand != ZERO else Const(1)


def negative(operand: Expression) -> Expression:
    """Minus an operand."""
    return Unary("-", operand)


def complement(operand: Expression) -> Expression:
    """An operand with all bits turned."""
    return Unary("~", operand)


def _select(change: Change) -> Form:
    """`CSEL Rd,Rn,Rm,cond`: Rn, or else Rm, changed."""

    def form(line: Line) -> tuple[Operation, ...]:
        line.count(4)
        target = line.register(0)
        then, otherwise = (value(line.register(i, target.bits)) for i in (1, 2))
        return assign(target, Select(condition(line, 3), then, change(otherwise)))

    return form


def _change_if(change: Change) -> Form:
    """`CINC Rd,Rn,cond`: Rn changed if the condition holds, else Rn."""

    def form(line: Line) -> tuple[Operation, ...]:
        line.count(3)
        target = line.register(0)
        source = value(line.register(1, target.bits))
        return assign(target, Select(condition(line, 2), change(source), source))

    return form


def _set_if(number: int) -> Form:
    """`CSET Rd,cond` (1 or 0) and `CSETM Rd,cond` (-1 or 0)."""

    def form(line: Line) -> tuple[Operation, ...]:
        line.count(2)
        return assign(line.register(0), Select(condition(line, 1), Const(number), ZERO))

    return form


# --- branches -------------------------------------------------------------------------------------------


def _branch(line: Line) -> tuple[Operation, ...]:
    """`B label`."""
    line.count(1)
    return (Branch(None, line.label(0)),)


def branch_if(line: Line) -> tuple[Operation, ...]:
    """`B.cond label`."""
    line.count(1)
    code = line.mnemonic.partition(".")[2]
    if code not in CONDITIONS:
        hint = reading.suggestion(code, list(CONDITIONS)) or f"write one of {', '.join(CONDITIONS)}"
        raise InputError(f"'{code}' is not a condition", line.source.span(2, 2 + len(code)), hint)
    return (Branch(None if code == "AL" else CONDITIONS[code], line.label(0)),)


def _branch_zero(if_zero: bool) -> Form:
    """`CBZ Rt,label` and `CBNZ`."""

    def form(line: Line) -> tuple[Operation, ...]:
        line.count(2)
        return _jump(_whole(line.register(0)), if_zero, line.label(1))

    return form


def _branch_bit(if_zero: bool) -> Form:
    """`TBZ Rt,#bit,label` and `TBNZ`."""

    def form(line: Line) -> tuple[Operation, ...]:
        line.count(3)
        register = line.register(0)
        bit = Const(1 << line.immediate(1, 0, register.bits - 1))
        return _jump(Binary("&", value(register), bit), if_zero, line.label(2))

    return form


def _whole(register: Register) -> Expression:
    """The bits of a register that its name stands for."""
    return value(register) if register.bits == 64 else wrap(32, value(register))


def _jump(tested: Expression, if_zero: bool, label: str) -> tuple[Operation, ...]:
    """Jumps to a label if a value is 0, or if it is not."""
    return (Branch(Unary("!", tested) if if_zero else tested, label),)


# --- the table ------------------------------------------------------------------------------------------

FORMS: dict[str, Form] = {
    "CSEL": _select(_same), "CSINC": _select(_increment),
    "CSINV": _select(complement), "CSNEG": _select(negative),
    "CINC": _change_if(_increment), "CINV": _change_if(complement), "CNEG": _change_if(negative),
    "CSET": _set_if(1), "CSETM": _set_if(-1),
    "B": _branch, "CBZ": _branch_zero(if_zero=True), "CBNZ": _branch_zero(if_zero=False),
    "TBZ": _branch_bit(if_zero=True), "TBNZ": _branch_bit(if_zero=False),
}  # fmt: skip
"""Mnemonic to form; `B.cond` is `branch_if`."""
