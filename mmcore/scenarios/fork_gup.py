"""fork() write-protecting a page against a GUP-fast pin for writing."""

from __future__ import annotations

from dataclasses import dataclass

from mmcore.cpu import Cpu, raw_write_seqcount_begin, raw_write_seqcount_end
from mmcore.memory import Cell, Memory
from mmcore.mm.gup.gup_fast import FOLL_PIN, FOLL_WRITE, Walk, gup_fast, gup_fast_pte_range
from mmcore.mm.page_alloc.page import MemMap, Page, PG_anon_exclusive
from mmcore.mm.pgtable.pte import PAGE_RW, mk_pte, pte_wrprotect
from mmcore.mm.rmap.anon_exclusive import folio_try_dup_anon_rmap_pte
from mmcore.scenario import NEVER, SOMETIMES, STORE_BUFFERING, WEAK, Scenario, Thread, Variant

PFN = 1


@dataclass(frozen=True, slots=True)
class State:
    """One anonymous page of the parent, its entry, and the sequence counter of the address space."""

    pte: Cell
    folio: Page
    write_protect_seq: Cell


def setup(memory: Memory) -> State:
    """The page is exclusive and writable, and nobody has pinned it."""
    folio = MemMap().add(memory, PFN, "folio", refcount=1, flags=1 << PG_anon_exclusive)
    return State(memory.cell("pte", mk_pte(PFN, PAGE_RW)), folio, memory.cell("write_protect_seq"))


def forker(cpu: Cpu, state: State) -> None:
    """copy_page_range(): the pages of the parent are shared between the two begins of the sequence counter."""
    raw_write_seqcount_begin(cpu, state.write_protect_seq, label="begin_wmb")
    cpu.observe("shared", copy_present_pte(cpu, state))
    raw_write_seqcount_end(cpu, state.write_protect_seq)


def forker_without_seq(cpu: Cpu, state: State) -> None:
    """copy_page_range() before there was a sequence counter."""
    cpu.observe("shared", copy_present_pte(cpu, state))


def copy_present_pte(cpu: Cpu, state: State) -> bool:
    """copy_present_ptes(): shares the page with the child, write-protected; False if it is copied, being pinned."""
    if cpu.has("get"):
        cpu.atomic_inc(state.folio.refcount)
    if not folio_try_dup_anon_rmap_pte(cpu, state.folio):
        cpu.atomic_dec(state.folio.refcount)
        return False
    cpu.write_once(state.pte, pte_wrprotect(cpu.read_once(state.pte)))
    return True


def pinner(cpu: Cpu, state: State) -> None:
    """pin_user_pages_fast() for writing."""
    walk = Walk(state.folio.mem_map, state.pte)
    cpu.observe("pinned", gup_fast(cpu, state.write_protect_seq, walk, FOLL_PIN | FOLL_WRITE) is not None)


def pinner_without_seq(cpu: Cpu, state: State) -> None:
    """pin_user_pages_fast() before there was a sequence counter."""
    walk = Walk(state.folio.mem_map, state.pte)
    cpu.observe("pinned", gup_fast_pte_range(cpu, walk, FOLL_PIN | FOLL_WRITE) is not None)


SCENARIO = Scenario(
    name="fork_gup",
    title="fork() sharing a page with the child against a GUP-fast pin for writing",
    source=("mm/memory.c:copy_page_range()", "include/linux/rmap.h:__folio_try_dup_anon_rmap()", "mm/gup.c:gup_fast()"),
    bad="fork() shares the page as not pinned, and GUP-fast keeps a pin for writing: the next write of the parent goes "
        "to a copy, and the device stays with the old page",
    setup=setup,
    threads=(Thread("forker", forker), Thread("pinner", pinner)),
    outcome=lambda end: (end.forker.shared == 1) & (end.pinner.pinned == 1),
    variants=(
        Variant("fixed", NEVER, "a pin that fork() does not see comes after the odd counter, which GUP-fast sees then",
                catalogue="S03_fork_seq-fixed"),
        Variant("no_begin_wmb", WEAK, "the reference for the child is visible before the odd counter",
                frozenset({"begin_wmb"}), catalogue="S03_fork_seq-no_wmb"),
        Variant("no_get", STORE_BUFFERING, "the count is read before the odd counter is visible: what orders the two "
                "is that fork() itself changes the count first", frozenset({"get"})),
        Variant("no_seq", SOMETIMES, "a pin may come between the count and the write-protected entry",
                threads={"forker": forker_without_seq, "pinner": pinner_without_seq},
                catalogue="S03n_fork_noseq-fixed"),
    ),
    pairs="the smp_wmb() after the odd counter pairs with the fully ordered pin before the counter is read again",
    history='57efa1fe5957 "mm/gup: prevent gup_fast from racing with COW during fork"',
    catalogue="A3",
)  # fmt: skip
