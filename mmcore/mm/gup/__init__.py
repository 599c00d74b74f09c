"""Getting user pages, fast and slow, and pins: mm/gup.c."""

__all__ = ["gup", "gup_fast", "longterm", "pin"]
