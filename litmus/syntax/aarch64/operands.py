"""AArch64 instructions as mnemonic and operands: what every form of instruction is read from.

`Line` gives the operands of an instruction one by one, each checked for its kind; a form that asks for an
operand that is not there gets an InputError with its place in the instruction.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NoReturn, TypeAlias

from litmus.errors import InputError, UnsupportedError
from litmus.program import Assign, Binary, Const, Expression, Operation, Reg, Unary
from litmus.source import Source, Span
from litmus.syntax import reading

REGISTER = re.compile(r"([WX])(30|[12]?[0-9]|ZR)|(W?)SP", re.IGNORECASE)
"""The general-purpose registers, the zero register and the stack pointer."""

# --- operands -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Register:
    """A register operand: `name` is the 64-bit register (`X0`, `SP`), None for WZR and XZR; `bits` 32 or 64."""

    name: str | None
    bits: int
    span: Span


@dataclass(frozen=True, slots=True)
class Immediate:
    """A number."""

    value: int
    span: Span


@dataclass(frozen=True, slots=True)
class Name:
    """A word: a label, a condition, a barrier option, or an extension without an amount."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Modifier:
    """A shift or an extension with its amount: `LSL #2`."""

    name: str
    amount: int
    span: Span


@dataclass(frozen=True, slots=True)
class Address:
    """`[base]`, `[base,#k]`, `[base,index]` or `[base,index,extension]`; `writeback` with a `!` behind it."""

    base: Register
    index: Immediate | Register | None
    extension: Modifier | Name | None
    writeback: bool
    span: Span


Operand: TypeAlias = Register | Immediate | Name | Modifier | Address

# --- instructions ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """An instruction as written: its mnemonic in capitals and its operands."""

    source: Source
    mnemonic: str
    operands: tuple[Operand, ...]

    @property
    def span(self) -> Span:
        """The whole instruction."""
        return self.source.span(0, max(len(self.source.text), 1))

    def count(self, *allowed: int) -> int:
        """The number of operands; raises InputError unless it is one of the `allowed` ones."""
        found = len(self.operands)
        if found not in allowed:
            wanted = " or ".join(map(str, allowed))
            raise InputError(
                f"{self.mnemonic} has {wanted} operands here, not {found}", self.span,
                f"write {self.mnemonic} with {wanted} operands",
            )  # fmt: skip
        return found

    def register(self, index: int, bits: int | None = None) -> Register:
        """Operand number `index`, which must be a register (of `bits` bits, where given)."""
        operand = self.operands[index]
        if not isinstance(operand, Register):
            self.wrong(index, "a register, such as W0 or X0")
        if bits is not None and operand.bits != bits:
            self.wrong(index, f"a {bits}-bit register, such as {'W' if bits == 32 else 'X'}0")
        return operand

    def immediate(self, index: int, low: int | None = None, high: int | None = None) -> int:
        """Operand number `index`, which must be a number from `low` to `high`, where these are given."""
        operand = self.operands[index]
        if not isinstance(operand, Immediate):
            self.wrong(index, "a number, such as #1")
        if low is not None and high is not None and not low <= operand.value <= high:
            self.wrong(index, f"a number from {low} to {high}")
        return operand.value

    def word(self, index: int, wanted: str) -> str:
        """Operand number `index`, which must be a name (`wanted` says of what)."""
        operand = self.operands[index]
        if not isinstance(operand, Name):
            self.wrong(index, wanted)
        return operand.text

    def label(self, index: int) -> str:
        """Operand number `index`, which must be a label."""
        return self.word(index, "a label")

    def address(self, index: int) -> Address:
        """Operand number `index`, which must be an address in brackets on a 64-bit base register."""
        operand = self.operands[index]
        if not isinstance(operand, Address):
            self.wrong(index, "an address, such as [X1]")
        if operand.base.bits != 64 or operand.base.name is None:
            raise InputError(
                "the base of an address is a 64-bit register", operand.base.span, "write X1, not W1"
            )  # fmt: skip
        return operand

    def wrong(self, index: int, wanted: str) -> NoReturn:
        """Raises InputError: operand number `index` is not what was `wanted`."""
        span = self.operands[index].span
        raise InputError(f"operand {index + 1} of {self.mnemonic} must be {wanted}", span, f"replace {span.text!r}")

    def refuse(self, what: str, hint: str) -> NoReturn:
        """Raises UnsupportedError for the whole instruction."""
        raise UnsupportedError(what, self.span, hint)


Form: TypeAlias = Callable[[Line], tuple[Operation, ...]]
"""What an instruction does: one function for each form of instruction, in tables by mnemonic."""


