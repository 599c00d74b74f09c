"""X86 and X86_64 tests.  What the instructions do is in `litmus.syntax.x86.instructions`.

Reads and writes of locked instructions are tagged `X`, fences `MFENCE`, `LFENCE`, `SFENCE`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache, partial

from litmus.errors import InputError, UnsupportedError
from litmus.program import Pointer, Program, Value
from litmus.source import Source
from litmus.syntax import reading
from litmus.syntax.assembly import frame
from litmus.syntax.assembly.language import Language
from litmus.syntax.x86.access import Operations, base_of, bits_of, target_of
from litmus.syntax.x86.instructions import INSTRUCTIONS, LOCKABLE, REFUSED
from litmus.syntax.x86.operands import Line, Memory, Name, read
from litmus.syntax.x86.registers import REGISTERS

STACK = "ESP"

_LOCK = re.compile(r"(?<![\w%])lock\s*;", re.I)
_STACK = re.compile(r"\b[re]sp\b", re.I)
_WORD = re.compile(r"\s*([A-Za-z0-9_]+)")


def parse(source: Source) -> Program:
    """The program of an X86 or X86_64 test.  Each thread has a stack of its own, unless the test says otherwise."""
    first = _WORD.match(frame.blank_comments(source, source.text))
    language = LONG if first and first[1] == "X86_64" else SHORT
    text = _LOCK.sub(lambda match: match[0].replace(";", " "), source.text)
    program = frame.parse(source, language, text)
    if not _STACK.search(text):
        return program
    stacks: dict[tuple[int, str], Value] = {(t.index, STACK): Pointer(f"P{t.index}.stack") for t in program.threads}
    return replace(program, registers=stacks | dict(program.registers))


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
    bits = bits_of(line)
    return bits // 8 if bits else None


@lru_cache(maxsize=8192)
def _build(text: str, long: bool) -> Operations:
    line = read(text, long)
    base = base_of(line)
    if base not in INSTRUCTIONS:
        raise _unknown(line)
    if line.locked and not (base in LOCKABLE and line.operands and line.memory(target_of(line))):
        line.fail(len(line.places), f"'lock' before '{line.mnemonic}', expected an instruction that changes memory",
                  f"use one of {', '.join(LOCKABLE)} on a memory location")  # fmt: skip
    return INSTRUCTIONS[base](line)


def _unknown(line: Line) -> InputError:
    """The error at a mnemonic that is not in the table."""
    span = line.source.span(0, len(line.source.text))
    if REFUSED.match(line.mnemonic):
        return UnsupportedError(f"the instruction '{line.mnemonic}' is not supported", span, "leave it out of the test")
    hint = reading.suggestion(line.mnemonic, INSTRUCTIONS) or "the instructions are listed in the documentation"
    return InputError(f"unknown x86 instruction '{line.mnemonic}', expected one such as mov, xchg, mfence", span, hint)


_NAMES = tuple(sorted((name.upper() for name in REGISTERS), key=lambda name: (name[0] != "E", name)))
SHORT = Language("x86", instruction, register, _NAMES, width)
LONG = Language("x86", partial(instruction, long=True), register, _NAMES, partial(width, long=True))
