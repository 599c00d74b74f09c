"""What pointers of C point to."""

from __future__ import annotations

from litmus.syntax.assembly import initial


def element(written: str) -> int | None:
    """The size of what a type, as written, points to; None if it is no pointer type."""
    outer = written.rfind("*")
    return None if outer < 0 else initial.size_of(written[:outer])
