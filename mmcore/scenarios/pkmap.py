"""kmap() of a page against the flush that re-uses its slot."""

from __future__ import annotations

from mmcore.cpu import Cpu
from mmcore.memory import Memory
from mmcore.mm.highmem.highmem import PkMap, kmap_high, kmap_high_get
from mmcore.scenario import NEVER, SOMETIMES, Scenario, Thread, Variant

OLD, NEW = 1, 2
ONLY_SLOT = 0


def setup(memory: Memory) -> PkMap:
    """The only slot holds the old page, which nobody uses any more; the TLB of CPU 0 still knows it."""
    pkmap = PkMap.make(memory, slots=1, cpus=2)
    for cell, value in (
        (pkmap.window.ptes[ONLY_SLOT], OLD), (pkmap.window.tlbs[0][ONLY_SLOT], OLD), (pkmap.counts[ONLY_SLOT], 1),
        (pkmap.pages[ONLY_SLOT], OLD),
    ):  # fmt: skip
        cell.initial = cell.value = value
    return pkmap


def mapper(cpu: Cpu, pkmap: PkMap) -> None:
    """Maps the new page: the slot is flushed and re-used, unless the old page is in use again."""
    use(cpu, pkmap, kmap_high(cpu, pkmap, NEW), NEW)


def user(cpu: Cpu, pkmap: PkMap) -> None:
    """Uses the old page once more where it is mapped, unless its slot was re-used."""
    use(cpu, pkmap, kmap_high_get(cpu, pkmap, OLD), OLD)


def use(cpu: Cpu, pkmap: PkMap, slot: int | None, pfn: int) -> None:
    """Looks what is at the address."""
    if slot is not None:
        cpu.observe("wrong", pkmap.window.translate(cpu, slot) != pfn)


SCENARIO = Scenario(
    name="pkmap",
    title="PKMap: kmap() of a page against the flush that re-uses its slot",
    source=("mm/highmem.c:kmap_high()", "mm/highmem.c:kmap_high_get()", "mm/highmem.c:map_new_virtual()",
            "mm/highmem.c:flush_all_zero_pkmaps()"),
    bad="a user of kmap() finds another page at the address",
    setup=setup,
    threads=(Thread("mapper", mapper), Thread("user", user)),
    outcome=lambda end: (end.mapper.wrong == 1) | (end.user.wrong == 1),
    variants=(
        Variant("fixed", NEVER, "count, entry and address change under kmap_lock, and a slot is flushed before re-use",
                catalogue="T21_pkmap-fixed"),
        Variant("no_lock", SOMETIMES, "the address is looked up while the slot is being flushed",
                frozenset({"kmap_lock"}), catalogue="T21_pkmap-nolock"),
        Variant("no_flush", SOMETIMES, "a TLB still holds the page that the slot had before", frozenset({"flush"})),
    ),
    pairs="the critical sections of kmap_lock exclude each other",
    history='3297e760776a "highmem: atomic highmem kmap page pinning"',
    catalogue="G3",
)  # fmt: skip
