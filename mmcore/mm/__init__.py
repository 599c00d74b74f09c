"""The simulated mm, one room a subsystem, under the kernel's own names."""

__all__ = [
    "fault", "gup", "highmem", "migrate", "mm_types", "mmap", "mmdebug", "page_alloc", "pgtable", "rmap", "tlb",
]  # fmt: skip
