"""Temporary kernel mappings: mm/highmem.c."""

__all__ = ["highmem"]
