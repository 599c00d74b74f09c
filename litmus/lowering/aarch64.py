"""Native accesses, fences and atomics in AArch64 assembly (Arm ARM DDI 0487, B2.3 and C6).

Acquire reads are LDAR, release writes STLR (as C++ seq_cst and Linux map them; LDAPR would be the weaker choice);
atomic operations are the single instructions of the Large System Extensions, with suffix A, L or AL.  A full one
is AL, as in Linux, which orders everything around it; if a CAS fails it is an acquire at most.  One without ordering
whose result is dropped has the ST form, whose read DMB ISHLD does not order.  All accesses are 64 bits wide, as
pointers are.
"""

from __future__ import annotations

from litmus.lowering import barriers
from litmus.lowering.target import Cells, Target, three_operands
from litmus.syntax.aarch64 import front as aarch64

CONDITIONS = {"==": "EQ", "!=": "NE", "<": "LT", "<=": "LE", ">": "GT", ">=": "GE"}
DMB: Cells = ("DMB ISH",)

TARGET = Target(
    arch="aarch64",
    title="AArch64",
    registers=tuple(f"X{number}" for number in range(29)),
    element=8,
    declare="uint64_t",
    indirect="[{b}]",
    move="MOV {d},{l}",
    number="MOV {d},#{n}",
    binary=three_operands("ADD", "SUB", "AND", "ORR", "EOR"),
    immediate={"+": "ADD {d},{l},#{n}", "-": "SUB {d},{l},#{n}", "compare": "CMP {l},#{n}"},
    compare="CMP {l},{r}",
    jumps={op: f"B.{condition} {{label}}" for op, condition in CONDITIONS.items()},
    jump="B {label}",
    test={op: (f"CSET {{d}},{condition}",) for op, condition in CONDITIONS.items()},
    read={"plain": ("LDR {d},{a}",), "once": ("LDR {d},{a}",), "acquire": ("LDAR {d},{a}",)},
    write={"plain": ("STR {s},{a}",), "once": ("STR {s},{a}",), "release": ("STLR {s},{a}",)},
    fences=barriers.AARCH64,
    updates={
        "xchg": ("SWP{o} {s},{d},{a}",),
        "fetch_add": ("LDADD{o} {s},{d},{a}",),
        "fetch_sub": ("MOV {t},#0", "SUB {t},{t},{s}", "LDADD{o} {t},{d},{a}"),
        "fetch_and": ("MOV {t},#-1", "EOR {t},{t},{s}", "LDCLR{o} {t},{d},{a}"),
        "fetch_or": ("LDSET{o} {s},{d},{a}",),
        "fetch_xor": ("LDEOR{o} {s},{d},{a}",),
        "cmpxchg": ("MOV {d},{e}", "CAS{o} {d},{s},{a}"),
    },
    suffix={"once": "", "acquire": "A", "release": "L", "acq_rel": "AL", "full": "AL"},
    dropped={
        "fetch_add": ("STADD {s},{a}",),
        "fetch_sub": ("MOV {t},#0", "SUB {t},{t},{s}", "STADD {t},{a}"),
        "fetch_and": ("MOV {t},#-1", "EOR {t},{t},{s}", "STCLR {t},{a}"),
        "fetch_or": ("STSET {s},{a}",),
        "fetch_xor": ("STEOR {s},{a}",),
    },
    dropping=("once",),
    language=aarch64.LANGUAGE,
)
