"""`litmus check`: tests in, answers out, in the order of the tests."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace

from litmus.batch import Batch, answers
from litmus.cli.color import colored
from litmus.cli.exit import AS_EXPECTED, BAD_INPUT, DIFFERS, INTERRUPTED, UNDECIDED, worst
from litmus.cli.progress import Progress
from litmus.cli.setting import setting
from litmus.errors import UsageError
from litmus.files import find
from litmus.report import Report, Style
from litmus.report.forms import form
from litmus.verdict import Answer


def run(arguments: Namespace) -> int:
    """Checks the tests, prints each answer when it is known, and gives the exit code.

    Raises UsageError or InputError for a model that cannot be read, before any test is.
    """
    from litmus.check import Options

    chosen = form(arguments.output)
    if arguments.verdict_only and (arguments.states or chosen.lists_states):
        raise UsageError("--verdict-only lists no states", hint="leave it out, or leave out --states and -o herd")
    asks = setting(arguments)
    options = Options(
        engine=arguments.engine, unroll=asks.unroll, timeout=arguments.timeout, rlimit=arguments.rlimit,
        compiler=arguments.compiler, verdict_only=arguments.verdict_only,
    )  # fmt: skip
    paths = find(arguments.paths)
    batch = Batch(asks, options, advise=chosen.advises)
    if not arguments.no_cache and len(paths) > 1:  # a single test is not worth the search
        from litmus.batch.kept import kept

        batch = replace(batch, kept=kept(asks, options, batch.advise))
    report = chosen(Style(paths, arguments.states, colored(sys.stdout, arguments.color)))
    progress = Progress(paths, sys.stderr)
    progress.show()
    with closing(answers(paths, batch, arguments.jobs)) as stream:
        return _print_all(stream, report, progress)


def exit_code(answer: Answer) -> int:
    """The exit code that one answer alone would have."""
    if answer.uncompiled is not None:
        return AS_EXPECTED
    if answer.verdict is None:
        return BAD_INPUT
    if answer.verdict.observation is None:
        return UNDECIDED
    return DIFFERS if answer.verdict.as_expected is False else AS_EXPECTED


def _print_all(stream: Iterable[Answer], report: Report, progress: Progress) -> int:
    """Prints the answers as they come and gives the exit code; what is done stays printed on Ctrl-C."""
    codes: set[int] = set()
    reported: set[str] = set()
    try:
        for answer in stream:
            codes.add(exit_code(answer))
            progress.clear()
            _print(answer, report, reported)
            progress.show(answer)
    except KeyboardInterrupt:
        codes.add(INTERRUPTED)
    progress.clear()
    print(report.finish(), end="", flush=True)
    if INTERRUPTED in codes:
        print("interrupted", file=sys.stderr)
    return worst(codes)


def _print(answer: Answer, report: Report, reported: set[str]) -> None:
    """Prints what is new, so that a reader of both streams sees it in order; notes and mistakes in a model once."""
    for note in answer.notes:
        if note not in reported:
            reported.add(note)
            print(f"note: {note}", file=sys.stderr, flush=True)
    print(report.add(answer), end="", flush=True)
    if answer.problem and answer.problem.report not in reported:
        reported.add(answer.problem.report)
        print(answer.problem.report, file=sys.stderr, flush=True)
