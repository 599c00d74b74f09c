"""Barriers that are put in forbid the outcome, in the text of the test too, and none of them can be spared."""

from __future__ import annotations

from pathlib import Path

import pytest

from litmus.case import Case
from litmus.cat.library import load_model
from litmus.check import Options, check
from litmus.explain import explain
from litmus.explain.explanation import Barrier
from litmus.explain.remedy.proof import is_forbidden
from litmus.explain.remedy.repair import repair, with_barriers
from litmus.program import Program, language_of
from litmus.source import Source
from litmus.syntax import parse

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.litmus"))
LARGE = ("peterson", "spinlock", "dekker", "counter")
SMALL = [path for path in EXAMPLES if not path.stem.startswith(LARGE)]

KERNEL = {
    "MP": ("P0(int *x, int *y)\n{\n\tWRITE_ONCE(*x, 1);\n\tWRITE_ONCE(*y, 1);\n}\n\n"
           "P1(int *x, int *y)\n{\n\tint r0;\n\tint r1;\n\n\tr0 = READ_ONCE(*y);\n\tr1 = READ_ONCE(*x);\n}\n\n"
           "exists (1:r0=1 /\\ 1:r1=0)\n", ["smp_wmb()", "smp_rmb()"]),
    "SB": ("P0(int *x, int *y)\n{\n\tint r0;\n\n\tWRITE_ONCE(*x, 1);\n\tr0 = READ_ONCE(*y);\n}\n\n"
           "P1(int *x, int *y)\n{\n\tint r0;\n\n\tWRITE_ONCE(*y, 1);\n\tr0 = READ_ONCE(*x);\n}\n\n"
           "exists (0:r0=0 /\\ 1:r0=0)\n", ["smp_mb()", "smp_mb()"]),
    "LB": ("P0(int *x, int *y)\n{\n\tint r0;\n\n\tr0 = READ_ONCE(*x);\n\tWRITE_ONCE(*y, 1);\n}\n\n"
           "P1(int *x, int *y)\n{\n\tint r0;\n\n\tr0 = READ_ONCE(*y);\n\tif (r0) {\n\t\tWRITE_ONCE(*x, 1);\n\t}\n}\n\n"
           "exists (0:r0=1 /\\ 1:r0=1)\n", ["smp_mb()"]),
}  # fmt: skip
"""Tests of the kernel, each with the barriers that forbid its outcome."""


def program_of(content: str) -> Program:
    """The program of a text."""
    return parse(Source("test.litmus", content))


def kernel(name: str) -> str:
    """A test of `KERNEL`."""
    return f"C {name}\n\n{{}}\n\n{KERNEL[name][0]}"


def in_the_text(content: str, barriers: tuple[Barrier, ...]) -> str:
    """A kernel test with barriers in the lines before the statements they go before."""
    lines = content.split("\n")
    for barrier in sorted(barriers, key=lambda each: -(each.before.line or 0)):
        lines.insert((barrier.before.line or 0) - 1, f"\t{barrier.text};")
    return "\n".join(lines)


@pytest.mark.parametrize("name", KERNEL)
def test_barriers_of_the_kernel_forbid_the_outcome_in_the_text(name: str) -> None:
    content, model = kernel(name), load_model("lkmm")
    found = explain(program_of(content), model).repair
    assert [barrier.text for barrier in found] == KERNEL[name][1]
    assert check(program_of(content), model).observation == "Sometimes"
    assert check(program_of(in_the_text(content, found)), model).observation == "Never"
    for barrier in found:
        rest = tuple(other for other in found if other is not barrier)
        assert check(program_of(in_the_text(content, rest)), model).observation == "Sometimes"


@pytest.mark.parametrize("path", SMALL, ids=lambda path: path.stem)
def test_barriers_of_machines_forbid_the_outcome_and_none_can_be_spared(path: Path) -> None:
    program = program_of(path.read_text(encoding="utf-8"))
    for name in ("x86-tso", "armv8", "power"):
        judge = load_model(name)
        case = Case.of(program, judge)
        if is_forbidden(case, Options()) is False:
            for barrier in (found := repair(case, Options())):
                assert barrier.text in dict(language_of(case.test.arch).barriers)
            interleaved = explain(program, load_model("sc")).forbidden is False
            assert bool(found) != interleaved, name


def test_labels_go_to_the_barrier() -> None:
    content = kernel("LB").replace("\t}\n}", "\t}\n\tWRITE_ONCE(*x, 2);\n}")
    program = program_of(content)
    code = program.threads[1].instructions
    number = next(i for i, instruction in enumerate(code) if instruction.labels)
    changed = with_barriers(program, {(1, number): 2}).program.threads[1].instructions
    assert changed[number].labels == code[number].labels and changed[number + 1].labels == ()


def test_no_barrier_forbids_an_interleaving() -> None:
    content = kernel("MP").replace("1:r1=0", "1:r1=1")
    found = explain(program_of(content), load_model("lkmm"))
    assert found.forbidden is False and found.repair == ()
    assert found.story is not None and found.story.machine == "interleaving" and found.story.reordered == ()
