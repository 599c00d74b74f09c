"""Operations that read and write at once, as one event for the model.

An event structure has two events for an atomic read-modify-write, related by `amo`.  Some models, RISC-V's above all,
speak of one operation that is a read and a write (The RISC-V Instruction Set Manual, Volume I, the chapter on RVWMO).
Their front ends tag both events `AMO`; here each of the two gets what the other has: both are in R and in W, and
both begin and end the dependencies of either.  Program order relates other instructions to both of them anyway.

So whatever a model orders before (after) one of them by such sets and relations, it orders before (after) both.
Only rf, co and fr still tell them apart, and need not agree: under coherence and atomicity, what comes after the
read in fr is the write itself or comes after it in co.
"""

from __future__ import annotations

from litmus.logic import Universe

FUSED = "AMO"
"""The tag of the events that are parts of one operation."""

LIFTED = ("addr", "data", "ctrl", "pick-addr", "pick-data", "pick-ctrl", "pick-basic")
"""The relations that hold for both events if they hold for one."""


def fuse(sets: dict[str, int], relations: dict[str, int], u: Universe) -> None:
    """Changes the sets and the relations of a structure with fused events."""
    fused = sets[FUSED]
    sets["R"] |= fused
    sets["W"] |= fused
    for name in LIFTED:
        if relations[name]:
            relations[name] = _lifted(relations[name], relations["amo"], fused, u)


def _lifted(relation: int, amo: int, fused: int, u: Universe) -> int:
    """A relation extended from either event of each fused pair to both, but not inside of pairs."""
    rows, pairs = u.rows(relation), [(r, w) for r, w in u.pairs_of(amo) if fused >> r & 1]
    for r, w in pairs:
        rows[r] = rows[w] = (rows[r] | rows[w]) & ~(1 << r | 1 << w)
        both = 1 << r | 1 << w
        rows = [row | both if row & both else row for row in rows]
    return u.from_rows(rows)
