"""What the assembly languages share: frame and table of a test, instructions, operands, initial values."""

__all__ = ["frame", "initial", "instructions", "language", "operands", "signed", "sizes", "table"]
