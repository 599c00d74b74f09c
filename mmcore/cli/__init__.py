"""The command line `mmcore`: races of the kernel's memory management, run and checked.

Commands, arguments and exit codes are in the form of those of `litmus`: see `litmus.cli`.
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
