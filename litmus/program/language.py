"""The languages of tests: what the stages have to know of each, one row a language.

`Program.arch` is the name of a row.  What only one stage can say of a language (its grammar, its table of lowering)
stays in that stage.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Language:
    """A language of tests.

    `words`: the first words of its tests.  `models`: the default models of its tests.  `title_words`: what names it in
    the title line of a user's model.  `assembly`: whether each thread is a column of an architecture's instructions,
    whose registers have several names.  `portable`: whether its programs are lowered to the language of a model.
    `whole_elements`: whether address arithmetic goes by whole elements: an access beside a variable is a location of
    its own.  `kernel`: whether it is the kernel's C, with marked accesses, bell files and user macros.
    `store_buffers`: whether what is no interleaving is told by store buffers.  `barriers`: its barriers as
    (text, tag), the weaker ones first; the last orders everything.
    """

    name: str
    words: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    title_words: tuple[str, ...] = ()
    assembly: bool = False
    portable: bool = False
    whole_elements: bool = False
    kernel: bool = False
    store_buffers: bool = False
    barriers: tuple[tuple[str, str], ...] = ()


NATIVE = Language("native", ("litmus",), ("sc", "x86-tso", "armv8", "power"), portable=True)
X86 = Language(
    "x86", ("X86", "X86_64"), ("x86-tso",), ("x86",), assembly=True, store_buffers=True,
    barriers=(("mfence", "MFENCE"),),
)  # fmt: skip
PPC = Language(
    "ppc", ("PPC",), ("power",), ("ppc", "power"), assembly=True, barriers=(("lwsync", "LWSYNC"), ("sync", "SYNC"))
)
AARCH64 = Language(
    "aarch64", ("AArch64",), ("armv8",), ("aarch64", "arm v8", "armv8"), assembly=True,
    barriers=(("dmb ishst", "DMB.ISHST"), ("dmb ishld", "DMB.ISHLD"), ("dmb ish", "DMB.ISH")),
)  # fmt: skip
C = Language(
    "c", ("C",), ("lkmm",), portable=True, whole_elements=True, kernel=True,
    barriers=(("smp_wmb()", "Wmb"), ("smp_rmb()", "Rmb"), ("smp_mb()", "Mb")),
)  # fmt: skip
RISCV = Language(
    "riscv", ("RISCV",), ("riscv",), ("risc",), assembly=True,
    barriers=(("fence w,w", "Fence.w.w"), ("fence r,r", "Fence.r.r"), ("fence r,rw", "Fence.r.rw"),
              ("fence rw,w", "Fence.rw.w"), ("fence rw,rw", "Fence.rw.rw")),
)  # fmt: skip
ARM = Language("arm", ("ARM",), ("armv7",), ("arm",), assembly=True, barriers=(("dmb", "DMB"),))
C11 = Language("c11", (), ("rc11",), whole_elements=True)

LANGUAGES = {row.name: row for row in (NATIVE, X86, PPC, AARCH64, C, RISCV, ARM, C11)}
"""The rows by their names; a first word is looked for in this order."""

BY_TITLE = (X86, AARCH64, PPC, RISCV, ARM)
"""The languages that the title of a model may name, in the order in which they are looked for."""


def language_of(name: str) -> Language:
    """The row of a name; for a name without one, a language of which nothing is known."""
    return LANGUAGES.get(name) or Language(name)
