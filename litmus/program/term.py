"""Terms: the values of a straight-line run, as expressions over what its reads return.

A term is an integer, a `Pointer`, `Read(key)` for the value that a read event returns, or an `Operation`
on terms.  Operations on constants are folded when they are built, so a term without a `Read` is a value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from litmus.errors import UnsupportedError
from litmus.program.value import Pointer, Value


@dataclass(frozen=True, slots=True)
class Read:
    """The value returned by the read event with this key (`EventStructure.reads` maps keys to events)."""

    key: int


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator of `litmus.program` (`+`, `==`, `u32`, ..., `select`) on terms, one of them not constant."""

    op: str
    arguments: tuple[Term, ...]


Term: TypeAlias = int | Pointer | Read | Operation

SYMBOLIC = (Read, Operation)
"""The classes of the terms that are no values, as `isinstance` takes them."""


def _divide(left: int, right: int) -> int:
    """Division that truncates towards zero, as C and the hardware do; by zero it gives 0 (as on Arm)."""
    if not right:
        return 0
    quotient = abs(left) // abs(right)
    return quotient if (left < 0) == (right < 0) else -quotient


def _unsigned(value: int) -> int:
    return value & (1 << 64) - 1


def _signed(bits: int) -> Callable[[int], int]:
    half = 1 << bits - 1
    return lambda a: (a + half & (half << 1) - 1) - half


INTEGER_OPERATORS: dict[str, Callable[..., int]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": _divide,
    "%": lambda a, b: a - b * _divide(a, b),
    "&": lambda a, b: a & b,
    "|": lambda a, b: a | b,
    "^": lambda a, b: a ^ b,
    "<<": lambda a, b: a << (b & 63),
    ">>": lambda a, b: a >> (b & 63),
    "==": lambda a, b: int(a == b),
    "!=": lambda a, b: int(a != b),
    "<": lambda a, b: int(a < b),
    "<=": lambda a, b: int(a <= b),
    ">": lambda a, b: int(a > b),
    ">=": lambda a, b: int(a >= b),
    "u<": lambda a, b: int(_unsigned(a) < _unsigned(b)),
    "u<=": lambda a, b: int(_unsigned(a) <= _unsigned(b)),
    "min": min,
    "max": max,
    "umin": lambda a, b: min(a, b, key=_unsigned),
    "umax": lambda a, b: max(a, b, key=_unsigned),
    "neg": lambda a: -a,
    "~": lambda a: ~a,
    "!": lambda a: int(not a),
    **{f"u{n}": (lambda a, mask=(1 << n) - 1: a & mask) for n in (8, 16, 32, 64)},
    **{f"s{n}": _signed(n) for n in (8, 16, 32, 64)},
}


def _on_pointers(op: str, arguments: tuple[Value, ...]) -> Value:
    """The operators that make sense on addresses; everything else is refused by name."""
    if op == "!":
        return 0
    if len(arguments) == 1 and op[0] in "us":
        return arguments[0]
    if op in ("==", "!="):
        return int((arguments[0] == arguments[1]) == (op == "=="))
    left, right = arguments if len(arguments) == 2 else (arguments[0], None)
    if isinstance(left, Pointer) and isinstance(right, int):
        if op in "+-":
            return Pointer(left.base, left.offset + (right if op == "+" else -right))
        if right == 0 and op in ("|", "^", "<<", ">>"):
            return left
        if right == 0 and op in ("&", "*"):
            return 0
    if isinstance(right, Pointer) and isinstance(left, int) and op in ("+", "|", "^") and (op == "+" or not left):
        return Pointer(right.base, right.offset + left)
    if isinstance(left, Pointer) and isinstance(right, Pointer) and left.base == right.base:
        if op in ("<", "<=", ">", ">=", "-"):
            return INTEGER_OPERATORS[op](left.offset, right.offset)
        if op in ("^", "&", "|") and left == right:
            return 0 if op == "^" else left
    raise UnsupportedError(
        f"the operator '{op}' on the address of a variable ({', '.join(map(str, arguments))}) has no known value",
        hint="an address may be compared, and an integer added to it",
    )


def compute(op: str, arguments: tuple[Value, ...]) -> Value:
    """The value of an operator on values (`select` takes the condition first)."""
    if op == "select":
        return arguments[1] if arguments[0] else arguments[2]
    for argument in arguments:
        if isinstance(argument, Pointer):
            return _on_pointers(op, arguments)
    return INTEGER_OPERATORS["neg" if op == "-" and len(arguments) == 1 else op](*arguments)


def apply(op: str, *arguments: Term) -> Term:
    """The term `op(arguments)`, folded when all arguments are values."""
    for argument in arguments:
        if isinstance(argument, SYMBOLIC):
            return Operation(op, arguments)
    return compute(op, arguments)  # type: ignore[arg-type]


def evaluate(term: Term, values: Mapping[int, Value]) -> Value:
    """The value of a term; `values` maps the keys of all its reads (KeyError where one is missing)."""
    if isinstance(term, Read):
        return values[term.key]
    if isinstance(term, Operation):
        return compute(term.op, tuple([evaluate(a, values) for a in term.arguments]))
    return term


def read_keys(term: Term) -> tuple[int, ...]:
    """The keys of the reads in a term, each once, left to right."""
    if isinstance(term, Read):
        return (term.key,)
    if isinstance(term, Operation):
        return tuple(dict.fromkeys(key for a in term.arguments for key in read_keys(a)))
    return ()


def added_constant(term: Term) -> int | None:
    """c where the term is a single read plus c (truncations aside), else None."""
    if isinstance(term, Read):
        return 0
    if not isinstance(term, Operation):
        return None
    first, *rest = term.arguments
    if not rest and term.op[0] in "us":
        return added_constant(first)
    if len(rest) == 1 and term.op in ("+", "-"):
        if term.op == "+" and isinstance(first, int):
            first, rest = rest[0], [first]
        inner, constant = added_constant(first), rest[0]
        if inner is not None and isinstance(constant, int):
            return inner + (constant if term.op == "+" else -constant)
    return None
