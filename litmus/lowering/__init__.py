"""Lowering: a native or kernel C program as a program of one architecture, and a program as text.

In: a `Program` of a portable language.  Out: a `Program` of real instructions, read back by the target's own front end;
an architecture is a table (`Target`).  `compiler` says what a compiler may make of a native program before that.
"""

from litmus.lowering.translation import TARGETS, lower, render

__all__ = ["TARGETS", "compiler", "lower", "render"]
