"""The mapping of `litmus.lowering.x86` with 64-bit registers, of which there are enough for any test.

Operands are source, destination, as in the field's X86_64 tests; accesses are 64 bits wide.
"""

from __future__ import annotations

from dataclasses import replace

from litmus.lowering import x86
from litmus.lowering.target import Cells
from litmus.syntax.x86 import front as syntax

READ: Cells = ("movq {a},{d}",)
WRITE: Cells = ("movq {s},{a}",)


def _two_operands(mnemonic: str) -> Cells:
    """`d = l op r` where an instruction overwrites its last operand."""
    return ("movq {l},{d}", f"{mnemonic}q {{r}},{{d}}")


TARGET = replace(
    x86.TARGET,
    title="X86_64",
    registers=tuple(f"%r{name}" for name in ("ax", "bx", "cx", "dx", "si", "di", "bp", *range(8, 16))),
    element=8,
    declare="uint64_t",
    direct="({name})",
    indirect="({b})",
    move="movq {l},{d}",
    number="movq ${n},{d}",
    binary={
        "+": _two_operands("add"),
        "-": _two_operands("sub"),
        "&": _two_operands("and"),
        "|": _two_operands("or"),
        "^": _two_operands("xor"),
    },
    compare="cmpq {r},{l}",
    test={
        op: ("movq $1,{t}", "movq $0,{d}", f"cmov{condition}q {{t}},{{d}}") for op, condition in x86.CONDITIONS.items()
    },
    read=dict.fromkeys(x86.READS, READ),
    write=dict.fromkeys(x86.WRITES, WRITE),
    updates={
        "xchg": ("movq {s},{d}", "xchgq {d},{a}"),
        "fetch_add": ("movq {s},{d}", "lock xaddq {d},{a}"),
        "fetch_sub": ("movq $0,{d}", "subq {s},{d}", "lock xaddq {d},{a}"),
        "cmpxchg": ("lock cmpxchgq {S},{a}", "movq {e},{d}"),
    },
    dropped={
        "fetch_add": ("lock addq {s},{a}",),
        "fetch_sub": ("lock subq {s},{a}",),
        "fetch_and": ("lock andq {s},{a}",),
        "fetch_or": ("lock orq {s},{a}",),
        "fetch_xor": ("lock xorq {s},{a}",),
    },
    expected="%rax",
    language=syntax.LONG,
)
