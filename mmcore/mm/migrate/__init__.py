"""Migration and the contiguous memory allocator: mm/migrate.c, mm/cma.c."""

__all__ = ["cma", "migrate", "migration"]
