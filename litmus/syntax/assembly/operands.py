"""An instruction whose operands are read one by one: what the front ends of RISC-V, ARM and PPC share.

Each method says what one operand must be, and raises InputError at it, with an example, if it is something else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn, TypeAlias, TypeVar

from litmus.errors import InputError
from litmus.source import Source
from litmus.syntax import reading

if TYPE_CHECKING:
    from lark import Token, Tree

    Operand: TypeAlias = "Token | Tree[Token]"


@dataclass(frozen=True, slots=True)
class Dialect:
    """A language: its grammar, its registers (see `Language.register`), an example of each kind of operand."""

    grammar: str
    register: Callable[[str], str | None]
    examples: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Line:
    """An instruction: its mnemonic in lower case, and its operands as the grammar has them."""

    source: Source
    mnemonic: str
    operands: tuple[Operand, ...]
    dialect: Dialect

    @property
    def shown(self) -> str:
        """The mnemonic as it was written."""
        return self.source.text[: len(self.mnemonic)]

    def register(self, index: int) -> str:
        """The canonical name of the register that an operand must be."""
        operand = self.operand(index, "a register")
        found = self.dialect.register(str(operand)) if isinstance(operand, str) else None
        return found or self.wrong(index, "a register")

    def number(self, index: int) -> int:
        """The number that an operand must be."""
        operand = self.operand(index, "a number")
        if getattr(operand, "type", "") != "NUMBER":
            self.wrong(index, "a number")
        return reading.number(str(operand).lstrip("#"))

    def label(self, index: int) -> str:
        """The label that an operand must be."""
        return self.name(index, "a label")

    def name(self, index: int, kind: str) -> str:
        """The name that an operand must be, and no register; `kind` is what it names."""
        operand = self.operand(index, kind)
        if getattr(operand, "type", "") != "NAME" or self.dialect.register(str(operand)):
            self.wrong(index, kind)
        return str(operand)

    def tree(self, index: int, kind: str) -> Tree[Token]:
        """The operand, which must have parts, as an address has."""
        operand = self.operand(index, kind)
        return self.wrong(index, kind) if isinstance(operand, str) else operand

    def is_register(self, index: int) -> bool:
        """Whether there is such an operand, and it is a register."""
        operand = self.operands[index] if index < len(self.operands) else None
        return isinstance(operand, str) and self.dialect.register(operand) is not None

    def end(self, *counts: int) -> None:
        """There are exactly as many operands as one of `counts`."""
        found = len(self.operands)
        if found not in counts:
            many = found > max(counts)
            self.fail(InputError, max(counts) if many else found,
                      f"'{self.shown}' has {' or '.join(map(str, counts))} operands, found {found}",
                      "remove this operand" if many else "separate operands by ','")  # fmt: skip

    def operand(self, index: int, kind: str) -> Operand:
        """Operand number `index`, which must be there and is described by `kind`."""
        return self.operands[index] if index < len(self.operands) else self.wrong(index, kind)

    def wrong(self, index: int, kind: str) -> NoReturn:
        """Raises InputError: the operand is not what it must be."""
        self.fail(InputError, index, f"'{self.shown}' expected {kind} as operand {index + 1}",
                  f"write {kind} such as {self.dialect.examples[kind]}")  # fmt: skip

    def fail(self, error: type[InputError], index: int, message: str, hint: str) -> NoReturn:
        """Raises an error at an operand, or at the end of the instruction."""
        end = len(self.source.text)
        if index >= len(self.operands):
            raise error(message, self.source.span(max(end - 1, 0), end), hint)
        operand = self.operands[index]
        place = operand if isinstance(operand, str) else operand.meta
        raise error(message, self.source.span(place.start_pos or 0, place.end_pos or end), hint)


LineOf = TypeVar("LineOf", bound=Line)
"""The lines of a language, with what only they have."""


def read(text: str, dialect: Dialect, kind: type[LineOf]) -> LineOf:
    """The mnemonic and the operands of an instruction, as a line of that kind."""
    source = Source("instruction", text)
    tree = reading.parse(reading.parser(dialect.grammar), source, text)
    mnemonic, *operands = tree.children
    return kind(source, str(mnemonic).lower(), tuple([o for o in operands if o is not None]), dialect)
