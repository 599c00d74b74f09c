"""Native accesses, fences and atomics in Power assembly (Power ISA 2.07, Book II; Sarkar et al., PLDI 2011 and 2012).

As Linux maps them: an acquire read is followed by lwsync (C++ compilers use a dependent branch and isync, which
orders no less for the accesses behind it), a release write preceded by lwsync.  An atomic operation is a
`lwarx`/`stwcx.` loop, with lwsync or, if it is full, sync around it; what is behind a compare-and-exchange belongs to
success (Linux 6.12, arch/powerpc/include/asm: cmpxchg.h, synch.h).  32-bit accesses; addresses in registers.
"""

from __future__ import annotations

from litmus.lowering import barriers
from litmus.lowering.target import OUT, Cells, Target, three_operands
from litmus.syntax.ppc import front as ppc

LWSYNC: Cells = ("lwsync",)
SYNC: Cells = ("sync",)
NUMBERS = {"+": "addi {d},{l},{n}", "|": "ori {d},{l},{n}", "^": "xori {d},{l},{n}", "compare": "cmpwi {l},{n}"}


def _loop(operation: str) -> Cells:
    """Reserve, compute, store if the reservation holds, else again."""
    return ("{retry}: lwarx {d},r0,{b}", operation, "stwcx. {t},r0,{b}", "bne {retry}")


TARGET = Target(
    arch="ppc",
    title="PPC",
    registers=tuple(f"r{number}" for number in range(1, 32)),
    element=4,
    declare="int",
    indirect="0({b})",
    move="mr {d},{l}",
    number="li {d},{n}",
    binary=three_operands("add", "sub", "and", "or", "xor"),
    immediate=NUMBERS,
    compare="cmpw {l},{r}",
    jumps={
        "==": "beq {label}",
        "!=": "bne {label}",
        "<": "blt {label}",
        "<=": "ble {label}",
        ">": "bgt {label}",
        ">=": "bge {label}",
    },
    jump="b {label}",
    read={"plain": ("lwz {d},{a}",), "once": ("lwz {d},{a}",), "acquire": ("lwz {d},{a}", *LWSYNC)},
    write={"plain": ("stw {s},{a}",), "once": ("stw {s},{a}",), "release": (*LWSYNC, "stw {s},{a}")},
    fences=barriers.PPC,
    updates={
        "xchg": ("{retry}: lwarx {d},r0,{b}", "stwcx. {s},r0,{b}", "bne {retry}"),
        "fetch_add": _loop("add {t},{d},{s}"),
        "fetch_sub": _loop("sub {t},{d},{s}"),
        "fetch_and": _loop("and {t},{d},{s}"),
        "fetch_or": _loop("or {t},{d},{s}"),
        "fetch_xor": _loop("xor {t},{d},{s}"),
        "cmpxchg": (
            "{retry}: lwarx {d},r0,{b}", "cmpw {d},{e}", "bne {out}", "stwcx. {s},r0,{b}", "bne {retry}", OUT,
        ),
    },
    before={"release": LWSYNC, "acq_rel": LWSYNC, "full": SYNC},
    after={"acquire": LWSYNC, "acq_rel": LWSYNC, "full": SYNC},
    language=ppc.LANGUAGE,
)  # fmt: skip
