"""What each barrier of the native language is on each target: the whole mapping in one place (docs/language.md).

A barrier that a target has no instruction for is the next stronger one.  A new kind of barrier is a field of `Fences`,
and a line in each table.
"""

from __future__ import annotations

from typing import TypeAlias, TypedDict

from litmus.syntax.native.barriers import BarrierWords

Cells: TypeAlias = tuple[str, ...]
"""The texts of instructions."""


class Fences(TypedDict):
    """The cells of every barrier; none where the target keeps that order by itself."""

    LoadLoad: Cells
    LoadStore: Cells
    StoreStore: Cells
    StoreLoad: Cells
    Acquire: Cells
    Release: Cells
    Full: Cells
    Compiler: Cells


X86: Fences = {
    "LoadLoad": (),
    "LoadStore": (),
    "StoreStore": (),
    "StoreLoad": ("mfence",),
    "Acquire": (),
    "Release": (),
    "Full": ("mfence",),
    "Compiler": (),
}
"""Every load is an acquire, every store a release: only StoreLoad and Full need an instruction (Intel SDM, 3A, 8.2)."""

AARCH64: Fences = {
    "LoadLoad": ("DMB ISHLD",),
    "LoadStore": ("DMB ISHLD",),
    "StoreStore": ("DMB ISHST",),
    "StoreLoad": ("DMB ISH",),
    "Acquire": ("DMB ISHLD",),
    "Release": ("DMB ISH",),
    "Full": ("DMB ISH",),
    "Compiler": (),
}
"""DMB ISHLD orders earlier loads with all that follows, DMB ISHST stores (Arm ARM, DDI 0487, B2.3)."""

PPC: Fences = {
    "LoadLoad": ("lwsync",),
    "LoadStore": ("lwsync",),
    "StoreStore": ("lwsync",),
    "StoreLoad": ("sync",),
    "Acquire": ("lwsync",),
    "Release": ("lwsync",),
    "Full": ("sync",),
    "Compiler": (),
}
"""lwsync keeps every order but that of a store before a load, which needs sync (Power ISA, book II, 4.6.3)."""

RISCV: Fences = {
    "LoadLoad": ("fence r,r",),
    "LoadStore": ("fence r,w",),
    "StoreStore": ("fence w,w",),
    "StoreLoad": ("fence rw,rw",),
    "Acquire": ("fence r,rw",),
    "Release": ("fence rw,w",),
    "Full": ("fence rw,rw",),
    "Compiler": (),
}
"""A fence names what it orders on both sides (The RISC-V Instruction Set Manual, volume I, 2.7)."""

ARM: Fences = {
    "LoadLoad": ("dmb ish",),
    "LoadStore": ("dmb ish",),
    "StoreStore": ("dmb ishst",),
    "StoreLoad": ("dmb ish",),
    "Acquire": ("dmb ish",),
    "Release": ("dmb ish",),
    "Full": ("dmb ish",),
    "Compiler": (),
}
"""dmb ish orders everything, dmb ishst stores (ARM ARM, DDI 0406, A3.8.3)."""

CALLS: BarrierWords = {
    "LoadLoad": "smp_rmb",
    "StoreStore": "smp_wmb",
    "LoadStore": "smp_mb",
    "StoreLoad": "smp_mb",
    "Acquire": "smp_mb",
    "Release": "smp_mb",
    "Full": "smp_mb",
    "Compiler": "barrier",
}
"""The calls of the kernel's C (Documentation/memory-barriers.txt)."""
