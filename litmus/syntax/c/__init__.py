"""C tests, of the Linux kernel and of C11.  `front` reads a test, `macros` the meaning of primitives."""

__all__ = ["front", "kernel", "macros", "sections", "statement", "tree", "walk"]
