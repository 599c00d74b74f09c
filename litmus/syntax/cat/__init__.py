"""The text of cat files: their syntax tree, and the parser."""

__all__ = ["front", "tree"]
