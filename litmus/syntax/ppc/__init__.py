"""Assembly tests of Power: instructions to operations, registers, the frame's `Language`."""

__all__ = ["front"]
