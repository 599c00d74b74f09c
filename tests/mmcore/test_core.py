"""The structures and routines of the mm core, one by one."""

import re
from errno import EFAULT, ENOMEM
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmcore.cpu.expression import Register
from mmcore.cpu.term import Term
from mmcore.direct.cpu import DirectCpu
from mmcore.errors import Misuse
from mmcore.machine.audit import audit, survey
from mmcore.machine.machine import Machine, Shape
from mmcore.memory import Array, Memory
from mmcore.mm.fault.fault import VM_FAULT_SIGSEGV, handle_mm_fault
from mmcore.mm.fault.mmu import Fatal
from mmcore.mm.gup.gup_fast import FOLL_GET, FOLL_LONGTERM, FOLL_PIN, FOLL_WRITE, folio_is_longterm_pinnable
from mmcore.mm.mm_types import VM_READ, VM_SHARED, VM_WRITE, Mm
from mmcore.mm.mmap.mm import down, mmap_lock, up
from mmcore.mm.mmap.vma import find_vma
from mmcore.mm.page_alloc.buddy import free_pages
from mmcore.mm.page_alloc.mmzone import MAX_PAGE_ORDER, MIGRATE_CMA, MIGRATE_MOVABLE, MIGRATE_UNMOVABLE
from mmcore.mm.page_alloc.page import (
    GUP_PIN_COUNTING_BIAS,
    MemMap,
    Page,
    PG_anon_exclusive,
    folio_add_pins,
    folio_maybe_dma_pinned,
    folio_order,
    folio_pages,
    folio_ref_freeze,
    folio_ref_unfreeze,
    folio_sub_pins,
    folio_trylock,
    folio_unlock,
    page_folio,
    page_test,
    prep_compound_page,
)
from mmcore.mm.page_alloc.page_alloc import (
    GFP_ATOMIC,
    GFP_COMP,
    GFP_HIGHUSER_MOVABLE,
    GFP_KERNEL,
    GFP_ZERO,
    PAGE_POISON,
    drain_all_pages,
    put_page,
)
from mmcore.mm.pgtable import pgtable, pte
from mmcore.mm.rmap.rmap import folio_remove_rmap_pte

RW = VM_READ | VM_WRITE


def page_at(mm: Mm, address: int) -> Page:
    """The page that an address is mapped to."""
    return next(entry.page for entry in survey(mm).entries if entry.address == address)


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def parent(machine: Machine) -> Mm:
    """A process whose addresses 0 to 3 are private memory."""
    mm = machine.spawn()
    machine.mmap(mm, 4, RW)
    return mm


# --- entries and tables -----------------------------------------------------------------------------------------------


@given(st.integers(0, 2**30), st.booleans())
def test_an_entry_keeps_its_frame_and_its_rights(pfn: int, write: bool) -> None:
    entry = pte.mk_pte(pfn, pte.PAGE_RW if write else 0)
    for changed in (entry, pte.pte_mkdirty(entry), pte.pte_mkyoung(entry), pte.pmd_mkhuge(entry)):
        assert pte.pte_present(changed) and not pte.pte_none(changed)
        assert pte.pte_pfn(changed) == pfn
        assert pte.pte_write(changed) == write
    assert not pte.pte_write(pte.pte_wrprotect(entry)) and pte.pte_write(pte.pte_mkwrite(entry))
    assert pte.pte_dirty(pte.pte_mkdirty(entry)) and not pte.pte_dirty(entry)
    assert not pte.pte_young(pte.pte_mkold(pte.pte_mkyoung(entry)))
    assert pte.pmd_leaf(pte.pmd_mkhuge(entry)) and not pte.pmd_leaf(entry)


@given(st.integers(0, 2**30), st.booleans(), st.booleans())
def test_a_migration_entry_is_not_present_and_remembers(pfn: int, write: bool, exclusive: bool) -> None:
    entry = pte.make_migration_entry(pfn, write, exclusive)
    assert not pte.pte_present(entry) and not pte.pte_none(entry) and pte.is_migration_entry(entry)
    assert pte.swp_offset(entry) == pfn
    assert (pte.swp_type(entry) == pte.SWP_MIGRATION_WRITE) == write
    assert (pte.swp_type(entry) == pte.SWP_MIGRATION_READ) == (not write and not exclusive)
    assert not pte.is_migration_entry(pte.swp_entry(pte.SWP_SWAPFILE, pfn))


