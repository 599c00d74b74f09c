"""Executions and verdicts in a notebook: IPython shows them, and they know nothing of it."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

SHOWN = """
import sys
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell.instance()
before = "litmus.picture" in sys.modules
{load}
from litmus import check, load_model, parse, read

verdict = check(parse(read("examples/SB.litmus")), load_model("x86-tso"))
assert not before and "litmus.picture" not in sys.modules
pictures, _ = shell.display_formatter.format(verdict.witnesses[0])
page, _ = shell.display_formatter.format(verdict)
print(pictures["image/svg+xml"].count("<svg"), page["text/html"].count("<svg"), page["text/plain"][:7])
"""


@pytest.mark.parametrize("load", ["import litmus", 'shell.run_line_magic("load_ext", "litmus")'])
def test_a_notebook_shows_them(load: str) -> None:
    pytest.importorskip("IPython")
    line = [sys.executable, "-c", SHOWN.format(load=load)]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout == "1 4 Verdict\n", done.stderr
