"""Code under construction: the instructions of one C thread in order, and what the meaning of a call needs of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Protocol, TypeAlias

from litmus.errors import InputError
from litmus.program import Const, Expression, Instruction, Load, Operation, Reg, Tags
from litmus.source import Span
from litmus.syntax.c import tree as tree

TEMPORARY = "'"
"""How the names of registers begin that no local variable is kept in."""


@lru_cache(maxsize=256)
def tags(*annotations: str) -> Tags:
    """The tags of annotations: `once` is `Once`, `before-atomic` is `Before-atomic`; empty ones give none."""
    return frozenset(name[0].upper() + name[1:] for name in annotations if name)


@dataclass(slots=True)
class Code:
    """Instructions so far; what is emitted now has the text and the span given last to `at`."""

    instructions: list[Instruction] = field(default_factory=list)
    text: str = ""
    span: Span | None = None
    _labels: tuple[str, ...] = ()
    _names: int = 0

    def at(self, text: str, span: Span) -> None:
        """What is emitted from now on comes from this statement."""
        self.text, self.span = text, span

    def emit(self, *operations: Operation) -> None:
        """Adds one instruction: its events are ordered before all that come later, not among themselves.

        Raises InputError for an access whose address is a number.
        """
        for operation in operations:
            address = getattr(operation, "address", None)
            if isinstance(address, Const) and isinstance(address.value, int):
                raise InputError(f"{address.value} is no address, expected a shared variable", self.span,
                                 "check the order of the arguments, as in 'atomic_add(1, x)'")  # fmt: skip
        self.instructions.append(Instruction(self.text, operations, self._labels, self.span))
        self._labels = ()

    def redirect(self, temporary: Reg, name: str) -> bool:
        """Lets a read that has just been emitted go into a local variable instead of a temporary; False if none has."""
        last = self.instructions[-1] if self.instructions and not self._labels else None
        load = last.operations[-1] if last else None
        if last is None or not isinstance(load, Load) or load.register != temporary.name or load.atomic:
            return False
        if not temporary.name.startswith(TEMPORARY):
            return False
        self.instructions[-1] = replace(last, operations=(*last.operations[:-1], replace(load, register=name)))
        return True

    def label(self, name: str) -> None:
        """Puts a label in front of what is emitted next."""
        self._labels = (*self._labels, name)

    @property
    def labelled(self) -> bool:
        """Whether a label waits for the next instruction."""
        return bool(self._labels)

    def fresh(self, prefix: str) -> str:
        """A name that no local variable has, for a label or a register."""
        self._names += 1
        return f"{prefix}{self._names}"

    def temporary(self) -> Reg:
        """A register that no local variable is kept in."""
        return Reg(self.fresh(TEMPORARY))

    def finish(self) -> tuple[Instruction, ...]:
        """All instructions; labels at the end stand on an empty one."""
        if self._labels:
            self.instructions.append(Instruction("", (), self._labels, self.span))
            self._labels = ()
        return tuple(self.instructions)


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