def test_entries_of_a_traced_run_are_terms() -> None:
    entry = Term(Register(0))
    for function in (pte.pte_present, pte.pte_pfn, pte.pte_wrprotect, pte.pte_mkdirty, pte.is_migration_entry):
        assert isinstance(function(entry), Term)


def tables_of(levels: int) -> tuple[DirectCpu, pgtable.PageTables, list[Array], list[Array]]:
    """A CPU, empty page tables, and the lists of tables that alloc() takes and gives back."""
    memory, taken, freed = Memory(), list[Array](), list[Array]()
    root = memory.array("root", 4)
    return DirectCpu(memory), pgtable.PageTables(pgtable.Geometry(levels, 2), root, memory.cell("lock")), taken, freed


@given(st.sampled_from([4, 5]), st.sets(st.integers(0, 4**4 - 1), max_size=12))
def test_tables_hold_what_is_put_into_them(levels: int, addresses: set[int]) -> None:
    cpu, tables, taken, freed = tables_of(levels)

    def new_table(cpu: object) -> Array:
        taken.append(tables_memory.array(f"table{len(taken)}", 4))
        return taken[-1]

    tables_memory = cpu.memory
    for address in sorted(addresses):
        assert pgtable.alloc(cpu, tables, address, new_table, lambda cpu, table: freed.append(table)) is not None
        cpu.write_once(pgtable.walk(cpu, tables, address), pte.mk_pte(address))
    found = [(address, pte.pte_pfn(cpu.read_once(entry)), level)
             for address, entry, level in pgtable.mapped(cpu, tables, 0, tables.geometry.pages)]  # fmt: skip
    assert found == [(address, address, pgtable.PTE) for address in sorted(addresses)]
    assert not freed and len(taken) >= (levels - 1) * bool(addresses)
    for address in addresses:
        cpu.write_once(pgtable.walk(cpu, tables, address), pte.PTE_NONE)
    pgtable.release(cpu, tables, lambda cpu, table: freed.append(table))
    assert sorted(table.name for table in freed) == sorted(table.name for table in taken)


@pytest.mark.parametrize("levels", [4, 5])
def test_a_table_that_comes_second_is_given_back(levels: int) -> None:
    cpu, tables, _, _ = tables_of(levels)
    first, second = cpu.memory.array("first", 4), cpu.memory.array("second", 4)
    assert pgtable.install(cpu, tables, tables.root[1], first) is first
    assert pgtable.install(cpu, tables, tables.root[1], second) is first
    assert cpu.read_once(tables.root[1]) is first
    assert pgtable.walk(cpu, tables, 0) is None


def test_a_huge_page_ends_the_way() -> None:
    cpu, tables, taken, _ = tables_of(4)
    pmd = pgtable.alloc(cpu, tables, 8, lambda cpu: cpu.memory.array(f"t{len(cpu.memory.arrays)}", 4),
                        lambda cpu, table: None, pgtable.PMD)  # fmt: skip
    cpu.write_once(pmd, pte.pmd_mkhuge(pte.mk_pte(32)))
    assert pgtable.walk(cpu, tables, 9) is None
    assert pgtable.lowest(cpu, tables, 9) == (pmd, pgtable.PMD)
    assert [(a, level) for a, _, level in pgtable.mapped(cpu, tables, 0, 256)] == [(8, pgtable.PMD)]
    with pytest.raises(Misuse, match="split before"):
        pgtable.alloc(cpu, tables, 9, lambda cpu: taken[0], lambda cpu, table: None)


# --- struct page ------------------------------------------------------------------------------------------------------


