"""`litmus explain`: why models forbid the outcome of a test, or how it comes about."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable

from litmus.batch import ALL
from litmus.cli.asked import asked
from litmus.cli.exit import AS_EXPECTED, UNDECIDED, worst
from litmus.cli.setting import setting
from litmus.errors import UnsupportedError
from litmus.explain import explain
from litmus.explain.explanation import Explanation


def run(arguments: Namespace) -> int:
    """Prints an explanation for each model, and gives the exit code.

    Raises UsageError or InputError as `litmus check` does.
    """
    from litmus.check import Options

    asks = setting(arguments)
    program = asked(arguments, asks)
    options = Options(unroll=asks.unroll, timeout=arguments.timeout)
    show, codes = _report(arguments.output), {AS_EXPECTED}
    for number, name in enumerate(asks.names(program)):
        try:
            found = explain(program, asks.model(name), options)
        except UnsupportedError:
            if ALL not in asks.models:
                raise
            continue  # a test that has no form on the architecture, as in `litmus check -m all`
        codes.add(UNDECIDED if found.forbidden is None else AS_EXPECTED)
        print("\n" * (number > 0 and arguments.output == "text") + show(found), end="", flush=True)
    return worst(codes)


def _report(output: str) -> Callable[[Explanation], str]:
    """The report that was asked for."""
    if output == "json":
        from litmus.report.explain_json import line

        return line
    from litmus.report.explain import text

    return text
