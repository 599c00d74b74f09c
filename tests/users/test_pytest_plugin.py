"""The pytest plugin, in runs of pytest with projects of their own."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from litmus.cli import main
from litmus.testing import assert_allowed

ROOT = Path(__file__).parents[2]
NATIVE = ROOT / "tests" / "litmus" / "native"

pytest_plugins = ["pytester"]

SB = """litmus SB
shared x, y
thread P0 {
  x = 1
  r0 = y
}
thread P1 {
  y = 1
  r0 = x
}
EXPECT
exists P0:r0 == 0 && P1:r0 == 0
"""

FORBIDDEN = """"forbids everything"
empty _ as nothing
"""

KERNEL = """C MP

(* Result: RESULT *)

{}

P0(int *x, int *y)
{
	WRITE_ONCE(*x, 1);
	smp_store_release(y, 1);
}

P1(int *x, int *y)
{
	int r0;
	int r1;

	r0 = smp_load_acquire(y);
	r1 = READ_ONCE(*x);
}

exists (1:r0=1 /\\ 1:r1=0)
"""

Run = Callable[..., pytest.RunResult]


@pytest.fixture(scope="module", autouse=True)
def loaded() -> None:
    """What the runs import stays imported: pytester forgets what is new in each of them."""
    importlib.import_module("litmus.testing.plugin")
    for text, model in ((sb(), "sc"), (KERNEL, "lkmm")):
        with pytest.raises(AssertionError):
            assert_allowed(text, model)


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs pytest with this plugin alone on the files `name=text` and an ini file; gives its result."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("COLUMNS", "120")

    def started(*arguments: str, ini: str = "", **files: str) -> pytest.RunResult:
        pytester.makeini(f"[pytest]\n{ini}")
        for name, text in files.items():
            pytester.makefile(".litmus", **{name: text})
        return pytester.runpytest_inprocess("-p", "pytest_litmus", *arguments)

    return started


def sb(*expectations: str) -> str:
    """Store buffering, with expectations."""
    return SB.replace("EXPECT\n", "".join(f"expect {line}\n" for line in expectations))


def test_each_expectation_is_a_test_named_after_its_model(run: Run) -> None:
    result = run("-v", a=sb("sc: forbidden", "x86-tso, power: allowed"))
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["a.litmus::sc PASSED*", "a.litmus::x86-tso PASSED*", "a.litmus::power PASSED*"])


def test_a_wrong_verdict_shows_what_was_found(run: Run) -> None:
    result = run(a=sb("x86-tso: forbidden"))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["FAILED a.litmus::x86-tso - SB under x86-tso: expected a forbidden outcome*"])
    result.stdout.fnmatch_lines(
        [
            "*SB [[]x86-tso[]]*",
            "SB under x86-tso: expected a forbidden outcome, found Sometimes",
            "  exists (0:r0=0 /\\ 1:r0=0)",
            "  4 final states*",
            "    [*] 0:r0=0; 1:r0=0;",
            "SB, x86-tso: allowed: 0:r0=0 /\\ 1:r0=0",
            "*store buffer*",
        ]
    )
    assert "Traceback" not in result.stdout.str()
    assert "runtest" not in result.stdout.str()


def test_the_result_comment_of_a_kernel_test_is_an_expectation(run: Run) -> None:
    result = run("-v", a=KERNEL.replace("RESULT", "Never"), b=KERNEL.replace("RESULT", "Sometimes"))
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["a.litmus::lkmm PASSED*", "b.litmus::lkmm FAILED*"])


def test_a_file_that_cannot_be_read_is_reported_with_its_place(run: Run) -> None:
    result = run("--continue-on-collection-errors", bad=sb().replace("y = 1", "y := 1"), good=sb("sc: forbidden"))
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["bad.litmus:8:*: error: *", "*y := 1", "*^*"])
    assert "Traceback" not in result.stdout.str()


def test_an_expectation_of_an_unknown_model_is_an_error_at_its_place(run: Run) -> None:
    result = run(a=sb("x86-tos: allowed"))
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["a.litmus:11:1: error: there is no model 'x86-tos'", "hint: did you mean x86-tso?"])


def test_no_expectation_is_a_skipped_test(run: Run) -> None:
    result = run("-rs", a=sb())
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED*a.litmus: no expectation to check*"])


def test_an_undecided_test_fails_with_the_reason(run: Run) -> None:
    result = run(ini="litmus_timeout = 0.0000001", a=sb("x86-tso: allowed"))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["SB under x86-tso: undecided: *"])


def test_the_chosen_models_decide_what_is_collected(run: Run) -> None:
    result = run("-v", ini="litmus_models = sc power", a=sb("sc: forbidden", "x86-tso: allowed"))
    result.assert_outcomes(passed=1)
    run(ini="litmus_models = power", a=sb("sc: forbidden")).assert_outcomes(skipped=1)


def test_a_model_of_the_project(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makefile(".cat", mine=FORBIDDEN)
    result = run("-v", ini="litmus_models = mine.cat", a=sb("mine: forbidden", "sc: forbidden"))
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["a.litmus::mine PASSED*"])


def test_the_kernels_configuration(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makefile(".cat", **{"linux-kernel": FORBIDDEN})
    pytester.makefile(".def", own="READ_ONCE(X) __load{ONCE}(X)\n")
    pytester.makefile(".bell", own="enum Accesses = 'ONCE\ninstructions R[{'ONCE}]\n")
    pytester.makefile(".cfg", own="model linux-kernel.cat\nbell own.bell\nmacros own.def\n")
    test = "C R\n(* Result: {} *)\n{{}}\nP0(int *x)\n{{\n\tint r0 = READ_ONCE(*x);\n}}\nexists (0:r0=0)\n"
    result = run("-v", ini="litmus_conf = own.cfg", a=test.format("Never"), b=test.format("Sometimes"))
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["a.litmus::linux-kernel PASSED*", "b.litmus::linux-kernel FAILED*"])


@pytest.mark.parametrize("option", ["litmus_conf", "litmus_bell", "litmus_macros"])
def test_a_file_of_the_ini_that_is_not_there_is_an_error(run: Run, pytester: pytest.Pytester, option: str) -> None:
    pytester.makefile(".cat", mine=FORBIDDEN)
    result = run(ini=f"litmus_models = mine.cat\n{option} = absent.file", a=sb("mine: forbidden"))
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*cannot*read*absent.file*"])


def test_verdicts_are_kept(run: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of `litmus check` too, where the models are named."""
    monkeypatch.setattr(importlib.import_module("litmus.batch.kept"), "stamp", lambda: "this")
    monkeypatch.setenv("LITMUS_CACHE", str(pytester.path / "kept"))
    first = run(a=sb("sc: forbidden", "x86-tso: forbidden"), b=KERNEL.replace("RESULT", "Never"))
    first.assert_outcomes(passed=2, failed=1)
    monkeypatch.setattr(importlib.import_module("litmus.check"), "check", None)
    again = run()
    again.assert_outcomes(passed=2, failed=1)
    assert "SB under x86-tso: expected a forbidden outcome, found Sometimes" in again.stdout.str()
    assert main(["check", "-m", "sc", "-o", "json", "a.litmus", "a.litmus"]) == 0
    run("-k", "sc", a=sb("sc: allowed")).assert_outcomes(failed=1)  # another text is another question


