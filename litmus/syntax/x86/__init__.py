"""Assembly tests of x86 and x86-64: instructions to operations, registers, the frame's `Language`."""

__all__ = ["front"]
