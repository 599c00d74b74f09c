"""C expressions: from the rules of `c.lark` to the syntax tree."""

from __future__ import annotations

import re
from typing import Any

from lark import Token

from litmus.errors import UnsupportedError
from litmus.source import Source
from litmus.syntax.c.pointers import element
from litmus.syntax.c.tree import (
    Assigned,
    Call,
    Cast,
    Choice,
    Expression,
    Index,
    Infix,
    Name,
    Number,
    Operator,
    Prefixed,
    Sequence,
    Stepped,
)
from litmus.syntax.transformer import Rules


class Expressions(Rules[Any]):
    """The rules of `c.lark` that are expressions, from the loosest operator to names and numbers."""

    def sequence(self, parts: list[Expression]) -> Expression:
        """`a, b, c`."""
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def assign(self, parts: list[Any]) -> Assigned:
        """`a = b`, `a += b`."""
        target, sign, value = parts
        return Assigned(str(sign)[:-1] or None, target, value)

    def choice(self, parts: list[Expression]) -> Choice:
        """`a ? b : c`."""
        return Choice(*parts)

    def infix(self, parts: list[Any]) -> Expression:
        """Operands joined by binary operators, from left to right."""
        found: Expression = parts[0]
        for at in range(1, len(parts), 2):
            found = Infix(str(parts[at]), found, parts[at + 1])
        return found

    disjunction = conjunction = inclusive = exclusive = intersection = infix
    equality = relation = shift = sum = product = infix

    def prefixed(self, parts: list[Any]) -> Prefixed:
        """`*a`, `&a`, `-a`, `++a`."""
        return Prefixed(str(parts[0]), parts[1])

    def cast(self, parts: list[Any]) -> Cast:
        """`(int *)a`."""
        return Cast(element(str(parts[0]).strip("() \t\n")), parts[1])

    def index(self, parts: list[Expression]) -> Index:
        """`a[b]`."""
        return Index(*parts)

    def stepped(self, parts: list[Any]) -> Stepped:
        """`a++`."""
        return Stepped(str(parts[1]), parts[0])

    def field(self, parts: list[Any]) -> Expression:
        """`a->b`, which is refused."""
        raise UnsupportedError("fields of structures are not supported", Source("C", "").span(*_place(parts[1])),
                               "make the field a shared variable of its own")  # fmt: skip

    def number(self, parts: list[Token]) -> Number:
        """A number, with its suffixes left out."""
        return Number(int(re.sub("[uUlL]+$", "", parts[0]), 0 if parts[0][:2] in ("0x", "0X") else 10))

    def name(self, parts: list[Token]) -> Name:
        """A name, with its place."""
        return Name(str(parts[0]), *_place(parts[0]))

    def call(self, parts: list[Any]) -> Call:
        """`f(a, b)`, `f{annotation}(a)`, `f()`."""
        name, *rest = parts
        annotation = rest.pop(0) if rest and isinstance(rest[0], str) else ""
        return Call(str(name), tuple(part for part in rest if part is not None), annotation, *_place(name))

    bare = call

    def operator(self, parts: list[Token]) -> Operator:
        """An operator that is an argument: `__atomic_op(x, +, v)`."""
        return Operator("".join(parts))

    def annotation(self, parts: list[Token]) -> str:
        """What stands in the braces of a primitive."""
        return ",".join(parts)


def _place(token: Token) -> tuple[int, int]:
    """Where a token stands."""
    return token.start_pos or 0, token.end_pos or 0
