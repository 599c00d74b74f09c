"""RISC-V instructions on registers: arithmetic, logic, shifts, comparisons, branches.

The RISC-V Instruction Set Manual, Volume I: RV64I (2.4, 2.5, 4.2), multiplications, pseudo-instructions of assemblers.
The results of the W forms are 32 bits, sign-extended; all registers hold signed 64-bit numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from litmus.program import Assign, Binary, Branch, Const, Expression, Operation, Pointer, Unary
from litmus.syntax.assembly.operands import Line
from litmus.syntax.riscv.operands import ZERO, assign, signed, target, unsigned, value

Operations: TypeAlias = tuple[Operation, ...]
Form: TypeAlias = Callable[[Line], Operations]
Operator: TypeAlias = Callable[[Expression, Expression], Expression]
"""From two operands, signed 64-bit numbers, to the result, which is one too."""

# --- operators ------------------------------------------------------------------------------------------


def _bitwise(op: str) -> Operator:
    """Operators that stay within 64 bits."""
    return partial(Binary, op)


def _wrapping(op: str, bits: int) -> Operator:
    """Operators that may not."""
    return lambda left, right: signed(bits, Binary(op, left, right))


def _amount(bits: int, right: Expression) -> Expression:
    """By how much to shift: the low 5 or 6 bits of the operand."""
    if isinstance(right, Const) and isinstance(right.value, int):
        return Const(right.value & bits - 1)
    return Binary("&", right, Const(bits - 1))


def _left(bits: int) -> Operator:
    """Shift left."""
    return lambda left, right: signed(bits, Binary("<<", left, _amount(bits, right)))


def _logical_right(bits: int) -> Operator:
    """Shift right, with zeros."""
    return lambda left, right: signed(bits, Binary(">>", unsigned(bits, left), _amount(bits, right)))


def _arithmetic_right(bits: int) -> Operator:
    """Shift right, with copies of the sign."""
    return lambda left, right: Binary(">>", signed(bits, left), _amount(bits, right))


OPERATORS: dict[str, Operator] = {
    "add": _wrapping("+", 64), "addw": _wrapping("+", 32), "sub": _wrapping("-", 64), "subw": _wrapping("-", 32),
    "mul": _wrapping("*", 64), "mulw": _wrapping("*", 32),
    "and": _bitwise("&"), "or": _bitwise("|"), "xor": _bitwise("^"), "slt": _bitwise("<"), "sltu": _bitwise("u<"),
    "sll": _left(64), "sllw": _left(32), "srl": _logical_right(64), "srlw": _logical_right(32),
    "sra": _arithmetic_right(64), "sraw": _arithmetic_right(32),
}  # fmt: skip
"""Mnemonic to operator, for the instructions with two source registers."""

IMMEDIATE = {
    "addi": "add", "addiw": "addw", "andi": "and", "ori": "or", "xori": "xor", "slti": "slt", "sltiu": "sltu",
    "slli": "sll", "slliw": "sllw", "srli": "srl", "srliw": "srlw", "srai": "sra", "sraiw": "sraw",
}  # fmt: skip
"""Mnemonic of an instruction with a number to the one with a register."""

UNARY: dict[str, Callable[[Expression], Expression]] = {
    "mv": lambda source: source,
    "not": lambda source: Unary("~", source),
    "neg": lambda source: signed(64, Binary("-", ZERO, source)),
    "negw": lambda source: signed(32, Binary("-", ZERO, source)),
    "seqz": lambda source: Binary("==", source, ZERO),
    "snez": lambda source: Binary("!=", source, ZERO),
    "sltz": lambda source: Binary("<", source, ZERO),
    "sgtz": lambda source: Binary(">", source, ZERO),
    **{f"sext.{name}": partial(signed, bits) for name, bits in (("b", 8), ("h", 16), ("w", 32))},
    **{f"zext.{name}": partial(unsigned, bits) for name, bits in (("b", 8), ("h", 16), ("w", 32))},
}
"""Mnemonic to what it makes of its source register."""

CONDITIONS: dict[str, Operator] = {
    "beq": _bitwise("=="), "bne": _bitwise("!="),
    "blt": _bitwise("<"), "bge": _bitwise(">="), "bgt": _bitwise(">"), "ble": _bitwise("<="),
    "bltu": _bitwise("u<"), "bleu": _bitwise("u<="),
    "bgeu": lambda left, right: Binary("u<=", right, left), "bgtu": lambda left, right: Binary("u<", right, left),
}  # fmt: skip
"""Mnemonic of a branch to its condition."""

# --- forms ----------------------------------------------------------------------------------------------


def _registers(operator: Operator, line: Line) -> Operations:
    """`op rd,rs1,rs2`."""
    line.end(3)
    return assign(line, operator(value(line, 1), value(line, 2)))


def _immediate(operator: Operator, line: Line) -> Operations:
    """`op rd,rs1,number`; a sum with 0 is a copy, and a constant is one."""
    line.end(3)
    left, number = value(line, 1), line.number(2)
    if line.mnemonic == "addi" and not number:
        return assign(line, left)
    if left == ZERO and line.mnemonic in ("addi", "ori", "xori"):
        return assign(line, Const(number))
    return assign(line, operator(left, Const(number)))


def _unary(operator: Callable[[Expression], Expression], line: Line) -> Operations:
    """`op rd,rs`."""
    line.end(2)
    return assign(line, operator(value(line, 1)))


def _number(shift: int, line: Line) -> Operations:
    """`li rd,number`, and `lui rd,number` for its upper 20 bits."""
    line.end(2)
    number = line.number(1) << shift
    return assign(line, Const((number + (1 << 31)) % (1 << 32) - (1 << 31) if shift else number))


def _address(line: Line) -> Operations:
    """`la rd,symbol`."""
    line.end(2)
    location, name = line.name(1, "a location"), target(line)
    return () if name is None else (Assign(name, Const(Pointer(location))),)


def _jump(line: Line) -> Operations:
    """`j label`."""
    line.end(1)
    return (Branch(None, line.label(0)),)


def _branch(condition: Operator, line: Line) -> Operations:
    """`bne rs1,rs2,label`."""
    line.end(3)
    return (Branch(condition(value(line, 0), value(line, 1)), line.label(2)),)


def _branch_zero(condition: Operator, line: Line) -> Operations:
    """`bnez rs,label`."""
    line.end(2)
    return (Branch(condition(value(line, 0), ZERO), line.label(1)),)


def _nothing(line: Line) -> Operations:
    """`nop`."""
    line.end(0)
    return ()


FORMS: dict[str, Form] = {
    **{name: partial(_registers, operator) for name, operator in OPERATORS.items()},
    **{name: partial(_immediate, OPERATORS[same]) for name, same in IMMEDIATE.items()},
    **{name: partial(_unary, operator) for name, operator in UNARY.items()},
    **{name: partial(_branch, condition) for name, condition in CONDITIONS.items()},
    **{f"{name}z": partial(_branch_zero, CONDITIONS[name]) for name in ("beq", "bne", "blt", "bge", "bgt", "ble")},
    "li": partial(_number, 0),
    "lui": partial(_number, 12),
    "la": _address,
    "j": _jump,
    "nop": _nothing,
}
"""Mnemonic to form."""
