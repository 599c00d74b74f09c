"""x86: the flags after every instruction that sets them, against their definition (SDM volume 1, 3.4.3.1)."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from litmus.program import Assign, Binary, Branch, Const, Expression, Operation, Reg, Unary, Value
from litmus.program.term import compute
from litmus.syntax.x86.access import CODES
from litmus.syntax.x86.front import instruction

Registers = dict[str, Value]
TWO = ("add", "sub", "cmp", "and", "or", "xor", "test")
ONE = ("inc", "dec", "neg")
EDGES = (-128, -127, -2, -1, 0, 1, 2, 126, 127)
NAMES = {8: ("AL", "BL"), 16: ("AX", "BX"), 32: ("EAX", "EBX")}


def value(expression: Expression, registers: Mapping[str, Value]) -> Value:
    """The value of an expression of a thread that reads no memory."""
    match expression:
        case Const(constant):
            return constant
        case Reg(name):
            return registers.get(name, 0)
        case Unary(op, argument):
            return compute(op, (value(argument, registers),))
        case Binary(op, left, right):
            return compute(op, (value(left, registers), value(right, registers)))
    raise AssertionError(expression)


def execute(operations: tuple[Operation, ...], registers: Registers) -> None:
    """Runs operations on registers."""
    for operation in operations:
        assert isinstance(operation, Assign)
        registers[operation.register] = value(operation.expression, registers)


def jumps(code: str, registers: Registers) -> bool:
    """Whether `jCODE` is taken."""
    (branch,) = instruction(f"j{code} there")
    assert isinstance(branch, Branch) and branch.condition is not None
    return bool(value(branch.condition, registers))


def flags(name: str, left: int, right: int, bits: int, carry: bool) -> tuple[bool, bool, bool, bool]:
    """CF, ZF, SF, OF after an instruction on numbers of `bits` bits."""
    mask, half = (1 << bits) - 1, 1 << bits - 1
    a, b = left & mask, right & mask

    def signed(number: int) -> int:
        return number - 2 * half if number & half else number

    exact, borrow = {
        "add": (signed(a) + signed(b), a + b > mask), "sub": (signed(a) - signed(b), a < b),
        "cmp": (signed(a) - signed(b), a < b), "neg": (-signed(a), a != 0),
        "inc": (signed(a) + 1, carry), "dec": (signed(a) - 1, carry), "and": (signed(a & b), False),
        "test": (signed(a & b), False), "or": (signed(a | b), False), "xor": (signed(a ^ b), False),
    }[name]  # fmt: skip
    return borrow, exact & mask == 0, bool(exact & half), not -half <= exact < half


def conditions(carry: bool, zero: bool, sign: bool, overflow: bool) -> dict[str, bool]:
    """The conditions of jumps (SDM volume 1, appendix B) without their negations."""
    return {
        "c": carry, "b": carry, "nae": carry, "z": zero, "e": zero, "s": sign, "o": overflow, "be": carry or zero,
        "na": carry or zero, "l": sign != overflow, "nge": sign != overflow, "le": zero or sign != overflow,
        "ng": zero or sign != overflow,
    }  # fmt: skip


NEGATED = {"c": "nc", "b": "ae", "nae": "nb", "z": "nz", "e": "ne", "s": "ns", "o": "no", "be": "a", "na": "nbe",
           "l": "ge", "nge": "nl", "le": "g", "ng": "nle"}  # fmt: skip


def check(name: str, left: int, right: int, bits: int, carry: bool = False) -> None:
    """Every condition after `name left, right`, where the carry was set or not before."""
    first, second = NAMES[bits]
    registers: Registers = {}
    execute(instruction("mov EDX,1"), registers)
    execute(instruction(f"cmp EDX,{2 if carry else 0}"), registers)
    for register, number in ((first, left), (second, right)):
        execute(instruction(f"mov {register},{number}"), registers)
    execute(instruction(f"{name} {first}" + (f",{second}" if name in TWO else "")), registers)
    expected = conditions(*flags(name, left, right, bits, carry))
    assert {code: jumps(code, registers) for code in expected} == expected
    assert {code: not jumps(NEGATED[code], registers) for code in expected} == expected


@pytest.mark.parametrize("name", (*TWO, *ONE))
def test_bytes_around_every_edge(name: str) -> None:
    for left in EDGES:
        for right in EDGES if name in TWO else (0, 1):
            check(name, left, right, 8, carry=bool(right))


@given(st.sampled_from((*TWO, *ONE)), st.sampled_from((16, 32)), st.data(), st.booleans())
def test_wider_numbers(name: str, bits: int, data: st.DataObject, carry: bool) -> None:
    half = 1 << bits - 1
    number = st.integers(-half, half - 1) | st.sampled_from((-half, 1 - half, -1, 0, 1, half - 1))
    check(name, data.draw(number), data.draw(number), bits, carry)


def test_every_condition_is_tested() -> None:
    tested = {*NEGATED, *NEGATED.values(), "lt", "gt"}
    assert set(CODES) == tested
    assert CODES["lt"] == CODES["l"] and CODES["gt"] == CODES["g"]