LOOP = """litmus loop
shared x
thread P0 {
  r0 = x
  while r0 == 0 {
    r0 = x
  }
}
thread P1 { x = 1 }
expect sc: allowed
exists P0:r0 == 1
"""


def test_loops_are_unrolled_as_told(run: Run) -> None:
    deep = LOOP.replace("r0 == 0", "r0 != 4").replace("r0 = x\n  }", "r0 = r0 + 1\n  }").replace("r0 == 1", "r0 == 4")
    run(a=deep).assert_outcomes(failed=1)
    run(ini="litmus_unroll = 4", a=deep).assert_outcomes(passed=1)


@pytest.mark.parametrize("option", ["litmus_unroll", "litmus_timeout"])
@pytest.mark.parametrize("value", ["0", "-1", "soon", "nan"])
def test_a_limit_that_is_no_number_is_an_error(run: Run, option: str, value: str) -> None:
    result = run(ini=f"{option} = {value}", a=sb("sc: forbidden"))
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"error: {option}: expected a positive *, not '{value}'"])


def test_the_plugin_loads_nothing_where_there_is_no_litmus_file(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import sys\ndef test_it(): assert not [m for m in sys.modules if m.split('.')[0] in ('litmus', 'lark')]\n",
        encoding="utf-8",
    )
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    start = "import pytest; sys.exit(pytest.main(['-p', 'pytest_litmus']))"
    program = f"import sys; sys.path.insert(0, {str(ROOT)!r}); {start}"
    alone = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # installed, the plugin would be loaded twice
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, env=alone)
    assert done.returncode == 0, done.stdout + done.stderr
