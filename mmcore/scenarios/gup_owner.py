"""A GUP-fast pin against unmapping, to its end: the page gets a new owner, and the pinner writes into it."""

from __future__ import annotations

from dataclasses import dataclass

from mmcore.cpu import Cpu
from mmcore.memory import Cell, Memory
from mmcore.mm.gup.gup_fast import FOLL_PIN, FOLL_WRITE, Walk, gup_fast_pte_range
from mmcore.mm.page_alloc.page import MemMap, Page, folio_ref_count
from mmcore.mm.pgtable.pte import PAGE_RW, PTE_NONE, mk_pte
from mmcore.scenario import NEVER, SOMETIMES, STORE_BUFFERING, Scenario, Thread, Variant

PFN = 1
BY_DEVICE = 7


@dataclass(frozen=True, slots=True)
class State:
    """One page with one word of contents, the entry that maps it, and whether the page allocator has handed it on."""

    pte: Cell
    folio: Page
    handed_on: Cell


def setup(memory: Memory) -> State:
    """The page is mapped and nobody else uses it."""
    folio = MemMap().add(memory, PFN, "folio", refcount=1)
    return State(memory.cell("pte", mk_pte(PFN, PAGE_RW)), folio, memory.cell("handed_on"))


def unmapper(cpu: Cpu, state: State) -> None:
    """try_to_unmap_one(): clears the entry, and frees the page if it sees no other user."""
    cpu.write_once(state.pte, PTE_NONE)
    cpu.smp_mb(label="mb")  # pairs with the reference that gup_fast_pte_range() takes
    if folio_ref_count(cpu, state.folio) == 1:
        cpu.smp_store_release(state.handed_on, 1)  # through the free lists: under the lock of the zone


def pinner(cpu: Cpu, state: State) -> None:
    """A device writes into the page that pin_user_pages_fast() returned."""
    page = gup_fast_pte_range(cpu, Walk(state.folio.mem_map, state.pte), FOLL_PIN | FOLL_WRITE)
    if page is not None:
        cpu.write_once(page.data, BY_DEVICE)


def owner(cpu: Cpu, state: State) -> None:
    """The next user of the page clears it (mm/page_alloc.c:post_alloc_hook()), and expects it to stay like that."""
    if cpu.smp_load_acquire(state.handed_on):
        cpu.write_once(state.folio.data, 0)
        cpu.observe("contents", cpu.read_once(state.folio.data))


SCENARIO = Scenario(
    name="gup_owner",
    title="GUP-fast pin against unmapping: a device writes into a page with a new owner",
    source=("mm/rmap.c:try_to_unmap_one()", "mm/gup.c:gup_fast_pte_range()", "mm/page_alloc.c:post_alloc_hook()"),
    bad="the new owner of the page finds in it what the device of the old one wrote",
    setup=setup,
    threads=(Thread("unmapper", unmapper), Thread("pinner", pinner), Thread("owner", owner)),
    outcome=lambda end: end.owner.contents == BY_DEVICE,
    variants=(
        Variant("fixed", NEVER, "a page is freed only if no pin on it can succeed any more",
                catalogue="T29_gup_full-fixed"),
        Variant("no_mb", STORE_BUFFERING, "the count is read before the cleared entry is visible", frozenset({"mb"}),
                catalogue="T29_gup_full-no_mb"),
        Variant("no_recheck", SOMETIMES, "GUP-fast does not look whether the entry is still there",
                frozenset({"recheck"})),
    ),
    pairs="the smp_mb() between clearing and counting pairs with the fully ordered reference before the second look",
    history='6c8e2a256915 "mm: fix race between MADV_FREE reclaim and blkdev direct IO read"',
    catalogue="A9",
)  # fmt: skip
