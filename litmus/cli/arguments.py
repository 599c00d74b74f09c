"""What each command takes.  Importing this loads argparse and no stage of the checker."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence

from litmus.cli.exit import meaning
from litmus.cli.parser import Command, Parser, Program, add_output, add_timeout, at_least_1, one_of

ENGINES = ("auto", "z3", "table")
"""Those of `litmus.solve`, which is not loaded to read a command line."""

EXIT_CODES = meaning("a verdict differs from what its test expects", " (other tests are answered all the same)")
EXIT_CODES_OF_COMPARE = (
    "exit codes: 0 the same, 1 something differs, 2 a log cannot be read, 3 something is undecided"
)


def parse_arguments(arguments: Sequence[str]) -> Namespace:
    """The parsed command line: see `Program.parse`."""
    return PROGRAM.parse(arguments)


def _add_models(parser: Parser, more: str = "") -> None:
    """Which models are asked, and how they and the tests are read; `more` is said of several models."""
    add = parser.add_argument
    add("-m", "--model", action="append", default=[], metavar="MODEL", dest="models",
        help="a model of `litmus models`, a .cat file, or all: one of every architecture; may be repeated"
             f"{more} (default: that of the test's language)")  # fmt: skip
    add("-I", "--include", action="append", default=[], metavar="DIR", help="where a .cat file's includes are found")
    add("--bell", metavar="FILE", help="a bell file to read before the -m models (kernel: linux-kernel.bell)")
    add("--macros", metavar="FILE", help="what the primitives of C tests mean (kernel: linux-kernel.def)")
    add("--conf", metavar="FILE", help="a .cfg file that names model, bell and macros (kernel: linux-kernel.cfg)")
    add("--variant", action="append", default=[], metavar="NAME", dest="variants",
        help="a variant of the models that is on; may be repeated")
    add("--unroll", type=at_least_1, metavar="N", help="how often a loop is unrolled (default: 2)")


def _check(parser: Parser) -> None:
    """`litmus check`."""
    from litmus.report.forms import FORMS

    add = parser.add_argument
    add("paths", nargs="+", metavar="PATH", help="a test, a directory, @list (a file of paths), or - (standard input)")
    _add_models(parser)
    add("-o", "--output", type=_form, metavar="|".join(FORMS), default=next(iter(FORMS)),
        help=f"the form of the answer (default: {next(iter(FORMS))})")  # fmt: skip
    add("--engine", type=one_of(*ENGINES), metavar="|".join(ENGINES), default="auto",
        help="how to solve (default: by size)")  # fmt: skip
    add("--compiler", action="store_true",
        help="also reorder plain accesses as a compiler may (native tests); what a test expects is still about the "
             "machine alone")  # fmt: skip
    add_timeout(parser, "a test up")
    add("--rlimit", type=at_least_1, metavar="N", help="give a test up after N steps of the solver: undecided")
    add("--verdict-only", action="store_true", help="answer the question without finding every final state: faster")
    add("--states", action="store_true", help="list the final states (text output)")
    add("-j", "--jobs", type=at_least_1, default=1, metavar="N", help="work on N tests at a time (default: 1)")
    add("--no-cache", action="store_true", help="answer again what was answered in an earlier run")
    add("--color", type=one_of("auto", "always", "never"), metavar="auto|always|never", default="auto",
        help="colours (auto: on a terminal)")  # fmt: skip


def _form(name: str) -> str:
    """The name of a form of answers; others are looked for only where it is not one of ours."""
    from litmus.report.forms import FORMS, installed

    return name if name in FORMS else one_of(*FORMS, *installed())(name)


def _lower(parser: Parser) -> None:
    """`litmus lower`."""
    parser.add_argument("--to", required=True, metavar="ARCH", help="x86, aarch64, ppc, riscv, arm, native or c")
    parser.add_argument("path", metavar="FILE", help="a native or kernel C test, or - for standard input")


def _show(parser: Parser) -> None:
    """`litmus show`."""
    _add_question(parser, "show", "; a page shows them all, a picture the first")
    parser.add_argument(
        "-o", "--output", metavar="FILE",
        help="a .svg, .dot, .graphml or .txt file to write, or .html: a page of every outcome under every model "
             "(default: text, on the terminal)",
    )  # fmt: skip
    add_timeout(parser, "up")


def _explain(parser: Parser) -> None:
    """`litmus explain`."""
    _add_question(parser, "explain")
    add_output(parser, "text", "json")
    add_timeout(parser, "up")


def _add_question(parser: Parser, verb: str, more: str = "") -> None:
    """A test, its models and the outcome that it is about."""
    parser.add_argument("path", metavar="FILE", help="a test, or - for standard input")
    _add_models(parser, more)
    parser.add_argument("--outcome", metavar="PROPOSITION",
                        help=f"the outcome to {verb}, as in '0:r0=0 /\\ x=1' (default: the test's)")  # fmt: skip


def _compare(parser: Parser) -> None:
    """`litmus compare`."""
    add = parser.add_argument
    add("first", metavar="A", help="a log: what check -o json or -o herd prints, or herd7, or litmus7; or -")
    add("second", metavar="B", help="the log to compare with it")
    add_output(parser, "text", "json")
    add("--common", action="store_true", help="leave out tests that only one log has")
    add("--gained", action="store_true", help="look for states of B that A lacks only: A a model, B a machine")


def _cache(parser: Parser) -> None:
    """`litmus cache`."""
    parser.add_argument("--clear", action="store_true", help="remove all of them")


def _learn(parser: Parser) -> None:
    """`litmus learn`."""
    add = parser.add_argument
    add("lesson", nargs="?", metavar="N", help="the number of a lesson (default: list them)")
    add("--answer", action="store_true", help="the answer to its exercise, instead of the lesson")
    add("--run", action="store_true", dest="run_tests", help="run the tests of the lesson (or of the answer)")
    add("--save", metavar="DIR", help="write the tests of the lesson (or of the answer) to a folder, to play with")


PROGRAM = Program(
    "litmus", "A memory-model checker for litmus tests.", EXIT_CODES, "litmus.cli",
    (
        Command("check", "which final states does a model allow?", _check, EXIT_CODES),
        Command("models", "list the bundled models"),
        Command("lower", "show a native or kernel C test on an architecture", _lower),
        Command("show", "draw an execution, allowed or forbidden", _show),
        Command("explain", "why is an outcome forbidden, how is it reached?", _explain),
        Command("compare", "the final states of two logs, test by test", _compare, EXIT_CODES_OF_COMPARE),
        Command("cache", "where answers are kept between runs", _cache),
        Command("learn", "a course on memory ordering, in lessons", _learn),
    ),
)  # fmt: skip
