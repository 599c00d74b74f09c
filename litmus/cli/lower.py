"""`litmus lower`: a native or kernel C test as the instructions of an architecture."""

from __future__ import annotations

from argparse import Namespace

from litmus.batch import parsed


def run(arguments: Namespace) -> int:
    """Prints the lowered test; raises InputError or UsageError as `litmus.lowering.lower` does."""
    from litmus.lowering import lower, render

    print(render(lower(parsed(arguments.path), arguments.to)).rstrip())
    return 0
