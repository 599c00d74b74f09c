"""The operands of x86 instructions: the register file, immediates, memory addresses, and their order.

X86_64 tests have AT&T order (source, destination).  X86 tests have Intel order, unless a register is written
with `%` or the first operand is an immediate.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NoReturn, TypeAlias

from litmus.errors import InputError, UnsupportedError
from litmus.program import Binary, Const, Expression, Pointer, Reg, Value
from litmus.source import Source
from litmus.syntax import reading
from litmus.syntax.x86.registers import INSTRUCTION_POINTER, REGISTERS, Register

if TYPE_CHECKING:
    from lark import Token, Tree

SUFFIXES = {"b": 8, "w": 16, "l": 32, "q": 64}
SIZES = {"byte": 8, "word": 16, "dword": 32, "qword": 64}


@dataclass(frozen=True, slots=True)
class Immediate:
    """A number, or the address of a variable."""

    value: Value


@dataclass(frozen=True, slots=True)
class Memory:
    """The location at an address; `offset` is the constant part of it."""

    address: Expression
    offset: int


@dataclass(frozen=True, slots=True)
class Name:
    """A name that is no register: a label, or the memory location of that name."""

    name: str


Operand: TypeAlias = Immediate | Register | Memory | Name


@dataclass(frozen=True, slots=True)
class Line:
    """An instruction: mnemonic in lower case, and operands, the destination first.

    `long`: of an X86_64 test.  `size`: bits that a keyword such as `dword ptr` gives.
    """

    source: Source
    mnemonic: str
    locked: bool
    long: bool
    operands: tuple[Operand, ...]
    size: int | None
    places: tuple[tuple[int, int], ...]

    def fail(self, index: int, message: str, hint: str, error: type[InputError] = InputError) -> NoReturn:
        """Raises an error at an operand, or at the whole instruction if there is none."""
        start, end = self.places[index] if index < len(self.places) else (0, len(self.source.text))
        raise error(message, self.source.span(start, end), hint)

    def count(self, number: int) -> None:
        """There are exactly `number` operands."""
        if len(self.operands) != number:
            self.fail(number, f"'{self.mnemonic}' expected {number} operands, found {len(self.operands)}",
                      "separate operands by ','")  # fmt: skip

    def memory(self, index: int) -> Memory | None:
        """An operand as a memory location, None if it is none."""
        operand = self.operands[index]
        if isinstance(operand, Name):
            return Memory(Const(Pointer(operand.name)), 0)
        return operand if isinstance(operand, Memory) else None

    def register(self, index: int) -> Register:
        """An operand that must be a register."""
        operand = self.operands[index]
        if not isinstance(operand, Register):
            self.fail(index, f"'{self.mnemonic}' expected a register here", "write a register such as EAX")
        return operand


@lru_cache(maxsize=8192)
def read(text: str, long: bool) -> Line:
    """The parts of an instruction; raises InputError with a place in `text`."""
    source = Source("instruction", text)
    tree = reading.parse(reading.parser("x86"), source, text)
    tokens = [child for child in tree.children if child is not None]
    locked = getattr(tokens[0], "type", "") == "LOCK"
    mnemonic, *rest = tokens[1:] if locked else tokens
    written = [child for child in rest if not isinstance(child, str)]
    operands = [_operand(operand, source) for operand in written]
    places = [(operand.meta.start_pos, operand.meta.end_pos) for operand in written]
    if len(written) == 2 and (long or _att(written, operands)):
        operands.reverse()
        places.reverse()
    line = Line(source, str(mnemonic).lower(), locked, long, tuple(operands), _size(written), tuple(places))
    _check(line)
    return line


def _att(written: list[Tree[Token]], operands: list[Operand]) -> bool:
    """Whether operands of an X86 test are in AT&T order, by how they are written."""
    return isinstance(operands[0], Immediate) or any("%" in str(token) for tree in written for token in _tokens(tree))


def _tokens(tree: Tree[Token]) -> list[Token]:
    return list(tree.scan_values(lambda value: True))


def _size(written: list[Tree[Token]]) -> int | None:
    """The size that `dword ptr` and its kin give."""
    words = (str(t) for tree in written for t in _tokens(tree) if t.type == "SIZE")
    return next((SIZES[word.split()[0].lower()] for word in words), None)


def _check(line: Line) -> None:
    """Refuses what no instruction takes: an immediate as destination, 64-bit registers in an X86 test."""
    for index, operand in enumerate(line.operands):
        if isinstance(operand, Register) and operand.bits == 64 and not line.long:
            line.fail(index, "a 64-bit register in a test of X86, expected a 32-bit one", "begin the test with X86_64")
    if len(line.operands) == 2 and isinstance(line.operands[0], Immediate):
        line.fail(0, "an immediate as destination, expected a register or a memory location",
                  "X86_64 operands are source, destination")  # fmt: skip


# --- one operand ----------------------------------------------------------------------------------------


def _operand(tree: Tree[Token], source: Source) -> Operand:
    """The operand that a tree of the grammar is."""
    if tree.data == "immediate":
        return Immediate(_constant(_Address(source).add(tree.children[0]), source, tree))
    if tree.data == "plain":
        return _plain(tree, source)
    assert tree.data in ("bracketed", "indexed"), tree.data
    address = _Address(source)
    for child in tree.children:
        if child is not None:
            address.add(child)
    return Memory(address.expression(), address.offset)


def _plain(tree: Tree[Token], source: Source) -> Operand:
    """A register, a name, a number, or `x+4` for memory."""
    tokens = _tokens(tree)
    if len(tokens) == 1 and tokens[0].type == "NAME":
        return register_part(str(tokens[0]), source, tokens[0]) or Name(str(tokens[0]))
    address = _Address(source).add(tree.children[0])
    if address.symbol is None and not address.parts:
        return Immediate(address.offset)
    return Memory(address.expression(), address.offset)


def register_part(name: str, source: Source, token: Token) -> Register | None:
    """The register of a name, None for another name; raises InputError for `%` and no register."""
    found = REGISTERS.get(name.removeprefix("%").lower())
    if found is None and name.startswith("%"):
        raise InputError(f"unknown register '{name}', expected a register such as %eax or %rax",
                         source.span(token.start_pos or 0, token.end_pos),
                         reading.suggestion(name[1:], REGISTERS) or "check the name")  # fmt: skip
    return found


def _constant(address: _Address, source: Source, tree: Tree[Token]) -> Value:
    """The value of an address without registers."""
    if address.parts:
        raise InputError("a register in an immediate, expected a number or a name",
                         source.span(tree.meta.start_pos, tree.meta.end_pos), "leave out the '$'")  # fmt: skip
    return address.offset if address.symbol is None else Pointer(address.symbol, address.offset)


class _Address:
    """A sum under construction: at most one variable, registers with scales, a number."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.symbol: str | None = None
        self.parts: list[Expression] = []
        self.offset = 0

    def add(self, part: Token | Tree[Token]) -> _Address:
        """Adds a sum, a base register, or an index with its scale."""
        if isinstance(part, str):
            if part.type == "NAME":
                self._name(part, 1)
        elif part.data == "scaled":
            name, *scale = part.children
            self._name(name, reading.number(str(scale[0])) if scale else 1)  # type: ignore[arg-type]
        else:
            self._sum(part)
        return self

    def _sum(self, tree: Tree[Token]) -> None:
        sign = 1
        for child in tree.children:
            if isinstance(child, str):
                sign = -1 if child == "-" else 1
            else:
                self._term(child.children, sign)  # type: ignore[arg-type]

    def _term(self, factors: list[Token], sign: int) -> None:
        """A number, a name, or a product of both."""
        scale = sign
        for factor in factors:
            if factor.type == "NUMBER":
                scale *= reading.number(factor)
        names = [factor for factor in factors if factor.type == "NAME"]
        if names:
            self._name(names[0], scale)
        else:
            self.offset += scale

    def _name(self, token: Token, scale: int) -> None:
        if token.lstrip("%").lower() == INSTRUCTION_POINTER:
            return
        register = register_part(str(token), self.source, token)
        if register:
            base: Expression = Reg(register.name)
            self.parts.append(base if scale == 1 else Binary("*", base, Const(scale)))
        else:
            self._variable(token, scale)

    def _variable(self, token: Token, scale: int) -> None:
        if self.symbol is not None or scale != 1:
            raise UnsupportedError("an address with more than one variable, or a scaled one",
                                   self.source.span(token.start_pos or 0, token.end_pos),
                                   "use one variable, registers, and a number")  # fmt: skip
        self.symbol = str(token)

    def expression(self) -> Expression:
        """The sum."""
        parts = list(self.parts)
        if self.symbol is not None:
            parts.insert(0, Const(Pointer(self.symbol, self.offset)))
        elif self.offset or not parts:
            parts.append(Const(self.offset))
        total = parts[0]
        for part in parts[1:]:
            total = Binary("+", total, part)
        return total
