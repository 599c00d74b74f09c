"""Assembly tests of RISC-V.

Modules: operands, data and memory (what each instruction does, in tables `FORMS`: a new one goes there), front
(the `Language`).
"""

__all__ = ["front"]
