"""What the meaning of a call in C is given as: a function that emits events into the thread which calls it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

from litmus.errors import InputError
from litmus.program import Expression
from litmus.syntax.c import tree as tree
from litmus.syntax.c.code import Code


class Evaluator(Protocol):
    """What a primitive needs of the thread that it is called in."""

    code: Code
    softcoded: bool

    def value(self, expression: tree.Expression) -> Expression:
        """The value of an expression, after its events."""
        ...

    def values(self, *expressions: tree.Expression) -> list[Expression]:
        """The values of expressions whose order is not fixed."""
        ...

    def address(self, place: tree.Expression) -> Expression:
        """The address of a place in memory such as `*x`."""
        ...

    def local(self, pointer: tree.Expression) -> str | None:
        """The local variable whose address `&r` is, None for other expressions."""
        ...

    def error(self, message: str, hint: str, node: tree.Expression | None = None) -> InputError:
        """An error at the expression at hand, or at a part of it."""
        ...


Meaning: TypeAlias = Callable[[Evaluator, tree.Call], "Expression | None"]
"""Emits the events of a call; the value, if it has one."""
