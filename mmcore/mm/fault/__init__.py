"""Faults, fork and what the hardware does with an address: mm/memory.c, kernel/fork.c."""

__all__ = ["fault", "fork", "mmu"]
