"""The names that cat models may use without defining them."""

from __future__ import annotations

from litmus.syntax.native import barriers

UNDEFINED = "*undef*"
"""The flag of executions without a meaning (`undefined_unless`), whatever the check is called: the behaviour of the
test is undefined, and no final states are listed."""

BASE_RELATIONS: frozenset[str] = frozenset(
    {
        "po", "loc", "int", "ext", "rf", "co", "addr", "data", "ctrl", "rmw", "amo", "lxsx", "same-instance",
        "pick-addr", "pick-data", "pick-ctrl", "pick-basic",
    }
)  # fmt: skip
"""Relations that every event structure has (rf and co: every execution)."""

REGISTER_RELATIONS: frozenset[str] = frozenset({"iico_data", "iico_ctrl", "iico_order"})
"""Causality inside instructions; empty unless the model asks for register events (`catdep`)."""

ABSENT_RELATIONS: frozenset[str] = frozenset(
    {
        "inv-domain", "same-low-order-bits", "PTEtoPA", "rf-reg", "same-tag-loc", "si", "depend", "instr-pair",
    }
)  # fmt: skip
"""Relations of features that no test here has (virtual memory, tags, instruction fetch): empty."""

EVENT_SETS: frozenset[str] = frozenset(
    {"R", "W", "M", "F", "IW", "Exp", "B", "BCC", "Rreg", "Wreg", "ADDR", "DATA", "Asked"}
)
"""Sets by kind of event; `Asked`: the initial writes of the locations whose final value the test asks about."""

_BARRIERS = frozenset(
    f"{kind}.{domain}{access}"
    for kind in ("DMB", "DSB")
    for domain, access in [(d, a) for d in ("NSH", "ISH", "OSH") for a in ("", "LD", "ST")]
    + [("SY", ""), ("LD", ""), ("ST", "")]
)

_FENCES = frozenset(f"Fence.{before}.{after}" for before in ("r", "w", "rw") for after in ("r", "w", "rw"))

TAGS: frozenset[str] = _BARRIERS | _FENCES | {
    # all assembly languages: atomic accesses, exclusives, acquire, release
    "X", "EX", "A", "L", "Q", "NoRet", "ISB",
    # 32-bit ARM, besides the barriers with options
    "DMB", "DSB",
    # x86
    "MFENCE", "SFENCE", "LFENCE",
    # Power
    "SYNC", "LWSYNC", "EIEIO", "ISYNC",
    # RISC-V
    "Acq", "Rel", "AcqRel", "Sc", "AMO", "Fence.tso", "Fence.i",
    # C, as the Linux kernel has it
    "Acquire", "Release", "Noreturn", "Mb", "Rmb", "Wmb", "Barrier", "Before-atomic", "After-atomic", "After-spinlock",
    "After-unlock-lock", "After-srcu-read-unlock", "Rcu-lock", "Rcu-unlock", "Sync-rcu", "Srcu-lock", "Srcu-unlock",
    "Sync-srcu", "LKR", "LKW", "UL", "LF", "RL", "RU",
    # C11
    "NA", "RLX", "CON", "ACQ", "REL", "ACQ_REL", "SC", "LK", "LS",
    # the native language
    "Plain", "Once", "RMW", "Full", *map(str, barriers.FENCES.values()),
}  # fmt: skip
"""Sets by tag, as the front ends give them; empty where a test has no such event."""

ABSENT_SETS: frozenset[str] = frozenset(
    {
        "NExp", "T", "PTE", "PTEV", "PTEINV", "PTEAF0", "D-PTE", "I-PTE", "AF", "DB", "MMU", "D-MMU", "I-MMU",
        "Translation", "AccessFlag", "TagCheck", "FAULT", "EXC-ENTRY", "EXC-RET", "SVC", "SPURIOUS", "Instr",
        "Restricted-CMODX", "TLBI", "TLBInXS", "TLBIIS", "DC.CVAU", "IC.IALLU", "IC.IALLUIS", "IC.IVAU",
        "PTEDevice-GRE", "PTEDevice-nGRE", "PTEDevice-nGnRE", "PTEDevice-nGnRnE", "PTENSH", "PTEISH", "PTEOSH",
        "PTEiWB", "PTEiWT", "PTEiNC", "PTEoWB", "PTEoWT", "PTEoNC", "PTETaggedNormal", "PTENormal", "PTEXS",
        "FF",
    }
)  # fmt: skip
"""Sets of features that no test here has: empty."""