@lru_cache(maxsize=8192)
def read(text: str) -> Line:
    """The instruction `text`, without labels.  Raises InputError with its place in `text`."""
    source = Source("instruction", text)
    tree = reading.parse(reading.parser("aarch64"), source, text)
    mnemonic, *operands = tree.children
    return Line(source, str(mnemonic).upper(), tuple([_operand(source, tree) for tree in operands if tree is not None]))


def _operand(source: Source, tree: Any) -> Any:
    """The operand of a subtree of the grammar."""
    span = source.span(tree.meta.start_pos, tree.meta.end_pos)
    parts = tree.children
    match tree.data:
        case "register":
            return Register(canonical(parts[0]), 32 if parts[0][0] in "wW" else 64, span)
        case "immediate":
            return Immediate(reading.number(parts[0]), span)
        case "modifier":
            return Modifier(str(parts[0]).upper(), reading.number(parts[1]), span)
        case "name":
            return Name(str(parts[0]), span)
    assert tree.data == "address", tree.data
    *inner, mark = parts
    base, index, extension = [part and _operand(source, part) for part in (*inner, None, None)][:3]
    return Address(base, index, extension, mark is not None, span)


def canonical(name: str) -> str | None:
    """The 64-bit name of a register, `X0` for `w0`; None for the zero register and for what is no register."""
    match = REGISTER.fullmatch(name)
    if match is None or name.upper().endswith("ZR"):
        return None
    return f"X{match[2]}" if match[1] else "SP"


# --- values ---------------------------------------------------------------------------------------------


def wrap(bits: int, expression: Expression, signed: bool = False) -> Expression:
    """The low `bits` bits of an expression as an unsigned (or signed) number; that of a constant is a constant."""
    if isinstance(expression, Const) and isinstance(expression.value, int):
        low = expression.value & (1 << bits) - 1
        return Const(low - (1 << bits) if signed and low >> bits - 1 else low)
    return Unary(f"{'s' if signed else 'u'}{bits}", expression)


def assign(register: Register, expression: Expression) -> tuple[Operation, ...]:
    """Writes a register, which then holds a signed number of its bits; nothing is done for the zero register."""
    if register.name is None:
        return ()
    whole = register.bits == 64 and isinstance(expression, Reg)
    return (Assign(register.name, expression if whole else wrap(register.bits, expression, signed=True)),)


def value(register: Register) -> Expression:
    """What a register holds, whatever its width (so a 32-bit result must be wrapped); 0 for the zero register."""
    return Const(0) if register.name is None else Reg(register.name)


def offset(left: Expression, amount: int) -> Expression:
    """`left + amount`, or `left` itself if that is 0."""
    return left if not amount else Binary("+", left, Const(amount))


EXTENSIONS = {
    "UXTB": (8, False), "UXTH": (16, False), "UXTW": (32, False), "UXTX": (64, False),
    "SXTB": (8, True), "SXTH": (16, True), "SXTW": (32, True), "SXTX": (64, True),
}  # fmt: skip
"""Extension to how many bits are kept, and whether they are signed (Arm ARM C6, ExtendReg)."""


def shifted(line: Line, register: Register, modifier: Modifier | Name | None) -> Expression:
    """A register after a shift or an extension (Arm ARM C6, ShiftReg and ExtendReg)."""
    if modifier is None:
        return value(register)
    amount = modifier.amount if isinstance(modifier, Modifier) else 0
    name = (modifier.name if isinstance(modifier, Modifier) else modifier.text).upper()
    if name in EXTENSIONS:
        bits, signed = EXTENSIONS[name]
        return shift("LSL", register, wrap(bits, value(register), signed), Const(amount))
    if name not in SHIFTS or not isinstance(modifier, Modifier):
        hint = reading.suggestion(name, [*SHIFTS, *EXTENSIONS]) or "write a shift such as LSL #2, or SXTW"
        raise InputError(f"'{modifier.span.text}' is not a shift or an extension", modifier.span, hint)
    if not 0 <= amount < register.bits:
        raise InputError(
            f"a {register.bits}-bit register is shifted by 0 to {register.bits - 1}", modifier.span, f"replace {amount}"
        )
    return shift(name, register, value(register), Const(amount))


SHIFTS = {"LSL": "<<", "LSR": ">>", "ASR": ">>"}
"""The shifts with their operators."""


def shift(name: str, register: Register, left: Expression, amount: Expression) -> Expression:
    """`left`, as wide as `register`, shifted; the result of LSL is not wrapped yet."""
    if amount == Const(0):
        return left
    if name != "LSL":
        left = wrap(register.bits, left, signed=name == "ASR")
    return Binary(SHIFTS[name], left, amount)
