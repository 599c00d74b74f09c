"""Assembly tests of RISC-V: instructions to operations, registers, the frame's `Language`."""

__all__ = ["front"]
