"""The rules of `litmus/grammar/c.lark`: how an expression, and a file of macros, become trees."""

from __future__ import annotations

import re
from typing import Any

from lark import Token

from litmus.errors import UnsupportedError
from litmus.source import Source
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
    element,
)
from litmus.syntax.transformer import Rules, place


class Expressions(Rules):
    """The rules of `sequence`: a statement without its semicolon, or an expression."""

    def sequence(self, parts: list[Expression]) -> Expression:
        """`a, b`, or what stands alone."""
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def assign(self, parts: list[Any]) -> Assigned:
        """`a = b` and `a += b`."""
        target, sign, value = parts
        return Assigned(str(sign)[:-1] or None, target, value)

    def choice(self, parts: list[Expression]) -> Choice:
        """`a ? b : c`."""
        return Choice(*parts)

    def infix(self, parts: list[Any]) -> Expression:
        """`a + b - c`, from the left."""
        found: Expression = parts[0]
        for at in range(1, len(parts), 2):
            found = Infix(str(parts[at]), found, parts[at + 1])
        return found

    disjunction = conjunction = inclusive = exclusive = intersection = infix
    equality = relation = shift = sum = product = infix

    def prefixed(self, parts: list[Any]) -> Prefixed:
        """`-a`, `*p`, `++a`."""
        return Prefixed(str(parts[0]), parts[1])

    def cast(self, parts: list[Any]) -> Cast:
        """`(type *)a`: of the type the size of what it points to is kept."""
        return Cast(element(str(parts[0]).strip("() \t\n")), parts[1])

    def index(self, parts: list[Expression]) -> Index:
        """`a[i]`."""
        return Index(*parts)

    def stepped(self, parts: list[Any]) -> Stepped:
        """`a++` and `a--`."""
        return Stepped(str(parts[1]), parts[0])

    def field(self, parts: list[Any]) -> Expression:
        """`a.b` and `a->b`, which raise UnsupportedError."""
        raise UnsupportedError("fields of structures are not supported", Source("C", "").span(*place(parts[1])),
                               "make the field a shared variable of its own")  # fmt: skip

    def number(self, parts: list[Token]) -> Number:
        """A number, without its suffix."""
        return Number(int(re.sub("[uUlL]+$", "", parts[0]), 0 if parts[0][:2] in ("0x", "0X") else 10))

    def name(self, parts: list[Token]) -> Name:
        """A name, with its place."""
        return Name(str(parts[0]), *place(parts[0]))

    def call(self, parts: list[Any]) -> Call:
        """`f(a, b)`, `f{annotation}(a)`; also `f{annotation}`, a call without arguments."""
        name, *rest = parts
        annotation = rest.pop(0) if rest and isinstance(rest[0], str) else ""
        return Call(str(name), tuple(part for part in rest if part is not None), annotation, *place(name))

    bare = call

    def operator(self, parts: list[Token]) -> Operator:
        """An operator as an argument."""
        return Operator("".join(parts))

    def annotation(self, parts: list[Token]) -> str:
        """The labels in braces."""
        return ",".join(parts)


class MacroFile(Expressions):
    """The rules of `macros`: for each macro its name, its formal parameters, its body, and whether that is a value."""

    def macros(self, parts: list[Any]) -> list[Any]:
        """All macros of a file."""
        return parts

    def macro(self, parts: list[Any]) -> tuple[str, tuple[str, ...], tuple[Expression, ...], bool]:
        """One macro."""
        name, formals, (value, body) = parts
        return str(name), formals, body, value

    def formals(self, parts: list[Token]) -> tuple[str, ...]:
        """The names of the parameters."""
        return tuple(str(part) for part in parts if part is not None)

    def expression(self, parts: list[Expression]) -> tuple[bool, tuple[Expression, ...]]:
        """A body that is a value."""
        return True, tuple(parts)

    def statements(self, parts: list[Expression]) -> tuple[bool, tuple[Expression, ...]]:
        """A body that is not."""
        return False, tuple(parts)
