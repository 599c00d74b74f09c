"""Whether to colour what is printed."""

from __future__ import annotations

import os
from typing import TextIO


def colored(stream: TextIO, choice: str = "auto") -> bool:
    """As told, or (`auto`) on a terminal unless NO_COLOR is set or the terminal is dumb."""
    if choice != "auto":
        return choice == "always"
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
