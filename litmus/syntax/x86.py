"""X86 and X86_64 tests.

Meaning of instructions: Intel Software Developer's Manual, volume 2; locked ones: volume 3, 9.1.2.  Reads and
writes of locked instructions are tagged `X`, fences `MFENCE`, `LFENCE`, `SFENCE`.  The flags are two comparisons:
`FLAGS.l` and `FLAGS.r` have the order that the signed conditions and `e` see, `FLAGS.below` and `FLAGS.above`
the order that the carry shows.  Overflow is not modelled: the sign is the order.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache, partial
from typing import TypeAlias

from litmus.errors import InputError, UnsupportedError
from litmus.program import (
    NO_TAGS,
    Assign,
    Binary,
    Branch,
    Const,
    Expression,
    Fence,
    Load,
    Operation,
    Pointer,
    Program,
    Reg,
    Select,
    Store,
    Unary,
    Value,
    When,
)
from litmus.source import Source
from litmus.syntax import frame, reading
from litmus.syntax.language import Language
from litmus.syntax.x86_operands import (
    REGISTERS,
    SUFFIXES,
    Immediate,
    Line,
    Memory,
    Name,
    Register,
    merged,
    read,
    value,
)

Operations: TypeAlias = tuple[Operation, ...]
LOCKED = frozenset({"X"})
OLD = "OLD"
"""The register of the value that an instruction reads from memory; no register of the machine."""
ZERO = Const(0)
ACCUMULATOR, STACK = "EAX", "ESP"

_LOCK = re.compile(r"(?<![\w%])lock\s*;", re.I)
_WORD = re.compile(r"\s*([A-Za-z0-9_]+)")


def parse(source: Source) -> Program:
    """The program of an X86 or X86_64 test.  Each thread has a stack of its own, unless the test says otherwise."""
    first = _WORD.match(frame.blank_comments(source, source.text))
    language = LONG if first and first[1] == "X86_64" else SHORT
    text = _LOCK.sub(lambda match: match[0].replace(";", " "), source.text)
    program = frame.parse(source, language, text)
    stacks = {(t.index, STACK): Pointer(f"P{t.index}.stack") for t in program.threads}
    return replace(program, registers={**stacks, **program.registers}) if _STACK.search(text) else program


_STACK = re.compile(r"\b[re]sp\b", re.I)


def instruction(text: str, long: bool = False) -> Operations:
    """The operations of an instruction, of an X86_64 test if `long`; InputError has its place in `text`."""
    return _build(text, long)


def register(name: str) -> str | None:
    """The canonical name, `EAX` for `%al`, `AX`, `rax` ...; None if it is no register."""
    found = REGISTERS.get(name.removeprefix("%").lower())
    return found.name if found else None


def width(text: str, long: bool = False) -> int | None:
    """Bytes of the memory access of an instruction, None if it has none or its size is left open."""
    line = read(text, long)
    if not any(isinstance(operand, Memory | Name) for operand in line.operands):
        return None
    bits = _bits(line)
    return bits // 8 if bits else None


@lru_cache(maxsize=8192)
def _build(text: str, long: bool) -> Operations:
    line = read(text, long)
    base = _base(line)
    if base not in INSTRUCTIONS:
        raise _unknown(line)
    if line.locked and not (base in LOCKABLE and line.operands and line.memory(_target(line))):
        line.fail(len(line.places), f"'lock' before '{line.mnemonic}', expected an instruction that changes memory",
                  f"use one of {', '.join(LOCKABLE)} on a memory location")  # fmt: skip
    return INSTRUCTIONS[base](line)


def _base(line: Line) -> str:
    """The mnemonic without the suffix of its size."""
    name = line.mnemonic
    return name[:-1] if name not in INSTRUCTIONS and name[-1] in SUFFIXES and name[:-1] in SIZED else name


def _unknown(line: Line) -> InputError:
    """The error at a mnemonic that is not in the table."""
    span = line.source.span(0, len(line.source.text))
    if _REFUSED.match(line.mnemonic):
        return UnsupportedError(f"the instruction '{line.mnemonic}' is not supported", span, "leave it out of the test")
    hint = reading.suggestion(line.mnemonic, INSTRUCTIONS) or "the instructions are listed in the documentation"
    return InputError(f"unknown x86 instruction '{line.mnemonic}', expected one such as mov, xchg, mfence", span, hint)


# --- sizes and accesses ---------------------------------------------------------------------------------


def _bits(line: Line) -> int | None:
    """The bits that an instruction works on, None if it does not say."""
    named = line.mnemonic[-1] if _base(line) != line.mnemonic else ""
    sizes = [operand.bits for operand in line.operands if isinstance(operand, Register)]
    bits = SUFFIXES.get(named) or line.size or (sizes[0] if sizes else None)
    for index, operand in enumerate(line.operands):
        if isinstance(operand, Register) and operand.bits != bits:
            line.fail(index, f"a register of {operand.bits} bits in an instruction on {bits} bits",
                      "use registers of one size, with the suffix for it")  # fmt: skip
    return bits or (None if line.long else 32)


def _size(line: Line) -> int:
    """The bits that an instruction works on; all 64 if an X86_64 instruction does not say."""
    return _bits(line) or 64


def _place(line: Line, index: int) -> Memory | None:
    """The memory location that an operand is, aligned; None if it is none."""
    memory = line.memory(index)
    size = _size(line) // 8
    if memory and _bits(line) and memory.offset % size:
        line.fail(index, f"the offset {memory.offset} is no multiple of the access size {size}",
                  "accesses that overlap in part are not supported", UnsupportedError)  # fmt: skip
    return memory


def _fetch(line: Line, index: int, locked: bool = False) -> tuple[Operations, Expression]:
    """What it takes to get the value of an operand, and the value."""
    operand = line.operands[index]
    if isinstance(operand, Immediate):
        return (), Const(_immediate(operand.value, _size(line)))
    if isinstance(operand, Register):
        return (), value(operand, line.long)
    place = _place(line, index)
    assert place
    return (Load(OLD, place.address, LOCKED if locked else NO_TAGS, atomic=locked),), Reg(OLD)


def _immediate(value: Value, bits: int) -> Value:
    """A number as a signed one of `bits` bits."""
    if not isinstance(value, int):
        return value
    half = 1 << bits - 1
    return (value + half) % (2 * half) - half


def _put(line: Line, index: int, new: Expression, locked: bool = False) -> Operations:
    """What it takes to give an operand a new value."""
    operand = line.operands[index]
    if isinstance(operand, Register):
        return (Assign(operand.name, merged(operand, new, line.long)),)
    place = _place(line, index)
    assert place
    bits = _size(line)
    whole = isinstance(new, Const) or bits == (64 if line.long else 32)
    kept = new if whole else Unary({8: "u8", 16: "u16"}.get(bits, "s32"), new)
    return (Store(place.address, kept, LOCKED if locked else NO_TAGS, atomic=locked),)


def _target(line: Line) -> int:
    """The index of the operand that `xchg`, `xadd`, `cmpxchg` change in memory, wherever it is written."""
    return 1 if len(line.operands) == 2 and not line.memory(0) and line.memory(1) else 0


def _two(line: Line) -> None:
    """There are two operands, at most one in memory."""
    line.count(2)
    if line.memory(0) and line.memory(1):
        line.fail(1, f"'{line.mnemonic}' has two memory operands, expected at most one", "load one into a register")


# --- flags ----------------------------------------------------------------------------------------------


def _signed(line: Line, expression: Expression) -> Expression:
    return Unary(f"s{_size(line)}", expression)


def _unsigned(line: Line, expression: Expression) -> Expression:
    return Unary(f"u{_size(line)}", expression)


def _flags(left: Expression, right: Expression = ZERO) -> Operations:
    return Assign("FLAGS.l", left), Assign("FLAGS.r", right)


def _carry(below: Expression, above: Expression) -> Operations:
    return Assign("FLAGS.below", below), Assign("FLAGS.above", above)


def _after_subtraction(line: Line, left: Expression, right: Expression) -> Operations:
    signed = _flags(_signed(line, left), _signed(line, right))
    return (*signed, *_carry(_unsigned(line, left), _unsigned(line, right)))


def _after_addition(line: Line, left: Expression, right: Expression) -> Operations:
    signed = _flags(Binary("+", _signed(line, left), _signed(line, right)))
    return (*signed, *_carry(_unsigned(line, Binary("+", left, right)), _unsigned(line, right)))


def _after_logic(line: Line, result: Expression) -> Operations:
    return (*_flags(_signed(line, result)), *_carry(ZERO, ZERO))


_L, _R = Reg("FLAGS.l"), Reg("FLAGS.r")
_BELOW = Binary("u<", Reg("FLAGS.below"), Reg("FLAGS.above"))
_NOT_ABOVE = Binary("|", _BELOW, Binary("==", _L, _R))

CODES: dict[str, Expression] = {
    **dict.fromkeys(("e", "z"), Binary("==", _L, _R)),
    **dict.fromkeys(("ne", "nz"), Binary("!=", _L, _R)),
    **dict.fromkeys(("l", "lt", "nge", "s"), Binary("<", _L, _R)),
    **dict.fromkeys(("ge", "nl", "ns"), Binary(">=", _L, _R)),
    **dict.fromkeys(("le", "ng"), Binary("<=", _L, _R)),
    **dict.fromkeys(("g", "gt", "nle"), Binary(">", _L, _R)),
    **dict.fromkeys(("b", "c", "nae"), _BELOW),
    **dict.fromkeys(("ae", "nb", "nc"), Unary("!", _BELOW)),
    **dict.fromkeys(("be", "na"), _NOT_ABOVE),
    **dict.fromkeys(("a", "nbe"), Unary("!", _NOT_ABOVE)),
}
"""The conditions of `jcc`, `setcc` and `cmovcc` (SDM volume 1, appendix B)."""


# --- meanings -------------------------------------------------------------------------------------------


def _mov(line: Line) -> Operations:
    _two(line)
    operand, target = line.operands[1], line.operands[0]
    whole = isinstance(target, Register) and target.bits == (64 if line.long else 32)
    if whole and isinstance(operand, Memory | Name):
        place = _place(line, 1)
        assert place and isinstance(target, Register)
        return (Load(target.name, place.address),)
    fetch, new = _fetch(line, 1)
    return (*fetch, *_put(line, 0, new))


def _lea(line: Line) -> Operations:
    line.count(2)
    memory = line.memory(1)
    if not memory:
        line.fail(1, "'lea' expected a memory operand as its source", "write an address such as 8(%rax)")
    target = line.register(0)
    return (Assign(target.name, merged(target, memory.address, line.long)),)


def _arithmetic(op: str, line: Line) -> Operations:
    """destination := destination op source."""
    _two(line)
    before, right = _fetch(line, 1)
    fetch, left = _fetch(line, 0, line.locked)
    new = _signed(line, Binary(op, left, right))
    flags = {"+": _after_addition, "-": _after_subtraction}.get(op)
    after = flags(line, left, right) if flags else _after_logic(line, new)
    return (*before, *fetch, *after, *_put(line, 0, new, line.locked))


def _compare(line: Line) -> Operations:
    _two(line)
    first, left = _fetch(line, 0)
    second, right = _fetch(line, 1)
    return (*first, *second, *_after_subtraction(line, left, right))


def _test(line: Line) -> Operations:
    _two(line)
    first, left = _fetch(line, 0)
    second, right = _fetch(line, 1)
    return (*first, *second, *_after_logic(line, Binary("&", left, right)))


def _step(op: str, line: Line) -> Operations:
    """destination := destination op 1; the carry stays."""
    line.count(1)
    fetch, old = _fetch(line, 0, line.locked)
    flags = _flags(Binary(op, _signed(line, old), Const(1)))
    return (*fetch, *flags, *_put(line, 0, _signed(line, Binary(op, old, Const(1))), line.locked))


def _not(line: Line) -> Operations:
    line.count(1)
    fetch, old = _fetch(line, 0, line.locked)
    return (*fetch, *_put(line, 0, Unary("~", old), line.locked))


def _neg(line: Line) -> Operations:
    line.count(1)
    fetch, old = _fetch(line, 0, line.locked)
    flags = _after_subtraction(line, ZERO, old)
    return (*fetch, *flags, *_put(line, 0, _signed(line, Unary("-", old)), line.locked))


def _xchg(line: Line) -> Operations:
    """Always locked if an operand is in memory (SDM volume 3, 9.1.2.1)."""
    _two(line)
    there, here = _target(line), 1 - _target(line)
    fetch, old = _fetch(line, there, locked=True)
    register = line.register(here)
    if not fetch:
        fetch, old = (Assign(OLD, old),), Reg(OLD)
    return (*fetch, *_put(line, there, value(register, line.long), locked=True), *_put(line, here, old))


def _xadd(line: Line) -> Operations:
    _two(line)
    there, here = _target(line), 1 - _target(line)
    fetch, old = _fetch(line, there, line.locked)
    if not fetch:
        fetch, old = (Assign(OLD, old),), Reg(OLD)
    added = value(line.register(here), line.long)
    store = _put(line, there, _signed(line, Binary("+", old, added)), line.locked)
    if isinstance(line.operands[there], Register):
        store = (*_put(line, here, old), *_put(line, there, _signed(line, Binary("+", old, Reg("ADDED")))))
        return (*fetch, Assign("ADDED", added), *_after_addition(line, old, added), *store)
    return (*fetch, *_after_addition(line, old, added), *store, *_put(line, here, old))


def _cmpxchg(line: Line) -> Operations:
    """Writes the source if the destination equals the accumulator, else loads the accumulator.

    The real instruction then writes the old value back, which no other thread can tell from not writing.
    """
    _two(line)
    there, here = _target(line), 1 - _target(line)
    size = _size(line)
    accumulator = next(r for r in REGISTERS.values() if (r.name, r.bits, r.shift) == (ACCUMULATOR, size, 0))
    fetch, old = _fetch(line, there, line.locked)
    wanted = value(accumulator, line.long)
    swap = _put(line, there, value(line.register(here), line.long), line.locked)
    keep = Assign(ACCUMULATOR, merged(accumulator, old, line.long))
    equal = Binary("==", _signed(line, old), _signed(line, wanted))
    return (*fetch, *_after_subtraction(line, wanted, old), When(equal, swap, (keep,)))


def _jump(condition: Expression | None, line: Line) -> Operations:
    line.count(1)
    target = line.operands[0]
    if not isinstance(target, Name):
        line.fail(0, f"'{line.mnemonic}' expected a label", "jumps to computed addresses are not supported")
    return (Branch(condition, target.name),)


def _set(condition: Expression, line: Line) -> Operations:
    line.count(1)
    target = line.operands[0]
    if isinstance(target, Register):
        return (Assign(target.name, merged(target, condition, line.long)),)
    memory = line.memory(0)
    if not memory:
        line.fail(0, f"'{line.mnemonic}' expected a register or a memory location", "write a register such as AL")
    return (Store(memory.address, condition),)


def _cmov(condition: Expression, line: Line) -> Operations:
    """The source is read whether the condition holds or not."""
    _two(line)
    there = 0 if line.memory(0) else 1
    target = line.register(1 - there)
    fetch, new = _fetch(line, there)
    chosen = Select(condition, new, value(target, line.long))
    return (*fetch, Assign(target.name, merged(target, chosen, line.long)))


def _fence(tag: str, line: Line) -> Operations:
    line.count(0)
    return (Fence(frozenset({tag})),)


def _nothing(line: Line) -> Operations:
    return ()


# --- tables ---------------------------------------------------------------------------------------------

LOCKABLE = ("add", "sub", "and", "or", "xor", "inc", "dec", "not", "neg", "xchg", "xadd", "cmpxchg")

_SIZED: dict[str, Callable[[Line], Operations]] = {
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
SIZED = frozenset(_SIZED)
"""The instructions that may have the suffix of a size."""

INSTRUCTIONS: dict[str, Callable[[Line], Operations]] = {
    **_SIZED,
    "jmp": partial(_jump, None),
    **{f"j{code}": partial(_jump, condition) for code, condition in CODES.items()},
    **{f"set{code}": partial(_set, condition) for code, condition in CODES.items()},
    **{name: partial(_fence, name.upper()) for name in ("mfence", "lfence", "sfence")},
    **dict.fromkeys(("nop", "pause", "endbr64"), _nothing),
}
"""Every instruction, by its name in lower case, without the suffix of its size."""

_REFUSED = re.compile(
    r"(movnt|movs[bwlq]|movz|clflush|clwb|call|ret|push|pop|sh[lr]|sa[lr]|ro[lr]|i?mul|i?div|bt|x(begin|end|abort)|j[op])"
)
"""Real instructions that no test here may have."""

_NAMES = tuple(name.upper() for name in REGISTERS)
SHORT = Language("x86", instruction, register, _NAMES, width)
LONG = Language("x86", partial(instruction, long=True), register, _NAMES, partial(width, long=True))