def test_references_and_their_freeze() -> None:
    memory = Memory()
    cpu, page = DirectCpu(memory), MemMap().add(memory, 7, "page", refcount=2)
    assert not folio_ref_freeze(cpu, page, 1) and page.refcount.value == 2
    assert folio_ref_freeze(cpu, page, 2) and page.refcount.value == 0
    folio_ref_unfreeze(cpu, page, 3)
    assert page.refcount.value == 3


@pytest.mark.parametrize("order", [0, 2])
def test_pins_of_small_and_large_folios(order: int) -> None:
    memory, mem_map = Memory(), MemMap()
    cpu, pages = DirectCpu(memory), [mem_map.add(memory, pfn) for pfn in range(4)]
    if order:
        prep_compound_page(cpu, pages[0], order)
    cpu.atomic_set(pages[0].refcount, 1)
    assert folio_order(cpu, pages[0]) == order and len(folio_pages(cpu, pages[0])) == 1 << order
    assert page_folio(cpu, pages[3]) is pages[0 if order else 3]
    folio_add_pins(cpu, pages[0], 2)
    assert folio_maybe_dma_pinned(cpu, pages[0])
    counts = pages[0].refcount.value, pages[0].pincount.value
    assert counts == ((3, 2) if order else (1 + 2 * GUP_PIN_COUNTING_BIAS, 0))
    assert not folio_sub_pins(cpu, pages[0], 2)
    assert not folio_maybe_dma_pinned(cpu, pages[0])


def test_a_page_lock_has_one_holder(machine: Machine) -> None:
    page, cpu = machine.alloc(), machine.cpus[0]
    assert page is not None
    assert folio_trylock(cpu, page) and not folio_trylock(cpu, page)
    folio_unlock(cpu, page)
    with pytest.raises(Misuse, match=r"only a locked folio.*mm/filemap.c"):
        folio_unlock(cpu, page)


# --- the buddy allocator ----------------------------------------------------------------------------------------------

LARGE = Shape(normal=2048, cma=0, movable=0, pageblock_order=9, cpus=1)


def free_orders(machine: Machine, zone: int = 0) -> dict[int, int]:
    """How many free blocks of each order a zone has."""
    area = machine.system.node.zones[zone].free_area
    return {order: sum(map(len, area[order])) for order in range(MAX_PAGE_ORDER + 1) if any(area[order])}


def test_blocks_of_every_order_are_split_and_merged() -> None:
    machine = Machine(LARGE)
    before = free_orders(machine)
    assert before == {9: 2, 10: 1}
    for order in range(MAX_PAGE_ORDER + 1):
        page = machine.alloc(order)
        assert page is not None and page.pfn % (1 << order) == 0
        machine.free(page, order)
        drain_all_pages(machine.cpus[0], machine.system.node, machine.system.node.zones[0])
        assert free_orders(machine) == before
    assert list(audit(machine.system, {})) == []


def test_the_smallest_block_that_fits_is_split() -> None:
    machine = Machine(LARGE)
    first = machine.alloc(3)
    assert first is not None
    assert free_orders(machine) == {3: 1, 4: 1, 5: 1, 6: 1, 7: 1, 8: 1, 9: 3}
    second = machine.alloc(3)
    assert second is not None and second.pfn == first.pfn ^ 8
    assert machine.alloc(MAX_PAGE_ORDER) is None


def test_movable_memory_is_for_movable_pages(machine: Machine) -> None:
    kernel = [machine.alloc() for _ in range(200)]
    pfns = {page.pfn for page in kernel if page is not None}
    normal = machine.system.node.zones[0]
    assert None in kernel and pfns == set(range(normal.start, normal.end - machine.shape.cma))
    movable = [machine.alloc(gfp=GFP_HIGHUSER_MOVABLE) for _ in range(200)]
    assert sum(page is not None for page in movable) == machine.shape.cma + machine.shape.movable


def test_unmovable_pages_claim_whole_page_blocks() -> None:
    machine = Machine(Shape(normal=32, cma=0, movable=0))
    zone = machine.system.node.zones[0]
    assert machine.alloc() is not None
    kinds = [block.value for block in zone.blocks]
    assert kinds == [MIGRATE_MOVABLE, MIGRATE_UNMOVABLE, MIGRATE_UNMOVABLE, MIGRATE_MOVABLE], "the largest free block"
    assert free_pages(zone, MIGRATE_MOVABLE) == 16


