"""What each x86 instruction does, and the tables of all instructions.

A new instruction is a function from its line to operations, and a row of `INSTRUCTIONS`; of `SIZED` in
`litmus.syntax.x86.access` too, if its name may have the suffix of a size; of `LOCKABLE`, if it may be locked.
Meanings: Intel Software Developer's Manual, volume 2; locked ones: volume 3, 9.1.2.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from litmus.program import (
    Assign,
    Binary,
    Branch,
    Const,
    Expression,
    Fence,
    Load,
    Reg,
    Select,
    Unary,
    When,
)
from litmus.syntax.x86.access import (
    CODES,
    OLD,
    ZERO,
    Operations,
    after_addition,
    after_logic,
    after_subtraction,
    fetch,
    flags,
    in_memory,
    place,
    put,
    signed,
    size_of,
    target_of,
    two,
)
from litmus.syntax.x86.operands import Immediate, Line, Memory, Name
from litmus.syntax.x86.registers import REGISTERS, Register, merged, value

Build: TypeAlias = Callable[[Line], Operations]
ACCUMULATOR = "EAX"

# --- meanings -------------------------------------------------------------------------------------------


def _mov(line: Line) -> Operations:
    two(line)
    operand, target = line.operands[1], line.operands[0]
    whole = isinstance(target, Register) and target.bits == (64 if line.long else 32)
    if whole and isinstance(operand, Memory | Name):
        location = place(line, 1)
        assert location and isinstance(target, Register)
        return (Load(target.name, location.address),)
    loads, new = fetch(line, 1)
    return (*loads, *put(line, 0, new))


def _lea(line: Line) -> Operations:
    line.count(2)
    memory = line.memory(1)
    if not memory:
        line.fail(1, "'lea' expected a memory operand as its source", "write an address such as 8(%rax)")
    target = line.register(0)
    return (Assign(target.name, merged(target, memory.address, line.long)),)


def _arithmetic(op: str, line: Line) -> Operations:
    """destination := destination op source."""
    two(line)
    before, right = fetch(line, 1)
    loads, left = fetch(line, 0, line.locked)
    new = signed(line, Binary(op, left, right))
    if op in "+-":
        after = (after_addition if op == "+" else after_subtraction)(line, left, right)
    else:
        after = after_logic(line, new)
    return (*before, *loads, *after, *put(line, 0, new, line.locked))


def _compare(line: Line) -> Operations:
    two(line)
    first, left = fetch(line, 0)
    second, right = fetch(line, 1)
    return (*first, *second, *after_subtraction(line, left, right))


def _test(line: Line) -> Operations:
    two(line)
    first, left = fetch(line, 0)
    second, right = fetch(line, 1)
    return (*first, *second, *after_logic(line, Binary("&", left, right)))


def _step(op: str, line: Line) -> Operations:
    """destination := destination op 1; the carry stays."""
    line.count(1)
    loads, old = fetch(line, 0, line.locked)
    after = flags(line, Binary(op, signed(line, old), Const(1)))
    return (*loads, *after, *put(line, 0, signed(line, Binary(op, old, Const(1))), line.locked))


def _not(line: Line) -> Operations:
    line.count(1)
    loads, old = fetch(line, 0, line.locked)
    return (*loads, *put(line, 0, Unary("~", old), line.locked))


def _neg(line: Line) -> Operations:
    line.count(1)
    loads, old = fetch(line, 0, line.locked)
    after = after_subtraction(line, ZERO, old)
    return (*loads, *after, *put(line, 0, signed(line, Unary("-", old)), line.locked))


def _xchg(line: Line) -> Operations:
    """Always locked if an operand is in memory (SDM volume 3, 9.1.2.1)."""
    two(line)
    there, here = target_of(line), 1 - target_of(line)
    loads, old = fetch(line, there, locked=True)
    register = line.register(here)
    if not loads:
        loads, old = (Assign(OLD, old),), Reg(OLD)
    return (*loads, *put(line, there, value(register, line.long), locked=True), *put(line, here, old))


def _xadd(line: Line) -> Operations:
    two(line)
    there, here = in_memory(line), 1 - target_of(line)
    loads, old = fetch(line, there, line.locked)
    added = value(line.register(here), line.long)
    store = put(line, there, signed(line, Binary("+", old, added)), line.locked)
    return (*loads, *after_addition(line, old, added), *store, *put(line, here, old))


def _cmpxchg(line: Line) -> Operations:
    """Writes the source if the destination equals the accumulator, else loads the accumulator.

    The real instruction then writes the old value back, which no other thread can tell from not writing.
    """
    two(line)
    there, here = in_memory(line), 1 - target_of(line)
    size = size_of(line)
    accumulator = next(r for r in REGISTERS.values() if (r.name, r.bits, r.shift) == (ACCUMULATOR, size, 0))
    loads, old = fetch(line, there, line.locked)
    wanted = value(accumulator, line.long)
    swap = put(line, there, value(line.register(here), line.long), line.locked)
    keep = Assign(ACCUMULATOR, merged(accumulator, old, line.long))
    equal = Binary("==", signed(line, old), signed(line, wanted))
    return (*loads, *after_subtraction(line, wanted, old), When(equal, swap, (keep,)))


def _jump(condition: Expression | None, line: Line) -> Operations:
    line.count(1)
    target = line.operands[0]
    if not isinstance(target, Name):
        line.fail(0, f"'{line.mnemonic}' expected a label", "jumps to computed addresses are not supported")
    return (Branch(condition, target.name),)


def _set(condition: Expression, line: Line) -> Operations:
    line.count(1)
    target = line.operands[0]
    if isinstance(target, Immediate) or (isinstance(target, Register) and target.bits != 8):
        line.fail(0, f"'{line.mnemonic}' expected an 8-bit register or a memory location", "write AL, for example")
    return put(line, 0, condition)


def _cmov(condition: Expression, line: Line) -> Operations:
    """The source is read whether the condition holds or not."""
    two(line)
    there = 0 if line.memory(0) else 1
    target = line.register(1 - there)
    loads, new = fetch(line, there)
    chosen = Select(condition, new, value(target, line.long))
    return (*loads, Assign(target.name, merged(target, chosen, line.long)))


def _fence(tag: str, line: Line) -> Operations:
    line.count(0)
    return (Fence(frozenset({tag})),)


def _nothing(line: Line) -> Operations:
    return ()


# --- tables ---------------------------------------------------------------------------------------------

LOCKABLE = ("add", "sub", "and", "or", "xor", "inc", "dec", "not", "neg", "xchg", "xadd", "cmpxchg")

_SIZED_INSTRUCTIONS: dict[str, Build] = {
    "mov": _mov,
    "lea": _lea,
    "add": partial(_arithmetic, "+"),
    "sub": partial(_arithmetic, "-"),
    "and": partial(_arithmetic, "&"),
    "or": partial(_arithmetic, "|"),
    "xor": partial(_arithmetic, "^"),
    "cmp": _compare,
    "test": _test,
    "inc": partial(_step, "+"),
    "dec": partial(_step, "-"),
    "not": _not,
    "neg": _neg,
    "xchg": _xchg,
    "xadd": _xadd,
    "cmpxchg": _cmpxchg,
    **{f"cmov{code}": partial(_cmov, condition) for code, condition in CODES.items()},
}
INSTRUCTIONS: dict[str, Build] = {
    **_SIZED_INSTRUCTIONS,
    "jmp": partial(_jump, None),
    **{f"j{code}": partial(_jump, condition) for code, condition in CODES.items()},
    **{f"set{code}": partial(_set, condition) for code, condition in CODES.items()},
    **{name: partial(_fence, name.upper()) for name in ("mfence", "lfence", "sfence")},
    **dict.fromkeys(("nop", "pause", "endbr64"), _nothing),
}
"""Every instruction, by its name in lower case, without the suffix of its size."""

REFUSED = re.compile(
    r"(movnt|movs[bwlq]|movz|clflush|clwb|call|ret|push|pop|sh[lr]|sa[lr]|ro[lr]|i?mul|i?div|bt|x(begin|end|abort)|jn?p)"
)
"""Real instructions that no test here may have."""
