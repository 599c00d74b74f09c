"""Areas of an address space: found, added, split and removed.

Source: mm/mmap.c and mm/vma.c of Linux 6.12 (do_mmap(), __split_vma(), vms_gather_munmap_vmas()).  The mmap_lock is
held, or the functions raise Misuse.
"""

from __future__ import annotations

from mmcore.cpu import Cpu
from mmcore.mm.mm_types import VM_SHARED, File, Mm, Vma
from mmcore.mm.mmap.mm import mmap_assert_locked
from mmcore.mm.rmap.rmap import link_vma, unlink_vma


def find_vma(cpu: Cpu, mm: Mm, address: int) -> Vma | None:
    """The area that an address lies in (vma_lookup())."""
    mmap_assert_locked(cpu, mm, "vma_lookup()")
    return next((vma for vma in mm.vmas if vma.start <= address < vma.end), None)


def overlapping(cpu: Cpu, mm: Mm, start: int, end: int) -> list[Vma]:
    """The areas that have a page from `start` to before `end`, in order of address (for_each_vma_range())."""
    mmap_assert_locked(cpu, mm, "for_each_vma_range()")
    return [vma for vma in mm.vmas if vma.start < end and start < vma.end]


def unmapped_area(cpu: Cpu, mm: Mm, length: int) -> int | None:
    """The first address of the lowest gap of that many pages, or None (vm_unmapped_area())."""
    mmap_assert_locked(cpu, mm, "get_unmapped_area()")
    start = 0
    for vma in mm.vmas:
        if vma.start - start >= length:
            return start
        start = vma.end
    return start if mm.tables.geometry.pages - start >= length else None


def insert_vma(cpu: Cpu, vma: Vma) -> None:
    """Adds an area to its address space and to the reverse maps that it has (vma_link())."""
    mmap_assert_locked(cpu, vma.mm, "vma_link()")
    vma.mm.vmas.append(vma)
    vma.mm.vmas.sort(key=lambda each: each.start)
    link_vma(cpu, vma)


def remove_vma(cpu: Cpu, vma: Vma) -> None:
    """Removes an area, whose pages are unmapped, from its address space and its reverse maps (unlink_anon_vmas())."""
    mmap_assert_locked(cpu, vma.mm, "remove_vma()")
    vma.mm.vmas.remove(vma)
    unlink_vma(cpu, vma)


def new_vma(mm: Mm, start: int, length: int, flags: int, file: File | None = None, offset: int = 0) -> Vma:
    """An area that is not in its address space yet; that of anonymous memory has its addresses as offsets."""
    assert file is not None or not flags & VM_SHARED, "shared anonymous memory is a file"
    return Vma(mm, start, start + length, flags, start if file is None else offset, file)


def split_vma(cpu: Cpu, vma: Vma, address: int) -> Vma:
    """Cuts an area in two before an address that lies inside; the upper part (__split_vma())."""
    upper = Vma(vma.mm, address, vma.end, vma.flags, vma.index(address), vma.file, vma.anon_vma)
    vma.end = address
    insert_vma(cpu, upper)
    return upper
