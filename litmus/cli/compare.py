"""`litmus compare`: the final states of two logs, test by test."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace

from litmus.cli.exit import AS_EXPECTED, DIFFERS, UNDECIDED, worst
from litmus.errors import UsageError
from litmus.files import STDIN
from litmus.logs import Comparison, compare, read_log


def run(arguments: Namespace) -> int:
    """Prints what differs and gives the exit code; raises UsageError or InputError for a log that cannot be read."""
    if arguments.first == arguments.second == STDIN:
        raise UsageError("both logs cannot be standard input", hint="write one of them to a file")
    found = compare(read_log(arguments.first), read_log(arguments.second))
    if arguments.common:
        found = tuple(c for c in found if c.only_in is None)
    if arguments.gained:
        found = tuple(_gains(c) for c in found)
    print(_report(arguments.output, found), end="", flush=True)
    return exit_code(found)


def exit_code(found: Sequence[Comparison]) -> int:
    """1 if something differs, else 3 if something could not be compared, else 0."""
    return worst(DIFFERS if c.differs else AS_EXPECTED if c.undecided is None else UNDECIDED for c in found)


def _gains(found: Comparison) -> Comparison:
    """The comparison without what was lost."""
    if found.undecided is not None or found.only_in is not None:
        return found
    return replace(found, lost=(), observations=(None, None))


def _report(output: str, found: Sequence[Comparison]) -> str:
    from litmus.logs import report as comparison

    return comparison.lines(found) if output == "json" else comparison.text(found)
