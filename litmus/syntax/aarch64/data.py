"""AArch64 instructions on registers: arithmetic, logic, moves and shifts (Arm ARM C6.2)."""

from __future__ import annotations

from collections.abc import Callable

from litmus.program import Binary, Const, Expression, Operation, Unary
from litmus.syntax.aarch64.conditions import ZERO, complement, negative, set_flags
from litmus.syntax.aarch64.operands import (
    EXTENSIONS,
    SHIFTS,
    Form,
    Immediate,
    Line,
    Modifier,
    Name,
    Operand,
    assign,
    shift,
    shifted,
    value,
    wrap,
)

# --- arithmetic and logic -------------------------------------------------------------------------------

Operator = Callable[[Expression, Expression], Expression]


def _operator(op: str, on_complement: bool = False) -> Operator:
    """The binary operator `op`, on the complement of the second operand for BIC, ORN and EON."""
    if on_complement:
        return lambda left, right: Binary(op, left, Unary("~", right))
    return lambda left, right: Binary(op, left, right)


def _second(line: Line, index: int, bits: int) -> Expression:
    """The flexible second operand at `index`: a number, or a register of `bits` bits, shifted or extended."""
    line.count(index + 1, index + 2)
    modifier = line.operands[index + 1] if len(line.operands) > index + 1 else None
    if modifier is not None and not isinstance(modifier, Modifier | Name):
        line.wrong(index + 1, "a shift, such as LSL #2, or an extension, such as SXTW")
    operand = line.operands[index]
    if isinstance(operand, Immediate):
        return Const(operand.value << _immediate_shift(line, index + 1, modifier))
    register = line.register(index, None if _extends(modifier) else bits)
    return shifted(line, register, modifier)


def _extends(modifier: Modifier | Name | None) -> bool:
    """Whether a modifier is an extension, which may widen a register."""
    name = modifier.name if isinstance(modifier, Modifier) else modifier.text if modifier else ""
    return name.upper() in EXTENSIONS


def _immediate_shift(line: Line, index: int, modifier: Operand | None) -> int:
    """By how much a number is shifted by the modifier, operand number `index`, if there is one."""
    if modifier is None:
        return 0
    if not isinstance(modifier, Modifier) or modifier.name != "LSL" or not 0 <= modifier.amount < 64:
        line.wrong(index, "a shift of the number, such as LSL #12")
    return modifier.amount


def _arithmetic(operator: Operator, sets_flags: bool = False) -> Form:
    """`op Rd,Rn,operand`; with flags, those of the result compared with 0 (ANDS, BICS)."""

    def form(line: Line) -> tuple[Operation, ...]:
        line.count(3, 4)
        target = line.register(0)
        left = value(line.register(1, target.bits))
        result = operator(left, _second(line, 2, target.bits))
        flags = set_flags(target.bits, result, ZERO) if sets_flags else ()
        return *flags, *assign(target, result)

    return form


def _test(line: Line) -> tuple[Operation, ...]:
    """`TST Rn,operand`: the flags of ANDS."""
    line.count(2, 3)
    left = line.register(0)
    return set_flags(left.bits, Binary("&", value(left), _second(line, 1, left.bits)), ZERO)


def _compare(line: Line) -> tuple[Operation, ...]:
    """`CMP Rn,operand`."""
    line.count(2, 3)
    left = line.register(0)
    return set_flags(left.bits, value(left), _second(line, 1, left.bits))


def _compare_negative(line: Line) -> tuple[Operation, ...]:
    """`CMN Rn,#k`: a comparison with -k, which sets the flags of an addition if k is not 0."""
    line.count(2, 3)
    left = line.register(0)
    return set_flags(left.bits, value(left), _negated(line, 1, left.bits))


def _subtract(line: Line) -> tuple[Operation, ...]:
    """`SUBS Rd,Rn,operand`: the flags of CMP, and the difference."""
    line.count(3, 4)
    target = line.register(0)
    left, right = value(line.register(1, target.bits)), _second(line, 2, target.bits)
    return *set_flags(target.bits, left, right), *assign(target, Binary("-", left, right))


def _add(line: Line) -> tuple[Operation, ...]:
    """`ADDS Rd,Rn,#k`: the flags of CMN, and the sum."""
    line.count(3, 4)
    target = line.register(0)
    left, right = value(line.register(1, target.bits)), _negated(line, 2, target.bits)
    return *set_flags(target.bits, left, right), *assign(target, Binary("-", left, right))


def _negated(line: Line, index: int, bits: int) -> Expression:
    """Minus the number at `index`; a register there is refused, whose carry is not that of a comparison."""
    operand = _second(line, index, bits)
    if not isinstance(operand, Const) or not isinstance(operand.value, int) or operand.value <= 0:
        line.refuse(
            f"the flags of {line.mnemonic} are supported for a positive number only",
            "compute the sum with ADD and compare it with CMP",
        )
    return Const(-operand.value)


def _unary(make: Callable[[Expression], Expression]) -> Form:
    """`NEG Rd,operand` and `MVN Rd,operand`."""

    def form(line: Line) -> tuple[Operation, ...]:
        line.count(2, 3)
        target = line.register(0)
        return assign(target, make(_second(line, 1, target.bits)))

    return form