def test_an_allocation_of_one_page_refills_the_list_of_its_cpu(machine: Machine) -> None:
    page, zone = machine.alloc(cpu=1), machine.system.node.zones[0]
    assert page is not None and zone.per_cpu_pages[1].count == 1 and zone.per_cpu_pages[0].count == 0
    machine.free(page, cpu=1)
    assert zone.per_cpu_pages[1].count == 2
    drain_all_pages(machine.cpus[0], machine.system.node, zone)
    assert zone.per_cpu_pages[1].count == 0


def test_contents_of_fresh_and_freed_pages(machine: Machine) -> None:
    page = machine.alloc(1, GFP_KERNEL | GFP_ZERO | GFP_COMP)
    assert page is not None and [each.data.value for each in folio_pages(machine.cpus[0], page)] == [0, 0]
    other = page.mem_map[page.pfn + 1]
    put_page(machine.cpus[0], page)
    assert page.data.value == other.data.value == PAGE_POISON and other.compound_head.value == 0


def test_cma_is_emptied_for_a_range(machine: Machine, parent: Mm) -> None:
    for address in range(4):
        machine.write(parent, address, address + 10)
    zone = machine.system.node.zones[0]
    assert list(iter(lambda: machine.alloc(gfp=GFP_HIGHUSER_MOVABLE), None))
    assert machine.cma_alloc(16) is None, "there is nowhere to move to"
    assert {block.value for block in zone.blocks} >= {MIGRATE_CMA}
    assert [machine.read(parent, address) for address in range(4)] == [10, 11, 12, 13]


# --- misuse -----------------------------------------------------------------------------------------------------------


def test_double_free(machine: Machine) -> None:
    page = machine.alloc()
    assert page is not None
    machine.free(page)
    with pytest.raises(Misuse, match="put_page_testzero"):
        machine.free(page)


def test_a_page_that_is_mapped_is_not_freed(machine: Machine, parent: Mm) -> None:
    machine.write(parent, 0, 1)
    with pytest.raises(Misuse, match="but a page-table entry maps it"):
        put_page(machine.cpus[0], page_at(parent, 0))


def test_the_mapping_count_has_an_end(machine: Machine) -> None:
    page = machine.alloc()
    assert page is not None
    with pytest.raises(Misuse, match="unmapped as often as it was mapped"):
        folio_remove_rmap_pte(machine.cpus[0], page)


@pytest.mark.parametrize(("flags", "rule"), [(FOLL_GET | FOLL_PIN, "exclude each other"), (FOLL_GET, "exclude")])
def test_references_and_pins_exclude_each_other(machine: Machine, parent: Mm, flags: int, rule: str) -> None:
    with pytest.raises(Misuse, match=rf"{rule}.*is_valid_gup_args"):
        machine.pin(parent, 0, 1, flags)


def test_long_term_is_for_pins(machine: Machine, parent: Mm) -> None:
    with pytest.raises(Misuse, match="comes with FOLL_PIN"):
        machine.get(parent, 0, 1, FOLL_LONGTERM)


def test_unpin_of_what_is_not_pinned(machine: Machine, parent: Mm) -> None:
    machine.write(parent, 0, 1)
    with pytest.raises(Misuse, match="dropped only by someone who has one"):
        machine.unpin(page_at(parent, 0))


def test_sleeping_under_a_spinlock(machine: Machine, parent: Mm) -> None:
    cpu = machine.cpus[0]
    with cpu.spinlock(parent.tables.lock):
        assert machine.alloc(gfp=GFP_ATOMIC) is not None
        for call in (machine.alloc, lambda: machine.read(parent, 0), lambda: down(cpu, parent.mmap_lock)):
            with pytest.raises(Misuse, match="may sleep"):
                call()


