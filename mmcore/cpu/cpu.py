"""The memory interface: what a kernel routine may do, in the kernel's words.

A routine is written once against `Cpu` and runs on three implementations: `mmcore.direct` (an ordinary program),
`mmcore.interleaved` (a scheduling point at every access) and `mmcore.traced` (a litmus test for the checker).

Every step that orders something may carry a `label`.  A variant of a scenario names the labels it goes without: a
barrier, a lock or an RCU section with such a label is left out, an acquire, release or value-returning atomic becomes
relaxed, and `if cpu.has(label)` guards a step that can be dropped otherwise.

Source of names and orderings: Documentation/memory-barriers.txt, Documentation/atomic_t.txt,
Documentation/atomic_bitops.txt and include/asm-generic/barrier.h of Linux 6.12.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from mmcore.cpu.accesses import Barriers
from mmcore.cpu.atomics import Atomics
from mmcore.cpu.locks import Locks, Rcu
from mmcore.memory import Memory


class Cpu(Barriers, Atomics, Locks, Rcu):
    """A CPU of the machine: the primitives of the kernel, and the context that its rules speak of.

    `number`: its index.  `without`: the labels that the variant leaves out.  Values are ints, cells and arrays; in a
    traced run they are terms, which behave alike (comparisons and arithmetic, truth, indices).
    """


Maker: TypeAlias = Callable[[Memory, int, frozenset[str]], Cpu]
"""Makes the CPU of that number on a memory, without the steps of some labels."""
