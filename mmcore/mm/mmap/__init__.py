"""Address spaces, their areas and what maps files: mm/mmap.c, mm/shmem.c."""

__all__ = ["mm", "shmem", "unmap", "vma", "vma_lock"]
