"""What the tags of accesses order, in each language, and what is left of them without that."""

from __future__ import annotations

from litmus.program import X86, Tags

C11_ORDERS = frozenset({"NA", "RLX", "CON", "ACQ", "REL", "ACQ_REL", "SC"})

ACQUIRES = frozenset({"A", "Q", "Acq", "AcqRel", "Sc", "Acquire", "CON", "ACQ", "ACQ_REL", "SC", "LKR"})
RELEASES = frozenset({"L", "Rel", "AcqRel", "Sc", "Release", "REL", "ACQ_REL", "SC", "UL"})

LOCKED = frozenset({"X"})
"""The tag of an access of an atomic update; on x86 a barrier by itself."""

LOCKS = frozenset({"LKR", "LKW", "UL", "LF", "LK", "LS", "RL", "RU"})
"""Accesses to locks."""

WEAKER = {
    "Acquire": "Once", "Release": "Once", "ACQ": "RLX", "REL": "RLX", "ACQ_REL": "RLX", "SC": "RLX", "CON": "RLX",
}  # fmt: skip
"""Annotations that have a weaker one; the others are dropped."""

DROPPED = frozenset({"A", "Q", "L", "Acq", "Rel", "AcqRel", "Sc"})


def _of_order(tags: Tags) -> Tags:
    """The tags without C11's A, which says that the access is atomic."""
    return tags - {"A"} if tags & C11_ORDERS else tags


def is_acquire(tags: Tags) -> bool:
    """Whether a read with these tags is ordered before what follows it."""
    return bool(_of_order(tags) & ACQUIRES)


def is_release(tags: Tags) -> bool:
    """Whether a write with these tags is ordered after what precedes it."""
    return bool(_of_order(tags) & RELEASES)


def weakened(tags: Tags, arch: str) -> Tags:
    """The tags of an access without those that order; the same if there are none."""
    if tags & C11_ORDERS:
        return frozenset(WEAKER.get(tag, tag) for tag in tags)
    return frozenset(WEAKER.get(tag, tag) for tag in tags - (DROPPED | LOCKED if arch == X86.name else DROPPED))
