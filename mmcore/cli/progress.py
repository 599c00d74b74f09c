"""Progress: one line on a terminal that says what is being worked on, and goes away."""

from __future__ import annotations

import sys


def progress(what: str) -> None:
    """Says on a terminal what is being worked on; an empty text takes the line away."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{what}", end="", file=sys.stderr, flush=True)
