"""Reverse mappings: mm/rmap.c."""

__all__ = ["anon_exclusive", "rmap", "split"]
