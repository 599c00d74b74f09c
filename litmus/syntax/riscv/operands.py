"""The operands of RISC-V instructions: registers by number and by ABI name, addresses, widths of values.

x0 reads as 0 and drops what is written to it (The RISC-V Instruction Set Manual, Volume I, 2.1).  A register holds
a signed 64-bit number; so does memory accessed by 4 or 8 bytes, while bytes and half-words are unsigned there.
"""

from __future__ import annotations

from functools import partial

from litmus.errors import InputError, UnsupportedError
from litmus.program import Assign, Binary, Const, Expression, Operation, Reg, Unary
from litmus.syntax import reading
from litmus.syntax.assembly import operands
from litmus.syntax.assembly.operands import Dialect, Line

ZERO = Const(0)
ABI_NAMES = (
    "zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1",
    *(f"a{n}" for n in range(8)), *(f"s{n}" for n in range(2, 12)), *(f"t{n}" for n in range(3, 7)),
)  # fmt: skip
"""The names of x0 to x31 in the calling convention."""

_NUMBERS = {**{f"x{n}": n for n in range(32)}, **{name: n for n, name in enumerate(ABI_NAMES)}, "fp": 8}
REGISTERS = tuple(f"x{n}" for n in range(5, 32)) + ABI_NAMES
"""Registers for hints."""


def register(name: str) -> str | None:
    """`x8` for `x8`, `s0` and `fp`, in either case; `%a` is a register of that name; None if there is none."""
    number = _NUMBERS.get(name.lower())
    if number is None:
        return name if name.startswith("%") else None
    return f"x{number}"


DIALECT = Dialect(
    "riscv",
    register,
    {
        "a register": "x5", "a number": "1", "a label": "L0", "a location": "x", "an address": "0(x6)",
        "a set of accesses": "rw",
    },
)  # fmt: skip

read = partial(operands.read, dialect=DIALECT, kind=Line)
"""The mnemonic and the operands of an instruction."""


def value(line: Line, index: int) -> Expression:
    """What the register that an operand must be holds."""
    name = line.register(index)
    return ZERO if name == "x0" else Reg(name)


def target(line: Line) -> str | None:
    """The register that the first operand must be, as the target of a result; None for x0."""
    name = line.register(0)
    return None if name == "x0" else name


def assign(line: Line, expression: Expression) -> tuple[Operation, ...]:
    """The first operand, a register, gets a value."""
    name = target(line)
    return () if name is None else (Assign(name, expression),)


def address(line: Line, index: int, width: int) -> Expression:
    """The address that the operand `offset(register)` stands for, of an access of `width` bytes."""
    written, base = line.tree(index, "an address").children
    offset = 0 if written is None else reading.number(str(written))
    name = register(str(base)) or line.wrong(index, "an address")
    if offset % width:
        line.fail(UnsupportedError, index, f"the offset {offset} is no multiple of the access size {width}",
                  "accesses that overlap in part are not supported")  # fmt: skip
    place = ZERO if name == "x0" else Reg(name)
    return Binary("+", place, Const(offset)) if offset else place


def simple_address(line: Line, index: int, width: int) -> Expression:
    """The address of an atomic instruction, which has no offset but 0."""
    place = address(line, index, width)
    if isinstance(place, Binary):
        line.fail(InputError, index, f"'{line.shown}' takes an address without an offset",
                  "compute the address in a register, and write (x6)")  # fmt: skip
    return place


def signed(bits: int, expression: Expression) -> Expression:
    """The low `bits` bits of an expression as a signed number."""
    return Unary(f"s{bits}", expression)


def unsigned(bits: int, expression: Expression) -> Expression:
    """The low `bits` bits of an expression as an unsigned number."""
    return Unary(f"u{bits}", expression)


def in_memory(width: int, expression: Expression) -> Expression:
    """A value as memory that is accessed by `width` bytes holds it."""
    if width == 8 or isinstance(expression, Const):
        return expression
    return signed(32, expression) if width == 4 else unsigned(8 * width, expression)
