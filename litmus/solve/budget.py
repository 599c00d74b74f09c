"""The limits of a check: time and solver resources.  Running out of one leaves a test undecided."""

from __future__ import annotations

import time


class Undecided(Exception):
    """No answer within the limits; the argument says why."""


class Budget:
    """`timeout` in seconds of wall time for the whole check, `rlimit` in Z3's units for each of its queries."""

    def __init__(self, timeout: float | None = None, rlimit: int | None = None) -> None:
        self.timeout = timeout
        self.rlimit = rlimit
        self._deadline = None if timeout is None else time.monotonic() + timeout

    @property
    def remaining(self) -> float | None:
        """Seconds left, or None without a limit."""
        return None if self._deadline is None else self._deadline - time.monotonic()

    def spend(self) -> None:
        """Raises Undecided when the time is over."""
        left = self.remaining
        if left is not None and left <= 0:
            raise Undecided(f"time limit of {self.timeout:g} s")
