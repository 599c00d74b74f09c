"""Files of macros, in the format of the kernel's `linux-kernel.def`, to tables of macros."""

from __future__ import annotations

import re
from typing import Any

from lark import Token

from litmus.source import Source
from litmus.syntax import reading
from litmus.syntax.c.builder import Expressions
from litmus.syntax.c.macros import Macro, Macros
from litmus.syntax.c.tree import Call, Expression

_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/|\(\*(?=[\s*]).*?\*\)", re.S)


def read(source: Source) -> Macros:
    """The macros of a `.def` file; raises InputError with the place of the first mistake."""
    text = _COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), source.text)
    found: Any = reading.parse(reading.parser("c", "macros", _Definitions()), source, text)
    table = dict(found)
    softcoded = any(_annotated_update(part) for macro in table.values() for part in macro.body)
    return Macros(table, softcoded, source.name)


def _annotated_update(part: Expression) -> bool:
    """Whether an atomic operation without a result says its ordering, as only softcoded tables do."""
    return isinstance(part, Call) and part.name == "__atomic_op" and bool(part.annotation)


class _Definitions(Expressions):
    """The rules of `c.lark` that make up a file of macros; what they are made of are expressions."""

    def macros(self, parts: list[tuple[str, Macro]]) -> list[tuple[str, Macro]]:
        """All macros, by name."""
        return parts

    def macro(self, parts: list[Any]) -> tuple[str, Macro]:
        """A name, its parameters, its body."""
        name, formals, (value, body) = parts
        return str(name), Macro(formals, body, value)

    def formals(self, parts: list[Token]) -> tuple[str, ...]:
        """The names of parameters."""
        return tuple(str(part) for part in parts if part is not None)

    def expression(self, parts: list[Expression]) -> tuple[bool, tuple[Expression, ...]]:
        """A body that is an expression."""
        return True, tuple(parts)

    def statements(self, parts: list[Expression]) -> tuple[bool, tuple[Expression, ...]]:
        """A body that is statements."""
        return False, tuple(parts)
