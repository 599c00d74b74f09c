"""PageAnonExclusive: an anonymous page that one process has to itself, and how it stops being exclusive.

Only an exclusive page may be pinned, so that a pinned page is never replaced under its process by copy-on-write.  The
flag is cleared only for a page that is not pinned; and since GUP-fast takes no lock, that needs an order.

Source: include/linux/rmap.h of Linux 6.12 (__folio_try_share_anon_rmap(), __folio_try_dup_anon_rmap()), whose comment
names the steps (A1)-(A4) and (B1)-(B5).
"""

from __future__ import annotations

from mmcore.cpu import Cpu
from mmcore.mm.page_alloc.page import GUP_PIN_COUNTING_BIAS, Page, PG_anon_exclusive, folio_ref_count


def folio_try_share_anon_rmap_pte(cpu: Cpu, folio: Page) -> bool:
    """Ends the exclusivity of a page of its own whose entry was cleared (A1); False if it may be pinned.

    Where it ended, the caller may put the same entry back, not writable (A4).
    """
    cpu.smp_mb(label="share_mb")  # pairs with the barrier after the pin, (B3) to (B4)
    if folio_ref_count(cpu, folio) >= GUP_PIN_COUNTING_BIAS:  # (A2)
        return False
    cpu.clear_bit(PG_anon_exclusive, folio.flags)  # (A3)
    cpu.smp_mb__after_atomic(label="share_wmb")  # pairs with the smp_rmb() of gup_must_unshare(), (B4) to (B5)
    return True


def folio_try_dup_anon_rmap_pte(cpu: Cpu, folio: Page) -> bool:
    """Lets a child of fork() map a page of its parent; False if it may be pinned, and has to be copied at once.

    The caller holds a new reference for the child, and `write_protect_seq` is odd: what the count says is ordered by
    that reference, which changed the same word.
    """
    if folio_ref_count(cpu, folio) >= GUP_PIN_COUNTING_BIAS:
        return False
    cpu.clear_bit(PG_anon_exclusive, folio.flags)
    return True
