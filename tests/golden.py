"""Golden files: what a command prints, kept beside its input, with three modes.

    python -m pytest tests/syntax/test_errors.py tests/syntax/test_outcomes.py      compare (the tests)
    python tests/golden.py show [NAME...]                             print what is found now
    python tests/golden.py promote [NAME...]                          write what is found now as expected

A promoted file is a claim: read its difference before it is committed.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
EXPECTED = ".expected"
INPUTS = (".litmus", ".cat", ".args")

GOOD = "../litmus/x86/SB.litmus"
"""The test that a malformed model is asked about."""

_SECONDS = re.compile(r"; \d+\.\d\d s$", re.MULTILINE)


def cases(folder: str) -> list[Path]:
    """The inputs in a folder of this directory and below, sorted."""
    return sorted(path for path in (HERE / folder).rglob("*") if path.suffix in INPUTS)


def orphans(folder: str) -> list[Path]:
    """Expectations without an input, and inputs without an expectation, sorted."""
    inputs = {path.with_suffix(EXPECTED): path for path in cases(folder)}
    expected = set((HERE / folder).rglob(f"*{EXPECTED}"))
    return sorted({*(expected - set(inputs)), *(inputs[path] for path in set(inputs) - expected)})


def command(case: Path) -> list[str]:
    """The command line of an input: a test is checked, a model is asked about a good test, `.args` are itself."""
    if case.suffix == ".args":
        return shlex.split(case.read_text(encoding="utf-8"))
    if case.suffix == ".cat":
        return ["check", "-m", case.name, GOOD]
    return ["check", "--states", case.name]


def found(case: Path) -> str:
    """What the command prints on both streams, without the time it took, and its exit code."""
    from litmus.cli import main

    out, err = io.StringIO(), io.StringIO()
    with _inside(case.parent), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(command(case))
    sections = [f"{_SECONDS.sub('', out.getvalue())}", f"--- stderr\n{err.getvalue()}" if err.getvalue() else ""]
    return "".join(sections) + f"--- exit {code}\n"


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    """The folder as the working directory, so that no path of a machine is printed."""
    before = os.getcwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def _run(mode: str, names: list[str]) -> None:
    """`show` or `promote` for the inputs with the given stems (all, if none)."""
    sys.path.insert(0, str(HERE.parent))
    for case in [*cases("errors"), *cases("litmus")]:
        if names and case.stem not in names:
            continue
        text = found(case)
        expected = case.with_suffix(EXPECTED)
        if mode == "promote" and (not expected.exists() or expected.read_text(encoding="utf-8") != text):
            expected.write_text(text, encoding="utf-8")
            print(f"promoted {expected.relative_to(HERE)}")
        elif mode == "show":
            print(f"=== {case.relative_to(HERE)}\n{text}")


if __name__ == "__main__":
    if sys.argv[1:2] not in (["show"], ["promote"]):
        sys.exit(__doc__)
    _run(sys.argv[1], sys.argv[2:])
