"""Assembly tests of AArch64: instructions to operations, registers, the frame's `Language`."""

__all__ = ["front"]