def test_the_mmap_lock_is_needed(machine: Machine, parent: Mm) -> None:
    cpu = machine.cpus[0]
    with mmap_lock(cpu, parent):
        vma = find_vma(cpu, parent, 0)
    assert vma is not None
    for call in (lambda: find_vma(cpu, parent, 0), lambda: handle_mm_fault(cpu, vma, 0)):
        with pytest.raises(Misuse, match="holds the mmap_lock"):
            call()
    with pytest.raises(Misuse, match="only the holder"):
        up(cpu, parent.mmap_lock)


# --- faults and copy-on-write -----------------------------------------------------------------------------------------


def test_reads_of_untouched_memory_share_one_page(machine: Machine, parent: Mm) -> None:
    assert [machine.read(parent, address) for address in range(4)] == [0] * 4
    assert {page_at(parent, address) for address in range(4)} == {machine.system.zero_page}
    machine.write(parent, 2, 5)
    assert machine.read(parent, 2) == 5 and machine.read(parent, 1) == 0
    assert machine.system.zero_page.data.value == 0 and machine.system.zero_page.refcount.value == 0


def test_accesses_that_are_not_permitted(machine: Machine, parent: Mm) -> None:
    constant = machine.mmap(parent, 1, VM_READ)
    assert machine.read(parent, constant.start) == 0
    for access in (lambda: machine.write(parent, constant.start, 1), lambda: machine.read(parent, 200)):
        with pytest.raises(Fatal) as caught:
            access()
        assert caught.value.reason == VM_FAULT_SIGSEGV
    with pytest.raises(OSError) as refused:
        machine.pin(parent, constant.start, 1, FOLL_WRITE)
    assert refused.value.errno == EFAULT


def test_a_fork_shares_until_someone_writes(machine: Machine, parent: Mm) -> None:
    machine.write(parent, 0, 1)
    shared = page_at(parent, 0)
    child = machine.fork(parent)
    assert page_at(child, 0) is shared and not page_test(machine.cpus[0], shared, PG_anon_exclusive)
    machine.write(child, 0, 2)
    assert page_at(child, 0) is not shared and (machine.read(parent, 0), machine.read(child, 0)) == (1, 2)
    machine.write(parent, 0, 3)
    assert page_at(parent, 0) is shared, "the last user takes the page back without a copy"
    assert page_test(machine.cpus[0], shared, PG_anon_exclusive)


def test_shared_memory_is_shared_with_children(machine: Machine) -> None:
    parent = machine.spawn()
    start = machine.mmap(parent, 2, RW | VM_SHARED).start
    machine.write(parent, start, 4)
    child = machine.fork(parent)
    machine.write(child, start, 5)
    machine.write(child, start + 1, 6)
    assert [machine.read(parent, start), machine.read(parent, start + 1)] == [5, 6]
    machine.exit(parent)
    assert machine.read(child, start) == 5 and machine.system.files
    machine.exit(child)
    assert not machine.system.files and list(audit(machine.system, {})) == []


def test_another_cpu_sees_a_copy_at_once(machine: Machine, parent: Mm) -> None:
    machine.write(parent, 0, 1, cpu=0)
    machine.fork(parent)
    assert machine.read(parent, 0, cpu=1) == 1
    machine.write(parent, 0, 2, cpu=0)
    assert machine.read(parent, 0, cpu=1) == 2


def test_a_cpu_that_was_away_forgets_what_it_missed(machine: Machine, parent: Mm) -> None:
    machine.write(parent, 0, 1, cpu=1)
    other = machine.spawn()
    machine.mmap(other, 1, RW)
    machine.read(other, 0, cpu=1)
    assert (parent.number, 0) in machine.system.tlbs[1].entries
    machine.munmap(parent, 0, 1)
    assert machine.mmap(parent, 1, RW).start == 0
    assert machine.read(parent, 0, cpu=1) == 0


def test_an_area_is_cut_in_the_middle(machine: Machine, parent: Mm) -> None:
    for address in range(4):
        machine.write(parent, address, address)
    machine.munmap(parent, 1, 2)
    assert [(vma.start, vma.end, vma.pgoff) for vma in parent.vmas] == [(0, 1, 0), (3, 4, 3)]
    assert machine.read(parent, 3) == 3 and machine.migrate(page_at(parent, 3)) and machine.read(parent, 3) == 3


