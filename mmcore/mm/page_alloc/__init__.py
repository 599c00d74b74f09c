"""Pages, zones and the buddy allocator: mm/page_alloc.c, include/linux/mm_types.h."""

__all__ = ["buddy", "mmzone", "page", "page_alloc", "rmqueue"]
