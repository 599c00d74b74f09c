"""The register file of x86: every name of a register, the part of a register that it is, and how a part is written."""

from __future__ import annotations

from dataclasses import dataclass

from litmus.program import Binary, Const, Expression, Reg, Unary


@dataclass(frozen=True, slots=True)
class Register:
    """A part of a register: its canonical name, its bits, and the bits below it (8 for AH)."""

    name: str
    bits: int
    shift: int = 0


def _register_file() -> dict[str, Register]:
    """Every name of a register in lower case (Intel SDM volume 1, 3.4.1); the 32-bit name is the canonical one."""
    file: dict[str, Register] = {}
    for letter in "abcd":
        name = f"E{letter.upper()}X"
        file |= {f"{letter}l": Register(name, 8), f"{letter}h": Register(name, 8, 8)}
    for word in ("ax", "bx", "cx", "dx", "si", "di", "bp", "sp"):
        name = f"E{word.upper()}"
        file |= {f"r{word}": Register(name, 64), f"e{word}": Register(name, 32), word: Register(name, 16)}
    file |= {f"{word}l": Register(f"E{word.upper()}", 8) for word in ("si", "di", "bp", "sp")}
    for number in range(8, 16):
        name = f"R{number}"
        file |= {f"r{number}{tail}": Register(name, bits) for tail, bits in (("", 64), ("d", 32), ("w", 16), ("b", 8))}
    return file


REGISTERS = _register_file()
INSTRUCTION_POINTER = "rip"
"""Addresses relative to it (`x(%rip)`) are written with the variable itself."""


def value(register: Register, long: bool) -> Expression:
    """What a register holds."""
    if register.bits == (64 if long else 32):
        return Reg(register.name)
    whole: Expression = Reg(register.name)
    return Unary(f"s{register.bits}", Binary(">>", whole, Const(register.shift)) if register.shift else whole)


def merged(register: Register, new: Expression, long: bool) -> Expression:
    """The whole register after a write of one part: 32 bits clear the rest, fewer keep it (SDM volume 1, 3.4.1.1)."""
    if register.bits == (64 if long else 32):
        return new
    if register.bits == 32:
        return Unary("u32", new)
    mask = (1 << register.bits) - 1 << register.shift
    part: Expression = Unary(f"u{register.bits}", new)
    shifted = Binary("<<", part, Const(register.shift)) if register.shift else part
    return Binary("|", Binary("&", Reg(register.name), Const(~mask)), shifted)