# --- pins -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fast", [False, True])
def test_a_pinned_page_stays_with_its_process(machine: Machine, parent: Mm, fast: bool) -> None:
    machine.write(parent, 0, 1)
    (page,) = machine.pin(parent, 0, 1, FOLL_WRITE, fast=fast)
    child = machine.fork(parent)
    assert page_at(parent, 0) is page and page_at(child, 0) is not page, "the child has a copy at once"
    machine.dma_write(page, 2)
    assert (machine.read(parent, 0), machine.read(child, 0)) == (2, 1)
    machine.write(parent, 0, 3)
    assert machine.dma_read(page) == 3
    assert not machine.migrate(page)
    machine.unpin(page)
    assert machine.migrate(page) and machine.read(parent, 0) == 3


def test_a_pin_for_reading_makes_a_page_exclusive(machine: Machine, parent: Mm) -> None:
    machine.write(parent, 0, 1)
    child = machine.fork(parent)
    (page,) = machine.pin(parent, 0)
    assert page_at(child, 0) is not page and page_test(machine.cpus[0], page, PG_anon_exclusive)
    machine.write(parent, 0, 2)
    assert machine.dma_read(page) == 2 and machine.read(child, 0) == 1


def test_a_plain_reference_does_not_keep_the_page(machine: Machine, parent: Mm) -> None:
    machine.write(parent, 0, 1)
    machine.fork(parent)
    (page,) = machine.get(parent, 0)
    machine.write(parent, 0, 2)
    assert machine.dma_read(page) == 1 and page_at(parent, 0) is not page
    machine.put(page)


def test_the_page_of_zeros_is_replaced_for_a_long_term_pin(machine: Machine, parent: Mm) -> None:
    zero = machine.system.zero_page
    assert machine.read(parent, 0) == 0
    assert machine.pin(parent, 0) == [zero] and zero.refcount.value == 0
    (page,) = machine.pin(parent, 0, 1, FOLL_LONGTERM)
    assert page is not zero
    machine.write(parent, 0, 7)
    assert machine.dma_read(page) == 7


@pytest.mark.parametrize("fast", [False, True])
def test_a_long_term_pin_leaves_memory_that_must_stay_movable(machine: Machine, parent: Mm, fast: bool) -> None:
    for address in range(4):
        machine.write(parent, address, address)
    before = [page_at(parent, address) for address in range(4)]
    assert not any(folio_is_longterm_pinnable(machine.cpus[0], page) for page in before)
    pages = machine.pin(parent, 0, 4, FOLL_WRITE | FOLL_LONGTERM, fast=fast)
    assert all(folio_is_longterm_pinnable(machine.cpus[0], page) for page in pages)
    assert [machine.dma_read(page) for page in pages] == [0, 1, 2, 3]
    assert machine.cma_alloc(16) is not None


def test_a_long_term_pin_fails_while_the_page_cannot_move(machine: Machine, parent: Mm) -> None:
    machine.write(parent, 0, 1)
    (short,) = machine.pin(parent, 0)
    with pytest.raises(OSError) as caught:
        machine.pin(parent, 0, 1, FOLL_LONGTERM)
    assert caught.value.errno == ENOMEM and page_at(parent, 0) is short
    machine.unpin(short)
    (long,) = machine.pin(parent, 0, 1, FOLL_LONGTERM)
    assert machine.dma_read(long) == 1


def test_a_pin_outlives_its_process(machine: Machine, parent: Mm) -> None:
    machine.write(parent, 0, 8)
    (page,) = machine.pin(parent, 0, 1, FOLL_WRITE)
    machine.exit(parent)
    assert machine.dma_read(page) == 8
    machine.unpin(page)
    assert machine.dma_read(page) == PAGE_POISON and list(audit(machine.system, {})) == []


def test_pins_end_at_the_first_address_that_is_not_mapped(machine: Machine, parent: Mm) -> None:
    assert len(machine.pin(parent, 2, 4, FOLL_WRITE)) == 2
    with pytest.raises(OSError):
        machine.pin(parent, 4, 1)


