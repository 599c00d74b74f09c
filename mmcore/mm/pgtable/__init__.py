"""Page tables and their entries: include/linux/pgtable.h."""

__all__ = ["pgtable", "pte"]
