"""C expressions: text to syntax tree, by the grammar `c.lark`, each distinct text once."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from litmus.errors import UnsupportedError
from litmus.source import Source
from litmus.syntax import reading
from litmus.syntax.assembly import initial
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

if TYPE_CHECKING:
    from lark import Lark, Token

__all__ = ["builder", "element", "expression"]


@lru_cache(maxsize=16384)
def expression(text: str) -> Expression:
    """The expression that `text` is; places count from its start.

    Raises InputError with a span in a source that is `text` alone.
    """
    found = reading.parse(_parser(), Source("C", text), text)
    assert isinstance(found, Expression)
    return found


def element(written: str) -> int | None:
    """The size of what a type, as written, points to; None if it is no pointer type."""
    outer = written.rfind("*")
    return None if outer < 0 else initial.size_of(written[:outer])


@cache
def _parser() -> Lark:
    return reading.parser("c", "sequence", builder())


def builder() -> Any:
    """The lark transformer for `c.lark`; its methods are named after the rules."""
    from lark import Transformer

    class Builder(Transformer[Any, Any]):
        def sequence(self, parts: list[Expression]) -> Expression:
            return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

        def assign(self, parts: list[Any]) -> Assigned:
            target, sign, value = parts
            return Assigned(str(sign)[:-1] or None, target, value)

        def choice(self, parts: list[Expression]) -> Choice:
            return Choice(*parts)

        def infix(self, parts: list[Any]) -> Expression:
            found: Expression = parts[0]
            for at in range(1, len(parts), 2):
                found = Infix(str(parts[at]), found, parts[at + 1])
            return found

        disjunction = conjunction = inclusive = exclusive = intersection = infix
        equality = relation = shift = sum = product = infix

        def prefixed(self, parts: list[Any]) -> Prefixed:
            return Prefixed(str(parts[0]), parts[1])

        def cast(self, parts: list[Any]) -> Cast:
            return Cast(element(str(parts[0]).strip("() \t\n")), parts[1])

        def index(self, parts: list[Expression]) -> Index:
            return Index(*parts)

        def stepped(self, parts: list[Any]) -> Stepped:
            return Stepped(str(parts[1]), parts[0])

        def field(self, parts: list[Any]) -> Expression:
            raise UnsupportedError("fields of structures are not supported", Source("C", "").span(*_place(parts[1])),
                                   "make the field a shared variable of its own")  # fmt: skip

        def number(self, parts: list[Token]) -> Number:
            return Number(int(re.sub("[uUlL]+$", "", parts[0]), 0 if parts[0][:2] in ("0x", "0X") else 10))

        def name(self, parts: list[Token]) -> Name:
            return Name(str(parts[0]), *_place(parts[0]))

        def call(self, parts: list[Any]) -> Call:
            name, *rest = parts
            annotation = rest.pop(0) if rest and isinstance(rest[0], str) else ""
            return Call(str(name), tuple(part for part in rest if part is not None), annotation, *_place(name))

        bare = call

        def operator(self, parts: list[Token]) -> Operator:
            return Operator("".join(parts))

        def annotation(self, parts: list[Token]) -> str:
            return ",".join(parts)

    return Builder()


def _place(token: Token) -> tuple[int, int]:
    """Where a token stands."""
    return token.start_pos or 0, token.end_pos or 0
