"""Exit codes: what each means, and which one a run of several answers has."""

from __future__ import annotations

from collections.abc import Iterable

AS_EXPECTED = 0
DIFFERS = 1
BAD_INPUT = 2
UNDECIDED = 3
INTERRUPTED = 130
"""As a program that Ctrl-C killed: 128 + SIGINT."""
CLOSED_PIPE = 141
"""As a program that a closed pipe killed: 128 + SIGPIPE."""

WORST_FIRST = (INTERRUPTED, BAD_INPUT, DIFFERS, UNDECIDED)


def worst(codes: Iterable[int]) -> int:
    """The exit code of a run whose parts have these."""
    found = set(codes)
    return next((code for code in WORST_FIRST if code in found), AS_EXPECTED)


def meaning(differs: str, others: str = "") -> str:
    """What a page of help says of the codes: what differs for 1, and for 2 what becomes of the others."""
    rows = {
        AS_EXPECTED: "all as expected",
        DIFFERS: differs,
        BAD_INPUT: f"bad input or usage{others}",
        UNDECIDED: "something undecided and nothing wrong",
    }
    return "exit codes:\n" + "".join(f"  {code}  {text}\n" for code, text in rows.items())
