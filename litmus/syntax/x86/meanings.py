"""What the instructions of x86 do (Intel Software Developer's Manual, volume 2; locked ones: volume 3, 9.1.2)."""

from __future__ import annotations

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

ACCUMULATOR, STACK = "EAX", "ESP"


def mov(line: Line) -> Operations:
    """MOV: a copy; one operand at most is in memory."""
    two(line)
    operand, target = line.operands[1], line.operands[0]
    whole = isinstance(target, Register) and target.bits == (64 if line.long else 32)
    if whole and isinstance(operand, Memory | Name):
        location = place(line, 1)
        assert location and isinstance(target, Register)
        return (Load(target.name, location.address),)
    loads, new = fetch(line, 1)
    return (*loads, *put(line, 0, new))


def lea(line: Line) -> Operations:
    """LEA: an address as a number."""
    line.count(2)
    memory = line.memory(1)
    if not memory:
        line.fail(1, "'lea' expected a memory operand as its source", "write an address such as 8(%rax)")
    target = line.register(0)
    return (Assign(target.name, merged(target, memory.address, line.long)),)


def arithmetic(op: str, line: Line) -> Operations:
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


def compare(line: Line) -> Operations:
    """CMP: the flags of a subtraction."""
    two(line)
    first, left = fetch(line, 0)
    second, right = fetch(line, 1)
    return (*first, *second, *after_subtraction(line, left, right))


def test_bits(line: Line) -> Operations:
    """TEST: the flags of a conjunction."""
    two(line)
    first, left = fetch(line, 0)
    second, right = fetch(line, 1)
    return (*first, *second, *after_logic(line, Binary("&", left, right)))


def step(op: str, line: Line) -> Operations:
    """destination := destination op 1; the carry stays."""
    line.count(1)
    loads, old = fetch(line, 0, line.locked)
    after = flags(line, Binary(op, signed(line, old), Const(1)))
    return (*loads, *after, *put(line, 0, signed(line, Binary(op, old, Const(1))), line.locked))


def complement(line: Line) -> Operations:
    """NOT: all bits the other way; no flags."""
    line.count(1)
    loads, old = fetch(line, 0, line.locked)
    return (*loads, *put(line, 0, Unary("~", old), line.locked))


def neg(line: Line) -> Operations:
    """NEG: 0 minus the operand."""
    line.count(1)
    loads, old = fetch(line, 0, line.locked)
    after = after_subtraction(line, ZERO, old)
    return (*loads, *after, *put(line, 0, signed(line, Unary("-", old)), line.locked))


def xchg(line: Line) -> Operations:
    """Always locked if an operand is in memory (SDM volume 3, 9.1.2.1)."""
    two(line)
    there, here = target_of(line), 1 - target_of(line)
    loads, old = fetch(line, there, locked=True)
    register = line.register(here)
    if not loads:
        loads, old = (Assign(OLD, old),), Reg(OLD)
    return (*loads, *put(line, there, value(register, line.long), locked=True), *put(line, here, old))


def xadd(line: Line) -> Operations:
    """XADD: the sum goes to the target, the old value to the source."""
    two(line)
    there, here = in_memory(line), 1 - target_of(line)
    loads, old = fetch(line, there, line.locked)
    added = value(line.register(here), line.long)
    store = put(line, there, signed(line, Binary("+", old, added)), line.locked)
    return (*loads, *after_addition(line, old, added), *store, *put(line, here, old))


def cmpxchg(line: Line) -> Operations:
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


def jump(condition: Expression | None, line: Line) -> Operations:
    """JMP, Jcc."""
    line.count(1)
    target = line.operands[0]
    if not isinstance(target, Name):
        line.fail(0, f"'{line.mnemonic}' expected a label", "jumps to computed addresses are not supported")
    return (Branch(condition, target.name),)


def set_byte(condition: Expression, line: Line) -> Operations:
    """SETcc: 1 or 0 by a condition."""
    line.count(1)
    target = line.operands[0]
    if isinstance(target, Immediate) or (isinstance(target, Register) and target.bits != 8):
        line.fail(0, f"'{line.mnemonic}' expected an 8-bit register or a memory location", "write AL, for example")
    return put(line, 0, condition)


def cmov(condition: Expression, line: Line) -> Operations:
    """The source is read whether the condition holds or not."""
    two(line)
    there = 0 if line.memory(0) else 1
    target = line.register(1 - there)
    loads, new = fetch(line, there)
    chosen = Select(condition, new, value(target, line.long))
    return (*loads, Assign(target.name, merged(target, chosen, line.long)))


def fence(tag: str, line: Line) -> Operations:
    """MFENCE, LFENCE, SFENCE."""
    line.count(0)
    return (Fence(frozenset({tag})),)


def nothing(line: Line) -> Operations:
    """NOP."""
    return ()
