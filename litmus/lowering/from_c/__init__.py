"""Kernel C as native programs, to be lowered to an architecture: the promises of the primitives, not their code."""

from litmus.lowering.from_c.compiled import compiled

__all__ = ["compiled"]
