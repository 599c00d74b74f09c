"""Assembly tests of x86 and x86-64.

Modules: registers, operands, access (sizes and flags), instructions (what each does: a new one goes there), front (the
`Language`).
"""

__all__ = ["front"]
