"""`litmus explain`: why models forbid the outcome of a test, or how it comes about."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable

from litmus.cli.run import ALL, default_models, every_model, model, parsed
from litmus.errors import UnsupportedError
from litmus.explain import explain
from litmus.explain.explanation import Explanation
from litmus.program import Program

EXPLAINED, UNDECIDED = 0, 3
DEFAULT_UNROLL = 2


def run(arguments: Namespace) -> int:
    """Prints an explanation for each model, and gives the exit code.

    Raises UsageError or InputError as `litmus check` does.
    """
    from litmus.check import Options

    program = _asked(parsed(arguments.path), arguments.outcome)
    options = Options(unroll=arguments.unroll or DEFAULT_UNROLL, timeout=arguments.timeout)
    show, codes = _report(arguments.output), {EXPLAINED}
    for number, name in enumerate(_names(arguments.models, program)):
        judge = model(name, tuple(arguments.include))
        try:
            found = explain(program, judge, options)
        except UnsupportedError:
            if ALL not in arguments.models:
                raise
            continue  # a test that has no form on the architecture, as in `litmus check -m all`
        codes.add(UNDECIDED if found.forbidden is None else EXPLAINED)
        print("\n" * (number > 0 and arguments.output == "text") + show(found), end="", flush=True)
    return max(codes)


def _asked(program: Program, outcome: str | None) -> Program:
    """The program with the outcome that is asked for, or its own."""
    if outcome is None:
        return program
    from litmus.gallery.exhibit import asking
    from litmus.syntax.outcome import parse

    return asking(program, parse(outcome, program))


def _names(asked: list[str], program: Program) -> tuple[str, ...]:
    """The models that are asked, each once; those of the test's language by default."""
    names = (every_model(program) if name == ALL else (name,) for name in asked)
    return tuple(dict.fromkeys(name for some in names for name in some)) or default_models(program)


def _report(output: str) -> Callable[[Explanation], str]:
    """The report that was asked for."""
    if output == "json":
        from litmus.report.explain_json import line

        return line
    from litmus.report.explain import text

    return text
