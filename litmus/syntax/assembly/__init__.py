"""What the assembly languages share: the frame of a test, the table of its threads, instructions, operands, initial values."""

__all__ = ["frame", "initial", "instructions", "language", "operands", "signed", "sizes", "table"]
