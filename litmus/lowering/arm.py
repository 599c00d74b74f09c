"""Native accesses, fences and atomics in 32-bit ARM assembly (ARM ARM DDI 0406, A3.8.3 and A8).

As Linux maps them for ARMv7: an acquire read is followed by `dmb ish`, a release write preceded by it; only barriers
between writes are weaker, `dmb ishst`.  An atomic operation is an `ldrex`/`strex` loop, with `dmb ish` around it as its
ordering needs; behind a compare-and-exchange it belongs to success, as in a trylock of Linux, whose cmpxchg() itself
has it always, without promising it (6.12, arch/arm/include/asm; Documentation/atomic_t.txt).  32-bit accesses;
addresses in registers.
"""

from __future__ import annotations

from litmus.lowering import barriers
from litmus.lowering.target import OUT, Cells, Target, three_operands
from litmus.syntax.arm import front as arm

DMB: Cells = ("dmb ish",)
CONDITIONS = {"==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}


def _loop(operation: str) -> Cells:
    """Load, compute, store if nobody else did, else again."""
    compute = f"{operation} {{u}},{{d}},{{s}}"
    return ("{retry}: ldrex {d},{a}", compute, "strex {t},{u},{a}", "cmp {t},#0", "bne {retry}")


TARGET = Target(
    arch="arm",
    title="ARM",
    registers=tuple(f"R{number}" for number in range(13)),
    element=4,
    declare="int",
    indirect="[{b}]",
    move="mov {d},{l}",
    number="mov {d},#{n}",
    binary=three_operands("add", "sub", "and", "orr", "eor"),
    immediate={
        "+": "add {d},{l},#{n}",
        "-": "sub {d},{l},#{n}",
        "&": "and {d},{l},#{n}",
        "|": "orr {d},{l},#{n}",
        "^": "eor {d},{l},#{n}",
        "compare": "cmp {l},#{n}",
    },
    immediates=range(0, 256),
    compare="cmp {l},{r}",
    jumps={op: f"b{condition} {{label}}" for op, condition in CONDITIONS.items()},
    jump="b {label}",
    read={"plain": ("ldr {d},{a}",), "once": ("ldr {d},{a}",), "acquire": ("ldr {d},{a}", *DMB)},
    write={"plain": ("str {s},{a}",), "once": ("str {s},{a}",), "release": (*DMB, "str {s},{a}")},
    fences=barriers.ARM,
    updates={
        "xchg": ("{retry}: ldrex {d},{a}", "strex {t},{s},{a}", "cmp {t},#0", "bne {retry}"),
        "fetch_add": _loop("add"),
        "fetch_sub": _loop("sub"),
        "fetch_and": _loop("and"),
        "fetch_or": _loop("orr"),
        "fetch_xor": _loop("eor"),
        "cmpxchg": (
            "{retry}: ldrex {d},{a}",
            "cmp {d},{e}",
            "bne {out}",
            "strex {t},{s},{a}",
            "cmp {t},#0",
            "bne {retry}",
            OUT,
        ),
    },
    before={"release": DMB, "acq_rel": DMB, "full": DMB},
    after={"acquire": DMB, "acq_rel": DMB, "full": DMB},
    language=arm.LANGUAGE,
)
