"""Assembly tests of 32-bit Arm: instructions to operations, registers, the frame's `Language`."""

__all__ = ["front"]
