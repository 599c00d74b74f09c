"""`litmus explain` on the command line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from litmus.cli import main

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
MP = str(EXAMPLES / "MP+StoreStore+LoadLoad.litmus")
SB = str(EXAMPLES / "SB.litmus")
X86_SB = str(ROOT / "tests" / "litmus" / "x86" / "SB.litmus")

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def explain(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `litmus explain`: exit code, standard output, standard error."""

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(("explain", *arguments))
        return code, *capsys.readouterr()

    return run


def test_a_forbidden_outcome(explain: Run) -> None:
    code, out, err = explain(MP, "-m", "armv8")
    assert (code, err) == (0, "")
    assert out == (
        "MP+StoreStore+LoadLoad, armv8: forbidden: 1:r0=1 /\\ 1:r1=0\n"
        "  1 way to get it, forbidden:\n"
        "  by external (1 way):\n"
        "    P0's StoreStore (line 8) puts line 7 before line 9, P1 line 13 reads y=1 from P0 line 9, and\n"
        "    P1's LoadLoad (line 14) puts line 13 before line 15. So P1 line 15 comes too late to read x=0:\n"
        "    x=1 by P0 line 7 is already there.\n"
        "      P0 line 7   x = 1\n"
        "                    | barrier by StoreStore\n"
        "      P0 line 9   y = 1\n"
        "                    | rf\n"
        "      P1 line 13  r0 = y\n"
        "                    | barrier by LoadLoad\n"
        "      P1 line 15  r1 = x\n"
        "                    | fr\n"
        "      P0 line 7 again\n"
        "  needed (take out any one of these, and it becomes possible):\n"
        "    P0 line 8   StoreStore\n"
        "    P1 line 14  LoadLoad\n"
    )


def test_several_models_and_the_default_ones(explain: Run) -> None:
    _, out, _ = explain(SB, "-m", "sc", "-m", "x86-tso", "-m", "sc")
    assert [line for line in out.splitlines() if line.startswith("SB")] == [
        "SB, sc: forbidden: 0:r0=0 /\\ 1:r0=0", "SB, x86-tso: allowed: 0:r0=0 /\\ 1:r0=0",
    ]  # fmt: skip
    _, default, _ = explain(SB)
    assert [line.split(",")[1].split(":")[0].strip() for line in default.splitlines() if line.startswith("SB")] == [
        "sc", "x86-tso", "armv8", "power",
    ]  # fmt: skip
    _, every, _ = explain(X86_SB, "-m", "all")
    assert "SB, sc" in every and "SB, x86-tso" in every


def test_json_is_one_object_a_line(explain: Run) -> None:
    code, out, _ = explain(MP, "-m", "power", "-m", "sc", "-o", "json")
    first, second = map(json.loads, out.splitlines())
    assert (code, first["model"], second["model"]) == (0, "power", "sc")
    assert first["axiom"] == "observation" and [n["line"] for n in first["needed"]] == [8, 14]
    assert [n["line"] for n in second["redundant"]] == [8, 14]


def test_another_outcome(explain: Run) -> None:
    _, out, _ = explain(MP, "-m", "power", "--outcome", "1:r0=1 /\\ 1:r1=1")
    assert out.startswith("MP+StoreStore+LoadLoad, power: allowed: 1:r0=1 /\\ 1:r1=1")
    assert "no barrier forbids it" in out
    code, _, err = explain(MP, "-m", "power", "--outcome", "z=1")
    assert code == 2 and "z" in err


def test_undecided_is_its_own_exit_code(explain: Run) -> None:
    code, out, _ = explain(MP, "-m", "power", "--timeout", "0.000001")
    assert code == 3 and "undecided" in out and "forbidden" not in out


@pytest.mark.parametrize(
    "arguments", [("nowhere.litmus",), (MP, "-m", "nothing"), (X86_SB, "-m", "power"), (MP, "-o", "herd"), ()]
)
def test_bad_input_is_an_error_and_no_traceback(explain: Run, arguments: tuple[str, ...]) -> None:
    code, out, err = explain(*arguments)
    assert (code, out) == (2, "") and err.startswith(("error", "nowhere")) and "Traceback" not in err


# --- models of one's own ----------------------------------------------------------------------------------

KERNEL_SB = """C SB
{}
P0(int *x, int *y) { WRITE_ONCE(*x, 1); int r0 = READ_ONCE(*y); }
P1(int *x, int *y) { WRITE_ONCE(*y, 1); int r0 = atomic_read(x); }
exists (0:r0=0 /\\ 1:r0=0)
"""


@pytest.fixture
def configured(tmp_path: Path) -> tuple[str, str]:
    """A configuration as the kernel has one, whose model is sc with the variant `strong` only; and a C test."""
    files = {
        "own.cat": '"own"\nlet order = if "strong" then po else 0\nacyclic order | rf | co | fr as order\n',
        "own.bell": "enum Accesses = 'ONCE\ninstructions R[{'ONCE}]\ninstructions W[{'ONCE}]\n",
        "own.def": "READ_ONCE(X) __load{ONCE}(X)\nWRITE_ONCE(X,V) { __store{ONCE}(X,V); }\n",
        "own.cfg": "model own.cat\nbell own.bell\nmacros own.def\n",
        "SB.litmus": KERNEL_SB,
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return str(tmp_path / "own.cfg"), str(tmp_path / "SB.litmus")


@pytest.mark.parametrize(("variant", "answer"), [((), "allowed"), (("--variant", "strong"), "forbidden")])
def test_explain_takes_the_files_that_check_takes(
    explain: Run, configured: tuple[str, str], variant: tuple[str, ...], answer: str
) -> None:
    code, out, err = explain("--conf", configured[0], *variant, configured[1])
    assert code == 0
    assert out.startswith(f"SB, own: {answer}: ")
    macros = configured[0].replace(".cfg", ".def")
    assert err == f"note: 'atomic_read' is not in {macros}: it has its bundled meaning\n"


@pytest.mark.parametrize(("variant", "answer"), [((), "allowed"), (("--variant", "strong"), "forbidden")])
def test_show_takes_them_too(
    capsys: pytest.CaptureFixture[str], configured: tuple[str, str], variant: tuple[str, ...], answer: str
) -> None:
    assert main(("show", "--conf", configured[0], *variant, configured[1])) == 0
    out, err = capsys.readouterr()
    assert out.startswith(f"SB under own: {answer}")
    assert err.count("note: ") == 1
