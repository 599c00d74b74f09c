"""The command line `mmcore`: races of the kernel's memory management, run and checked.

Exit codes: 0 all as expected; 1 something is not as expected; 2 bad input or usage; 3 something undecided and nothing
wrong; 130 interrupted.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from litmus.cli import answer
from mmcore.cli.arguments import parse_arguments

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command line (that of the process by default) and gives its exit code.

    Raises SystemExit after `--help` and `--version`, as argparse does.
    """
    return answer(parse_arguments, sys.argv[1:] if arguments is None else arguments)