def _multiply(combine: Operator | None, negative: bool = False) -> Form:
    """`MUL Rd,Rn,Rm`, `MADD Rd,Rn,Rm,Ra` and their kin."""

    def form(line: Line) -> tuple[Operation, ...]:
        line.count(3 if combine is None else 4)
        target, *sources = [line.register(i, line.register(0).bits) for i in range(len(line.operands))]
        product: Expression = Binary("*", value(sources[0]), value(sources[1]))
        if combine is not None:
            return assign(target, combine(value(sources[2]), product))
        return assign(target, Unary("-", product) if negative else product)

    return form


def _divide(signed: bool) -> Form:
    """`UDIV Rd,Rn,Rm` and `SDIV`: towards zero, and 0 for a division by 0 (Arm ARM C6.2, UDIV)."""

    def form(line: Line) -> tuple[Operation, ...]:
        line.count(3)
        target = line.register(0)
        left, right = (wrap(target.bits, value(line.register(i, target.bits)), signed) for i in (1, 2))
        return assign(target, Binary("/", left, right))

    return form


# --- moves and shifts -----------------------------------------------------------------------------------


def _move(line: Line) -> tuple[Operation, ...]:
    """`MOV Rd,Rm` or `MOV Rd,#k`."""
    line.count(2)
    target = line.register(0)
    return assign(target, _second(line, 1, target.bits))


def _wide(line: Line) -> tuple[int, int]:
    """The 16-bit number of MOVZ, MOVN or MOVK and by how much it is shifted."""
    line.count(2, 3)
    number = line.immediate(1, 0, 0xFFFF)
    if len(line.operands) == 2:
        return number, 0
    amount = _immediate_shift(line, 2, line.operands[2])
    if amount not in range(0, line.register(0).bits, 16):
        line.wrong(2, "a shift by a multiple of 16, such as LSL #16")
    return number, amount


def _move_wide(negated: bool) -> Form:
    """`MOVZ Rd,#k,LSL #s` and `MOVN`."""

    def form(line: Line) -> tuple[Operation, ...]:
        number, amount = _wide(line)
        moved = number << amount
        return assign(line.register(0), Const(~moved if negated else moved))

    return form


def _move_keep(line: Line) -> tuple[Operation, ...]:
    """`MOVK Rd,#k,LSL #s`: the other bits stay."""
    number, amount = _wide(line)
    target = line.register(0)
    kept = Binary("&", value(target), Const(~(0xFFFF << amount)))
    return assign(target, Binary("|", kept, Const(number << amount)))


def _shift(name: str) -> Form:
    """`LSL Rd,Rn,#k` and `LSL Rd,Rn,Rm`, where the amount is taken modulo the width of the register."""

    def form(line: Line) -> tuple[Operation, ...]:
        line.count(3)
        target = line.register(0)
        source = line.register(1, target.bits)
        return assign(target, shift(name, source, value(source), _amount(line, target.bits)))

    return form


def _amount(line: Line, bits: int) -> Expression:
    """The third operand of a shift."""
    if isinstance(line.operands[2], Immediate):
        return Const(line.immediate(2, 0, bits - 1))
    return Binary("&", value(line.register(2, bits)), Const(bits - 1))


def _extend(bits: int, signed: bool) -> Form:
    """`SXTW Xd,Wn`, `UXTB Wd,Wn` and their kin."""

    def form(line: Line) -> tuple[Operation, ...]:
        line.count(2)
        return assign(line.register(0), wrap(bits, value(line.register(1)), signed))

    return form


# --- the table ------------------------------------------------------------------------------------------

FORMS: dict[str, Form] = {
    "ADD": _arithmetic(_operator("+")), "SUB": _arithmetic(_operator("-")),
    "AND": _arithmetic(_operator("&")), "BIC": _arithmetic(_operator("&", on_complement=True)),
    "ORR": _arithmetic(_operator("|")), "ORN": _arithmetic(_operator("|", on_complement=True)),
    "EOR": _arithmetic(_operator("^")), "EON": _arithmetic(_operator("^", on_complement=True)),
    "ANDS": _arithmetic(_operator("&"), sets_flags=True),
    "BICS": _arithmetic(_operator("&", on_complement=True), sets_flags=True),
    "ADDS": _add, "SUBS": _subtract, "CMP": _compare, "CMN": _compare_negative, "TST": _test,
    "NEG": _unary(negative), "MVN": _unary(complement),
    "MUL": _multiply(None), "MNEG": _multiply(None, negative=True),
    "MADD": _multiply(_operator("+")), "MSUB": _multiply(_operator("-")),
    "UDIV": _divide(signed=False), "SDIV": _divide(signed=True),
    "MOV": _move, "MOVZ": _move_wide(negated=False), "MOVN": _move_wide(negated=True), "MOVK": _move_keep,
    **{name: _shift(name) for name in SHIFTS},
    **{name: _extend(*EXTENSIONS[name]) for name in ("UXTB", "UXTH", "UXTW", "SXTB", "SXTH", "SXTW")},
}  # fmt: skip
"""Mnemonic to form."""
