"""Translation caches and their flushes: arch/x86/mm/tlb.c."""

__all__ = ["switch_mm", "tlb"]
