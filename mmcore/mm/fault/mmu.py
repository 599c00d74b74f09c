"""The memory access of a user program: through the TLB, the page table, or a fault.

Source: arch/x86/mm/fault.c:do_user_addr_fault() of Linux 6.12; Intel SDM, volume 3, chapter 4.10 for the hardware.
"""

from __future__ import annotations

from typing import Any

from mmcore.cpu import Cpu
from mmcore.mm.fault.fault import FAULT_FLAG_WRITE, VM_FAULT_SIGSEGV, handle_mm_fault
from mmcore.mm.mm_types import Mm, Tlb
from mmcore.mm.mmap.mm import mmap_lock
from mmcore.mm.mmap.vma import find_vma
from mmcore.mm.page_alloc.page import Page
from mmcore.mm.pgtable.pgtable import walk
from mmcore.mm.pgtable.pte import pte_mkdirty, pte_mkyoung, pte_pfn, pte_present, pte_write
from mmcore.mm.tlb.tlb import switch_mm

MOST_FAULTS = 4
"""Faults of one access: the first touch, a write to what that mapped, and what another CPU undoes meanwhile."""


class Fatal(Exception):
    """A program is killed: `reason` is VM_FAULT_OOM, VM_FAULT_SIGBUS or VM_FAULT_SIGSEGV."""

    def __init__(self, reason: int) -> None:
        super().__init__(reason)
        self.reason = reason


def load(cpu: Cpu, tlb: Tlb, mm: Mm, address: int) -> Any:
    """What a program reads at an address; raises Fatal."""
    return cpu.read_once(access(cpu, tlb, mm, address, write=False).data)


def store(cpu: Cpu, tlb: Tlb, mm: Mm, address: int, value: int) -> None:
    """A program writes a value at an address; raises Fatal."""
    cpu.write_once(access(cpu, tlb, mm, address, write=True).data, value)


def access(cpu: Cpu, tlb: Tlb, mm: Mm, address: int, write: bool) -> Page:
    """The page that an access of a program on a CPU reaches; raises Fatal (do_user_addr_fault())."""
    switch_mm(cpu, tlb, mm)
    for _ in range(MOST_FAULTS):
        pte = translate(cpu, tlb, mm, address, write)
        if pte is not None:
            return mm.system.node.mem_map[pte_pfn(pte)]
        user_fault(cpu, mm, address, write)
    raise AssertionError("a fault that is handled is not repeated for ever")


def user_fault(cpu: Cpu, mm: Mm, address: int, write: bool) -> None:
    """Handles the fault of a program; raises Fatal."""
    with mmap_lock(cpu, mm):
        vma = find_vma(cpu, mm, address)
        if vma is None:
            raise Fatal(VM_FAULT_SIGSEGV)
        result = handle_mm_fault(cpu, vma, address, FAULT_FLAG_WRITE if write else 0)
    if result:
        raise Fatal(result)


def translate(cpu: Cpu, tlb: Tlb, mm: Mm, address: int, write: bool) -> int | None:
    """The entry that permits an access, from the TLB or the page table; None for a fault."""
    key = mm.number, address
    cached = tlb.entries.get(key)
    if cached is not None and (pte_write(cached) or not write):
        return cached
    tlb.entries.pop(key, None)
    loaded = page_walk(cpu, mm, address, write)
    if loaded is not None:
        tlb.entries[key] = loaded
    return loaded


def page_walk(cpu: Cpu, mm: Mm, address: int, write: bool) -> int | None:
    """The entry of the page table, if it permits an access, which it notes there at once."""
    entry = walk(cpu, mm.tables, address)
    pte = 0 if entry is None else int(cpu.read_once(entry))
    while pte_present(pte) and (pte_write(pte) or not write):
        used = int(pte_mkdirty(pte_mkyoung(pte)) if write else pte_mkyoung(pte))
        found = int(cpu.cmpxchg(entry, pte, used))
        if found == pte:
            return used
        pte = found
    return None
