"""Native accesses, fences and atomics in x86 assembly (Intel SDM, volumes 2 and 3A, 8.2; Sewell et al., CACM 2010).

Every load is an acquire and every store a release, so only StoreLoad and Full need an instruction; every atomic
operation is locked, and so fully ordered.  The usual compiler mapping, except that no store is sequentially
consistent by itself.  32-bit accesses; variables are named in memory operands, other addresses are in registers.
"""

from __future__ import annotations

from litmus.lowering import barriers
from litmus.lowering.target import Cells, Target
from litmus.syntax.native.tree import Ordering
from litmus.syntax.x86 import front as x86

CONDITIONS = {"==": "e", "!=": "ne", "<": "l", "<=": "le", ">": "g", ">=": "ge"}
READ: Cells = ("mov {d},{a}",)
WRITE: Cells = ("mov {a},{s}",)
READS: tuple[Ordering, ...] = ("plain", "once", "acquire")
WRITES: tuple[Ordering, ...] = ("plain", "once", "release")


def _two_operands(mnemonic: str) -> Cells:
    """`d = l op r` where an instruction overwrites its left operand."""
    return ("mov {d},{l}", f"{mnemonic} {{d}},{{r}}")


TARGET = Target(
    arch="x86",
    title="X86",
    registers=("EAX", "EBX", "ECX", "EDX", "ESI", "EDI", "EBP"),
    element=4,
    declare="int",
    direct="[{name}]",
    indirect="[{b}]",
    literal="${n}",
    move="mov {d},{l}",
    number="mov {d},${n}",
    binary={
        "+": _two_operands("add"),
        "-": _two_operands("sub"),
        "&": _two_operands("and"),
        "|": _two_operands("or"),
        "^": _two_operands("xor"),
    },
    compare="cmp {l},{r}",
    jumps={op: f"j{condition} {{label}}" for op, condition in CONDITIONS.items()},
    jump="jmp {label}",
    test={op: ("mov {t},$1", "mov {d},$0", f"cmov{condition} {{d}},{{t}}") for op, condition in CONDITIONS.items()},
    read=dict.fromkeys(READS, READ),
    write=dict.fromkeys(WRITES, WRITE),
    fences=barriers.X86,
    updates={
        "xchg": ("mov {d},{s}", "xchg {a},{d}"),
        "fetch_add": ("mov {d},{s}", "lock xadd {a},{d}"),
        "fetch_sub": ("mov {d},$0", "sub {d},{s}", "lock xadd {a},{d}"),
        "cmpxchg": ("lock cmpxchg {a},{S}", "mov {d},{e}"),
    },
    dropped={
        "fetch_add": ("lock add {a},{s}",),
        "fetch_sub": ("lock sub {a},{s}",),
        "fetch_and": ("lock and {a},{s}",),
        "fetch_or": ("lock or {a},{s}",),
        "fetch_xor": ("lock xor {a},{s}",),
    },
    expected="EAX",
    language=x86.SHORT,
)
