"""Expressions over what reads return: the values of a traced run, and the conditions on its results."""

from __future__ import annotations

import operator
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from mmcore.errors import ScenarioError, assert_never

Comparison: TypeAlias = Literal["==", "!=", "<", "<=", ">", ">="]
Operator: TypeAlias = Literal["+", "-", "*", "&", "|", "^", "<<", ">>"] | Comparison

OPPOSITES: dict[Operator, Comparison] = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
BINARY: dict[Operator, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "&": operator.and_, "|": operator.or_,
    "^": operator.xor, "<<": operator.lshift, ">>": operator.rshift, "<": operator.lt, "<=": operator.le,
    ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip

Key: TypeAlias = Hashable
"""What tells the registers of a thread apart; the tracer chooses it."""


@dataclass(frozen=True, slots=True)
class Address:
    """The address of what has that name in memory."""

    name: str


@dataclass(frozen=True, slots=True)
class CellAddress(Address):
    """The address of a cell."""


@dataclass(frozen=True, slots=True)
class ArrayAddress(Address):
    """The address of an array."""


@dataclass(frozen=True, slots=True)
class Element:
    """The address of an element of the array that `array` points to."""

    array: Expression
    index: int


@dataclass(frozen=True, slots=True)
class Register:
    """What a read returned."""

    key: Key


@dataclass(frozen=True, slots=True)
class Reported:
    """In a condition: what a thread observed."""

    thread: int
    name: str


@dataclass(frozen=True, slots=True)
class Final:
    """In a condition: what a cell holds at the end."""

    cell: str


@dataclass(frozen=True, slots=True)
class Complement:
    """`~operand`; in a condition, its negation."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary:
    """`left operator right`."""

    operator: Operator
    left: Expression
    right: Expression


Expression: TypeAlias = (
    "int | CellAddress | ArrayAddress | Element | Register | Reported | Final | Complement | Binary"
)


def binary(symbol: Operator, left: Expression, right: Expression) -> Expression:
    """`left symbol right`, computed where both are numbers; a comparison of high bits masks the others, unshifted."""
    if isinstance(left, int) and isinstance(right, int):
        return int(BINARY[symbol](left, right))
    match symbol, left, right:
        case "==" | "!=", Binary(">>", shifted, int(bits)), int(high):
            return Binary(symbol, Binary("&", shifted, -1 << bits), high << bits)
    return Binary(symbol, left, right)


def is_comparison(expression: Expression) -> bool:
    """Whether an expression is a comparison."""
    return isinstance(expression, Binary) and expression.operator in OPPOSITES


def negated(condition: Expression) -> Expression:
    """The condition that holds where the given one does not."""
    if isinstance(condition, Binary) and condition.operator in OPPOSITES:
        return Binary(OPPOSITES[condition.operator], condition.left, condition.right)
    return binary("==", condition, 0)


def leaves(expression: Expression) -> list[Expression]:
    """What an expression is computed from, from left to right."""
    found: list[Expression] = []
    waiting = [expression]
    while waiting:
        each = waiting.pop()
        if isinstance(each, Binary):
            waiting += (each.right, each.left)
        elif isinstance(each, Element):
            waiting.append(each.array)
        elif isinstance(each, Complement):
            waiting.append(each.operand)
        else:
            found.append(each)
    return found


def registers(expression: Expression) -> Iterator[Key]:
    """The keys of the registers in an expression, from left to right."""
    return (leaf.key for leaf in leaves(expression) if isinstance(leaf, Register))


def finals(condition: Expression) -> Iterator[str]:
    """The cells whose final value a condition speaks of."""
    return (leaf.cell for leaf in leaves(condition) if isinstance(leaf, Final))


def evaluate(expression: Expression, values: Mapping[Key, Expression]) -> Expression:
    """A number or an address, where each register has the value given."""
    if isinstance(expression, int):
        return expression
    if isinstance(expression, Binary):
        return _computed(expression.operator, evaluate(expression.left, values), evaluate(expression.right, values))
    if isinstance(expression, Register):
        return values[expression.key]
    if isinstance(expression, Address):
        return expression
    if isinstance(expression, Element):
        return _element(evaluate(expression.array, values), expression.index)
    if isinstance(expression, Complement):
        operand = evaluate(expression.operand, values)
        return ~operand if isinstance(operand, int) else 0
    if isinstance(expression, Reported | Final):
        raise ScenarioError("a thread computes from its own reads, and not from results")
    assert_never(expression)


def _computed(symbol: Operator, left: Expression, right: Expression) -> int:
    """An operation on two values; of addresses, only (in)equality means anything."""
    if symbol in ("==", "!=") or (isinstance(left, int) and isinstance(right, int)):
        return int(BINARY[symbol](left, right))
    raise ScenarioError(f"the operator {symbol} is applied to an address", hint="compare addresses with == and != only")


def _element(array: Expression, index: int) -> Expression:
    """The address of an element; what is no array has none."""
    return CellAddress(f"{array.name}[{index}]") if isinstance(array, ArrayAddress) else 0


def replaced(expression: Expression, names: Mapping[Key, Key]) -> Expression:
    """The expression with other keys for some registers."""
    match expression:
        case int() | CellAddress() | ArrayAddress() | Reported() | Final():
            return expression
        case Register(key):
            return Register(names.get(key, key))
        case Element(array, index):
            return Element(replaced(array, names), index)
        case Complement(operand):
            return Complement(replaced(operand, names))
        case Binary(symbol, left, right):
            return Binary(symbol, replaced(left, names), replaced(right, names))
    assert_never(expression)