# --- migration and the end of memory ----------------------------------------------------------------------------------


@pytest.mark.parametrize("shared", [0, VM_SHARED])
def test_all_mappings_follow_a_page_that_moves(machine: Machine, shared: int) -> None:
    parent = machine.spawn()
    start = machine.mmap(parent, 1, RW | shared).start
    machine.write(parent, start, 6)
    child = machine.fork(parent)
    assert (machine.read(parent, start, 0), machine.read(child, start, 1)) == (6, 6)
    old = page_at(parent, start)
    assert machine.migrate(old)
    new = page_at(parent, start)
    assert new is not old and page_at(child, start) is new and old.data.value == PAGE_POISON
    assert (machine.read(parent, start, 0), machine.read(child, start, 1)) == (6, 6)
    machine.write(child, start, 7)
    assert machine.read(parent, start) == (7 if shared else 6)


def test_a_page_with_a_reference_does_not_move(machine: Machine, parent: Mm) -> None:
    machine.write(parent, 0, 1)
    (page,) = machine.get(parent, 0, 1, FOLL_WRITE)
    assert not machine.migrate(page) and page_at(parent, 0) is page
    machine.write(parent, 0, 2)
    assert machine.read(parent, 0) == 2
    machine.put(page)
    assert machine.migrate(page)


def test_a_fork_without_memory_leaves_the_parent_as_it_was() -> None:
    machine = Machine(Shape(normal=32, cma=0, movable=0))
    parent = machine.spawn()
    machine.mmap(parent, 4, RW)
    pins = [machine.pin(parent, address, 1, FOLL_WRITE)[0] for address in range(4)]
    held = {page.pfn: GUP_PIN_COUNTING_BIAS for page in pins}
    kernel = list(iter(machine.alloc, None))
    for freed, page in enumerate(kernel[:7]):
        assert list(audit(machine.system, held | {each.pfn: 1 for each in kernel[freed:]})) == []
        with pytest.raises(OSError):
            machine.fork(parent)
        machine.free(page)
    machine.free(kernel[7])
    assert machine.fork(parent)
    machine.write(parent, 0, 5)
    assert machine.dma_read(pins[0]) == 5


@pytest.mark.parametrize("levels", [4, 5])
def test_machines_of_four_and_five_levels(levels: int) -> None:
    machine = Machine(Shape(levels=levels))
    mm = machine.spawn()
    machine.mmap(mm, 9, RW)
    for address in range(9):
        machine.write(mm, address, address)
    assert [machine.read(mm, address, 1) for address in range(9)] == list(range(9))
    assert len(survey(mm).tables) == 3 + (levels - 1)
    machine.exit(mm)
    assert list(audit(machine.system, {})) == []


# --- the audit --------------------------------------------------------------------------------------------------------


def test_an_audit_sees_what_is_wrong(machine: Machine, parent: Mm) -> None:
    machine.write(parent, 0, 1)
    page, free = page_at(parent, 0), next(iter(machine.system.node.zones[0].free_area[3][MIGRATE_MOVABLE]))
    assert list(audit(machine.system, {})) == []
    wrong = {
        "references": page.refcount, "is mapped 1 times": page.mapcount, "may be written": page.flags,
        "is free, and mapped": machine.system.node.mem_map[free].mapcount,
        "not marked as such": machine.system.node.mem_map[free].order,
    }  # fmt: skip
    for message, cell in wrong.items():
        right, cell.value = cell.value, 5
        assert any(message in each for each in audit(machine.system, {})), message
        cell.value = right
    machine.system.tlbs[0].entries[parent.number, 0] += 1 << pte.PFN_SHIFT
    assert [each for each in audit(machine.system, {}) if each.startswith("the TLB of CPU 0")]


# --- the documentation ------------------------------------------------------------------------------------------------

PAGE = (Path(__file__).parents[2] / "docs" / "mmcore-core.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("code", re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL))
def test_the_examples_of_the_documentation_run(code: str) -> None:
    exec(code, {})
