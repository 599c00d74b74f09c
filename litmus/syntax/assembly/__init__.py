"""What the assembly languages share: the frame of a test, the table of its threads, operands, initial values."""

__all__ = ["frame", "initial", "language", "operands", "signed", "sizes", "table"]
