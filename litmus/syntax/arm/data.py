"""32-bit ARM instructions on registers: arithmetic, logic, shifts, moves, comparisons, branches.

The meaning is that of the ARM Architecture Reference Manual for ARMv7-A and ARMv7-R (DDI 0406), A8.  The flags are
the pair of numbers that the last comparison compared, `APSR.l` and `APSR.r`; an instruction that sets them from its
result compares that with 0, which is right for Z and N only: see `ORDER`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from litmus.program import Assign, Binary, Branch, Const, Expression, Operation, Reg, Select, Unary
from litmus.syntax.arm.operands import flexible, shift, value, word
from litmus.syntax.assembly.operands import Line

Operations: TypeAlias = tuple[Operation, ...]
Form: TypeAlias = Callable[[Line], Operations]
Operator: TypeAlias = Callable[[Expression, Expression], Expression]

# --- flags and conditions -------------------------------------------------------------------------------

LEFT, RIGHT = Reg("APSR.l"), Reg("APSR.r")
ZERO = Const(0)
SIGN = word(Binary("-", LEFT, RIGHT))
LEFT_BITS, RIGHT_BITS = Unary("u32", LEFT), Unary("u32", RIGHT)

CONDITIONS: dict[str, Expression] = {
    "eq": Binary("==", LEFT, RIGHT), "ne": Binary("!=", LEFT, RIGHT),
    "mi": Binary("<", SIGN, ZERO), "pl": Binary(">=", SIGN, ZERO),
    "lt": Binary("<", LEFT, RIGHT), "le": Binary("<=", LEFT, RIGHT),
    "gt": Binary(">", LEFT, RIGHT), "ge": Binary(">=", LEFT, RIGHT),
    "lo": Binary("<", LEFT_BITS, RIGHT_BITS), "cc": Binary("<", LEFT_BITS, RIGHT_BITS),
    "ls": Binary("<=", LEFT_BITS, RIGHT_BITS), "hi": Binary(">", LEFT_BITS, RIGHT_BITS),
    "hs": Binary(">=", LEFT_BITS, RIGHT_BITS), "cs": Binary(">=", LEFT_BITS, RIGHT_BITS),
}  # fmt: skip
"""Condition code to expression (ARM ARM A8.3, Table A8-1); VS and VC are left out."""

ORDER = frozenset(CONDITIONS) - {"eq", "ne", "mi", "pl"}
"""The conditions that look at carry or overflow, which only CMP and SUBS set as they are modelled here."""


def _compared(left: Expression, right: Expression) -> Operations:
    """Sets the flags."""
    return Assign(LEFT.name, left), Assign(RIGHT.name, right)


# --- arithmetic and logic -------------------------------------------------------------------------------


def _operator(op: str, complement: bool = False) -> Operator:
    """A binary operator on signed 32-bit numbers, on the complement of the second one for BIC."""
    if op in "&|^":
        return lambda left, right: Binary(op, left, Unary("~", right) if complement else right)
    return lambda left, right: word(Binary(op, left, right))


OPERATORS: dict[str, Operator] = {
    "add": _operator("+"), "sub": _operator("-"), "rsb": lambda left, right: _operator("-")(right, left),
    "and": _operator("&"), "orr": _operator("|"), "eor": _operator("^"), "xor": _operator("^"),
    "bic": _operator("&", complement=True),
}  # fmt: skip
"""Mnemonic to operator; XOR is a name that old tests have for EOR."""


def _arithmetic(name: str, flags: bool, line: Line) -> Operations:
    """`ADD Rd,Rn,operand`, or `ADD Rd,operand` for `ADD Rd,Rd,operand`."""
    short = len(line.operands) == 2
    target, left, right = line.register(0), value(line, 0 if short else 1), flexible(line, 1 if short else 2)
    result = Assign(target, OPERATORS[name](left, right))
    if not flags:
        return (result,)
    if name == "sub":
        return *_compared(left, right), result
    return result, *_compared(Reg(target), ZERO)


def _multiply(line: Line) -> Operations:
    """`MUL Rd,Rn,Rm`."""
    line.end(3)
    return (Assign(line.register(0), word(Binary("*", value(line, 1), value(line, 2)))),)


def _shift(name: str, line: Line) -> Operations:
    """`LSL Rd,Rn,#number` and `LSL Rd,Rn,Rm`."""
    line.end(3)
    amount = Binary("&", value(line, 2), Const(255)) if line.is_register(2) else Const(line.number(2))
    return (Assign(line.register(0), shift(name, value(line, 1), amount)),)


# --- moves ----------------------------------------------------------------------------------------------


def _move(complement: bool, flags: bool, line: Line) -> Operations:
    """`MOV Rd,operand`, and MVN."""
    target, operand = line.register(0), flexible(line, 1)
    result = Assign(target, Unary("~", operand) if complement else operand)
    return result, *(_compared(Reg(target), ZERO) if flags else ())


def _move_if(condition: str, line: Line) -> Operations:
    """`MOVEQ Rd,operand`: the result depends on what was chosen, and is picked by the condition."""
    target, operand = line.register(0), flexible(line, 1)
    return (Assign(target, Select(CONDITIONS[condition], operand, Reg(target))),)


def _move_half(top: bool, line: Line) -> Operations:
    """`MOVW Rd,#number` and MOVT, which writes the upper half."""
    line.end(2)
    target, number = line.register(0), line.number(1) & 0xFFFF
    if not top:
        return (Assign(target, Const(number)),)
    return (Assign(target, word(Binary("|", Binary("&", Reg(target), Const(0xFFFF)), Const(number << 16)))),)


# --- comparisons and branches ---------------------------------------------------------------------------


def _compare(line: Line) -> Operations:
    """`CMP Rn,operand`."""
    return _compared(value(line, 0), flexible(line, 1))


def _test(op: str, line: Line) -> Operations:
    """`TST Rn,operand` and TEQ."""
    return _compared(Binary(op, value(line, 0), flexible(line, 1)), ZERO)


def _branch(condition: Expression | None, line: Line) -> Operations:
    """`B label`, `BNE label`."""
    line.end(1)
    return (Branch(condition, line.label(0)),)


def _branch_zero(op: str, line: Line) -> Operations:
    """`CBZ Rn,label` and CBNZ."""
    line.end(2)
    return (Branch(Binary(op, value(line, 0), ZERO), line.label(1)),)


FORMS: dict[str, Form] = {
    **{name + "s" * flags: partial(_arithmetic, name, flags) for name in OPERATORS for flags in (False, True)},
    "mul": _multiply,
    **{name.lower(): partial(_shift, name) for name in ("LSL", "LSR", "ASR")},
    **{name + "s" * flags: partial(_move, name == "mvn", flags) for name in ("mov", "mvn") for flags in (False, True)},
    **{f"mov{code}": partial(_move_if, code) for code in CONDITIONS},
    "movw": partial(_move_half, False),
    "movt": partial(_move_half, True),
    "cmp": _compare,
    "tst": partial(_test, "&"),
    "teq": partial(_test, "^"),
    "b": partial(_branch, None),
    **{f"b{code}": partial(_branch, condition) for code, condition in CONDITIONS.items()},
    "cbz": partial(_branch_zero, "=="),
    "cbnz": partial(_branch_zero, "!="),
    "nop": lambda line: (),
}
"""Mnemonic to form."""

PARTIAL_FLAGS = frozenset({"tst", "teq", "movs", "mvns", *(f"{name}s" for name in OPERATORS if name != "sub")})
"""The instructions after which the conditions of `ORDER` are not known."""
