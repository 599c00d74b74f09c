"""C tests, of the Linux kernel and of C11.

`front` reads a test, `macros` the meaning of primitives; `written` is the tree that it keeps for lowering.
"""

__all__ = ["front", "kernel", "macros", "tree", "walk", "written"]
