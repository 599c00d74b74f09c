"""What x86 instructions do with their operands and with the flags: sizes, reads, writes, comparisons.

The flags are what makes them (SDM volume 1, 3.4.3.1), computed where a condition asks: `FLAGS.l` and `FLAGS.r` are the
signed numbers whose difference is the exact result, so that l < r is "sign differs from overflow"; `FLAGS.top`, the
highest bit of the size, shows the sign.  `FLAGS.differ` is the zero flag, negated; `FLAGS.below` and `FLAGS.above` are
the unsigned numbers whose order is the carry.  Parity is not modelled.
"""

from __future__ import annotations

from typing import TypeAlias

from litmus.errors import UnsupportedError
from litmus.program import NO_TAGS, Assign, Binary, Const, Expression, Load, Operation, Reg, Store, Unary, Value
from litmus.syntax.x86.operands import SUFFIXES, Immediate, Line, Memory
from litmus.syntax.x86.registers import Register, merged, value

Operations: TypeAlias = tuple[Operation, ...]
LOCKED = frozenset({"X"})
OLD = "OLD"
"""The register of the value that an instruction reads from memory; no register of the machine."""
ZERO = Const(0)

# --- flags ----------------------------------------------------------------------------------------------


def signed(line: Line, expression: Expression) -> Expression:
    """The value as a signed number of the instruction's size."""
    return Unary(f"s{size_of(line)}", expression)


def unsigned(line: Line, expression: Expression) -> Expression:
    """The value as an unsigned number of the instruction's size."""
    return Unary(f"u{size_of(line)}", expression)


def flags(line: Line, left: Expression, right: Expression = ZERO, differ: Expression | None = None) -> Operations:
    """All flags but the carry after a result that is, exactly, the difference of two signed numbers.

    `differ`: whether it is not 0, where that is not whether the numbers differ.
    """
    numbers = Assign("FLAGS.l", left), Assign("FLAGS.r", right), Assign("FLAGS.top", Const(1 << size_of(line) - 1))
    return (*numbers, Assign("FLAGS.differ", differ or Binary("!=", left, right)))


def carry(below: Expression, above: Expression) -> Operations:
    """The carry shows whether one value is, unsigned, below another."""
    return Assign("FLAGS.below", below), Assign("FLAGS.above", above)


def after_subtraction(line: Line, left: Expression, right: Expression) -> Operations:
    """The flags after `left - right`, and after a comparison."""
    order = flags(line, signed(line, left), signed(line, right))
    return (*order, *carry(unsigned(line, left), unsigned(line, right)))


def after_addition(line: Line, left: Expression, right: Expression) -> Operations:
    """The flags after `left + right`: those of the sum, and whether it wrapped."""
    total = Binary("+", left, right)
    differ = Binary("!=", signed(line, total), ZERO)
    order = flags(line, Binary("+", signed(line, left), signed(line, right)), differ=differ)
    return (*order, *carry(unsigned(line, total), unsigned(line, right)))


def after_logic(line: Line, result: Expression) -> Operations:
    """The flags after a bitwise operation: those of the result, no carry."""
    return (*flags(line, signed(line, result)), *carry(ZERO, ZERO))


_L, _R = Reg("FLAGS.l"), Reg("FLAGS.r")
_DIFFER = Reg("FLAGS.differ")
_EQUAL = Unary("!", _DIFFER)
_SIGN = Binary("!=", Binary("&", Binary("-", _L, _R), Reg("FLAGS.top")), ZERO)
_LESS = Binary("<", _L, _R)
_OVERFLOW = Binary("!=", _SIGN, _LESS)
_BELOW = Binary("u<", Reg("FLAGS.below"), Reg("FLAGS.above"))
_NOT_ABOVE = Binary("|", _BELOW, _EQUAL)

CODES: dict[str, Expression] = {
    **dict.fromkeys(("e", "z"), _EQUAL),
    **dict.fromkeys(("ne", "nz"), _DIFFER),
    "s": _SIGN,
    "ns": Unary("!", _SIGN),
    "o": _OVERFLOW,
    "no": Unary("!", _OVERFLOW),
    **dict.fromkeys(("l", "lt", "nge"), _LESS),
    **dict.fromkeys(("ge", "nl"), Binary(">=", _L, _R)),
    **dict.fromkeys(("le", "ng"), Binary("<=", _L, _R)),
    **dict.fromkeys(("g", "gt", "nle"), Binary(">", _L, _R)),
    **dict.fromkeys(("b", "c", "nae"), _BELOW),
    **dict.fromkeys(("ae", "nb", "nc"), Unary("!", _BELOW)),
    **dict.fromkeys(("be", "na"), _NOT_ABOVE),
    **dict.fromkeys(("a", "nbe"), Unary("!", _NOT_ABOVE)),
}
"""The conditions of `jcc`, `setcc` and `cmovcc` (SDM volume 1, appendix B)."""


