"""Assembly tests of Power.

Modules: operands, front (what each instruction does, in the table `INSTRUCTIONS`: a new one goes there;
the `Language`).
"""

__all__ = ["front"]
