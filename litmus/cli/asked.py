"""The one test that `litmus explain` and `litmus show` are about, with the outcome that is asked for."""

from __future__ import annotations

import sys
from argparse import Namespace

from litmus.batch import Setting
from litmus.files import read
from litmus.program import Program


def asked(arguments: Namespace, setting: Setting) -> Program:
    """The program of `path`, asking about `outcome` if that is given; prints what there is to note about it.

    Raises InputError or UsageError.
    """
    program = setting.program(read(arguments.path))
    for note in program.notes:
        print(f"note: {note}", file=sys.stderr)
    if arguments.outcome is None:
        return program
    from litmus.gallery.exhibit import asking
    from litmus.syntax.question.outcome import parse

    return asking(program, parse(arguments.outcome, program))
