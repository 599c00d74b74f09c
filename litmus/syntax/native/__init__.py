"""The native language: its tree, the checks on it, its meaning as a Program, and its text again."""

__all__ = ["barriers", "front", "names", "print", "translate", "tree"]