_SIZED = "mov lea add sub and or xor cmp test inc dec not neg xchg xadd cmpxchg"
SIZED = frozenset(_SIZED.split()) | {f"cmov{code}" for code in CODES}
"""The instructions that may have the suffix of a size."""


# --- sizes and accesses ---------------------------------------------------------------------------------


def bits_of(line: Line) -> int | None:
    """The bits that an instruction works on, None if it does not say."""
    named = line.mnemonic[-1] if base_of(line) != line.mnemonic else ""
    sizes = [operand.bits for operand in line.operands if isinstance(operand, Register)]
    if line.mnemonic.startswith("set"):
        return 8
    bits = SUFFIXES.get(named) or line.size or (sizes[0] if sizes else None)
    for index, operand in enumerate(line.operands):
        if isinstance(operand, Register) and operand.bits != bits:
            line.fail(index, f"a register of {operand.bits} bits in an instruction on {bits} bits",
                      "use registers of one size, with the suffix for it")  # fmt: skip
    return bits or (None if line.long else 32)


def size_of(line: Line) -> int:
    """The bits that an instruction works on; all 64 if an X86_64 instruction does not say."""
    return bits_of(line) or 64


def place(line: Line, index: int) -> Memory | None:
    """The memory location that an operand is, aligned; None if it is none."""
    memory = line.memory(index)
    size = size_of(line) // 8
    if memory and bits_of(line) and memory.offset % size:
        line.fail(index, f"the offset {memory.offset} is no multiple of the access size {size}",
                  "accesses that overlap in part are not supported", UnsupportedError)  # fmt: skip
    return memory


def fetch(line: Line, index: int, locked: bool = False) -> tuple[Operations, Expression]:
    """What it takes to get the value of an operand, and the value."""
    operand = line.operands[index]
    if isinstance(operand, Immediate):
        return (), Const(_immediate(operand.value, size_of(line)))
    if isinstance(operand, Register):
        return (), value(operand, line.long)
    location = place(line, index)
    assert location
    return (Load(OLD, location.address, LOCKED if locked else NO_TAGS, atomic=locked),), Reg(OLD)


def _immediate(value: Value, bits: int) -> Value:
    """A number as a signed one of `bits` bits."""
    if not isinstance(value, int):
        return value
    half = 1 << bits - 1
    return (value + half) % (2 * half) - half


def put(line: Line, index: int, new: Expression, locked: bool = False) -> Operations:
    """What it takes to give an operand a new value."""
    operand = line.operands[index]
    if isinstance(operand, Register):
        return (Assign(operand.name, merged(operand, new, line.long)),)
    location = place(line, index)
    assert location
    bits = size_of(line)
    whole = bits == (64 if line.long else 32) or (isinstance(new, Const) and bits >= 32)
    kept = new if whole else Unary({8: "u8", 16: "u16"}.get(bits, "s32"), new)
    return (Store(location.address, kept, LOCKED if locked else NO_TAGS, atomic=locked),)


def target_of(line: Line) -> int:
    """The index of the operand that `xchg`, `xadd`, `cmpxchg` change in memory, wherever it is written."""
    return 1 if len(line.operands) == 2 and not line.memory(0) and line.memory(1) else 0


def in_memory(line: Line) -> int:
    """`target_of`, which must be in memory."""
    if not line.memory(target_of(line)):
        line.fail(0, f"'{line.mnemonic}' of two registers, expected a memory operand", "write a location such as [x]",
                  UnsupportedError)  # fmt: skip
    return target_of(line)


def two(line: Line) -> None:
    """There are two operands, at most one in memory."""
    line.count(2)
    if line.memory(0) and line.memory(1):
        line.fail(1, f"'{line.mnemonic}' has two memory operands, expected at most one", "load one into a register")


def base_of(line: Line) -> str:
    """The mnemonic without the suffix of its size."""
    name = line.mnemonic
    return name[:-1] if name not in SIZED and name[-1] in SUFFIXES and name[:-1] in SIZED else name
