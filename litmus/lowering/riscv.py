"""Native accesses, fences and atomics in RISC-V assembly (Unprivileged ISA, volume I: RVWMO, and its appendix A.5).

The mapping of Linux (6.12, arch/riscv/include/asm: barrier.h, atomic.h, cmpxchg.h), whose fences order less than the
annotations .aq and .rl would: an acquire, of an access or of an atomic operation, is a `fence r,rw` behind it, a
release a `fence rw,w` before it.  A full operation is annotated with both.  Compare-and-exchange is an `lr`/`sc` loop;
the barrier behind it belongs to success, and a full one is `sc.rl` and a full fence.  All accesses are 64 bits wide,
as pointers are.
"""

from __future__ import annotations

from litmus.lowering import barriers
from litmus.lowering.target import OUT, Cells, Target, three_operands
from litmus.syntax.riscv import front as riscv

FULL: Cells = ("fence rw,rw",)
ACQUIRE: Cells = ("fence r,rw",)
RELEASE: Cells = ("fence rw,w",)

TARGET = Target(
    arch="riscv",
    title="RISCV",
    registers=tuple(f"x{number}" for number in range(5, 32)),
    element=8,
    declare="uint64_t",
    indirect="0({b})",
    zero="x0",
    move="mv {d},{l}",
    number="li {d},{n}",
    binary=three_operands("add", "sub", "and", "or", "xor"),
    immediate={"+": "addi {d},{l},{n}", "&": "andi {d},{l},{n}", "|": "ori {d},{l},{n}", "^": "xori {d},{l},{n}"},
    immediates=range(0, 2048),
    compare="",
    jumps={
        "==": "beq {l},{r},{label}",
        "!=": "bne {l},{r},{label}",
        "<": "blt {l},{r},{label}",
        "<=": "bge {r},{l},{label}",
        ">": "blt {r},{l},{label}",
        ">=": "bge {l},{r},{label}",
    },
    jump="j {label}",
    test={
        "==": ("xor {d},{l},{r}", "sltiu {d},{d},1"),
        "!=": ("xor {d},{l},{r}", "sltu {d},x0,{d}"),
        "<": ("slt {d},{l},{r}",),
        "<=": ("slt {d},{r},{l}", "xori {d},{d},1"),
        ">": ("slt {d},{r},{l}",),
        ">=": ("slt {d},{l},{r}", "xori {d},{d},1"),
    },
    read={"plain": ("ld {d},{a}",), "once": ("ld {d},{a}",), "acquire": ("ld {d},{a}", *ACQUIRE)},
    write={"plain": ("sd {s},{a}",), "once": ("sd {s},{a}",), "release": (*RELEASE, "sd {s},{a}")},
    fences=barriers.RISCV,
    updates={
        "xchg": ("amoswap.d{o} {d},{s},({b})",),
        "fetch_add": ("amoadd.d{o} {d},{s},({b})",),
        "fetch_sub": ("sub {t},x0,{s}", "amoadd.d{o} {d},{t},({b})"),
        "fetch_and": ("amoand.d{o} {d},{s},({b})",),
        "fetch_or": ("amoor.d{o} {d},{s},({b})",),
        "fetch_xor": ("amoxor.d{o} {d},{s},({b})",),
        "cmpxchg": (
            "{retry}: lr.d {d},({b})",
            "bne {d},{e},{out}",
            "sc.d{conditional} {t},{s},({b})",
            "bne {t},x0,{retry}",
            OUT,
        ),
    },
    suffix={"full": ".aq.rl"},
    before={"release": RELEASE, "acq_rel": RELEASE},
    after={"acquire": ACQUIRE, "acq_rel": ACQUIRE},
    paired={"full": (".rl", FULL)},
    language=riscv.LANGUAGE,
)
