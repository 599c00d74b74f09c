"""Assembly tests of 32-bit Arm.

Modules: operands, data and memory (what each instruction does, in tables `FORMS`: a new one goes there), front
(the `Language`).
"""

__all__ = ["front"]
