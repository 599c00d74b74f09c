"""The changes that CONTRIBUTING.md has a recipe for, each as a small real one."""

from __future__ import annotations

from textwrap import dedent

from tests.recipes.recipe import Copy, Insert, New, Recipe, Replace


def _text(text: str) -> str:
    """A block of text, without the blanks that it is indented by here."""
    return dedent(text).lstrip("\n")


def _promoted(copy: Copy, stem: str) -> None:
    """The new test gets its expected outcome, and has the one that it should."""
    copy.run("tests.golden", "promote", stem)


# --- instructions and primitives --------------------------------------------------------------------------

ANDN = _text("""
    RISCV andn
    { 0:x5=12; 0:x6=10; }
     P0            ;
     andn x7,x5,x6 ;
    forall (0:x7=4)
    """)


def _check_andn(copy: Copy) -> None:
    _promoted(copy, "andn")
    assert "Always" in copy.run("litmus", "check", "tests/litmus/riscv/andn.litmus")


INSTRUCTION = Recipe(
    "A new instruction",
    {
        "litmus/syntax/riscv/data.py": Insert(
            '    "andn": lambda left, right: Binary("&", left, Unary("~", right)),\n', after="OPERATORS: dict"
        ),
        "tests/litmus/riscv/andn.litmus": New(ANDN),
    },
    _check_andn,
    guides=("tests/syntax/test_outcomes.py",),
)

ACCESS_POINTER = _text("""
    C rcu_access_pointer

    {}

    P0(int *x, int *y)
    {
        WRITE_ONCE(*x, 1);
        smp_wmb();
        WRITE_ONCE(*y, 1);
    }

    P1(int *x, int *y)
    {
        int r0;
        int r1;

        r0 = rcu_access_pointer(*y);
        smp_rmb();
        r1 = READ_ONCE(*x);
    }

    exists (1:r0=1 /\\ 1:r1=0)
    """)


def _check_access_pointer(copy: Copy) -> None:
    _promoted(copy, "rcu_access_pointer")
    shown = copy.run("litmus", "check", "-m", "all", "tests/litmus/c/rcu_access_pointer.litmus")
    assert shown.count("Never") >= 7, "one column an architecture, and the kernel's"


PRIMITIVE = Recipe(
    "A new kernel primitive",
    {
        "litmus/syntax/c/kernel.py": Insert('    "rcu_access_pointer": ("once", X),\n', after="LOADS: dict"),
        "tests/litmus/c/rcu_access_pointer.litmus": New(ACCESS_POINTER),
    },
    _check_access_pointer,
    guides=("tests/syntax/test_outcomes.py",),
)

# --- models -----------------------------------------------------------------------------------------------

COHERENCE = _text("""
    "Coherence alone"
    (* target: any *)
    (*
       Sources: [AMT14] J. Alglave, L. Maranget, M. Tautschnig, Herding Cats, ACM TOPLAS 36(2), 2014, SC per location.
       Version: as published.
       Known differences: none.
    *)

    (* Each location by itself behaves as under sequential consistency [AMT14, section 4.2]. *)
    acyclic po-loc | rf | co | fr as sc-per-location
    """)


def _check_coherence(copy: Copy) -> None:
    assert "Coherence alone" in copy.run("litmus", "models")
    assert "Sometimes" in copy.run("litmus", "check", "-m", "coherence", "tests/litmus/x86/SB.litmus")


MODEL = Recipe(
    "A new model",
    {
        "litmus/models/coherence.cat": New(COHERENCE),
        "litmus/cat/library.py": Replace('"rc11"', '"rc11", "coherence"'),
        "litmus/models/README.md": Insert(
            "| `coherence` | any | Alglave, Maranget, Tautschnig, ACM TOPLAS 36(2), 2014 | as published | none |\n",
            after="| `rc11`",
        ),
    },
    _check_coherence,
    guides=("tests/models/test_models_text.py::test_every_file_is_a_bundled_model",
            "tests/models/test_models_text.py::test_the_readme_has_a_row_for_every_model"),
)  # fmt: skip


def _check_twice(copy: Copy) -> None:
    same = "empty (po^2 \\ (po ; po)) | ((po ; po) \\ po^2)"
    copy.write("twice.cat", f'"r^2 is r;r"\n{same} as same\nacyclic po^2 | rf\n')
    assert "Sometimes" in copy.run("litmus", "check", "-m", "twice.cat", "tests/litmus/x86/SB.litmus")


CONSTRUCT = Recipe(
    "A new construct of cat",
    {
        "litmus/grammar/cat.lark": Insert('        | postfix "^2" -> twice\n', after="?postfix: application"),
        "litmus/syntax/cat/expression.py": Insert('    "twice": "^2",\n', after="_OPERATORS"),
        "litmus/cat/operators.py": Insert(
            '        case "^2":\n            return build.sequence(first, first)\n', before='case "^-1":'
        ),
    },
    _check_twice,
)

# --- languages, targets, barriers -------------------------------------------------------------------------

MIPS = '''
"""MIPS assembly tests: loads, stores and SYNC (MIPS Architecture for Programmers, volume II-A)."""

from __future__ import annotations

import re
from functools import lru_cache

from litmus.errors import InputError
from litmus.program import Const, Fence, Load, Operation, Pointer, Program, Reg, Store
from litmus.source import Source
from litmus.syntax.assembly import frame
from litmus.syntax.assembly.language import Language

_REGISTER = re.compile(r"r\\d+")
_ACCESS = re.compile(r"(lw|sw) (r\\d+),(\\w+)")


def parse(source: Source) -> Program:
    """The program of a test."""
    return frame.parse(source, LANGUAGE)


def register(name: str) -> str | None:
    """The name of a register; None if there is no such register."""
    return name if _REGISTER.fullmatch(name) else None


@lru_cache(maxsize=8192)
def instruction(text: str) -> tuple[Operation, ...]:
    """What an instruction does; raises InputError for an unknown one."""
    if text == "sync":
        return (Fence(frozenset({"SYNC"})),)
    found = _ACCESS.fullmatch(text)
    if found is None:
        raise InputError(f"unknown MIPS instruction '{text}'", Source("", text).span(0, len(text)), "write lw or sw")
    address = Const(Pointer(found[3]))
    return (Load(found[2], address),) if found[1] == "lw" else (Store(address, Reg(found[2])),)


LANGUAGE = Language("mips", instruction, register, ("r2", "r3"))
'''.lstrip("\n")

MIPS_SB = _text("""
    MIPS SB
    { 0:r2=1; 1:r2=1; }
     P0      | P1      ;
     sw r2,x | sw r2,y ;
     sync    | sync    ;
     lw r3,y | lw r3,x ;
    exists (0:r3=0 /\\ 1:r3=0)
    """)


def _check_mips(copy: Copy) -> None:
    assert "Never" in copy.run("litmus", "check", copy.write("SB.litmus", MIPS_SB))


LANGUAGE = Recipe(
    "A new language",
    {
        "litmus/syntax/mips/__init__.py": New('"""Assembly tests of MIPS."""\n\n__all__ = ["front"]\n'),
        "litmus/syntax/mips/front.py": New(MIPS),
        "litmus/program/language.py": (
            Insert('MIPS = Language("mips", ("MIPS",), ("sc",), ("mips",), assembly=True)\n', after="NATIVE = "),
            Replace("in (NATIVE, ", "in (NATIVE, MIPS, "),
        ),
    },
    _check_mips,
)

LIGHT = {"x86": '("mfence",)', "aarch64": '("DMB ISH",)', "ppc": '("sync",)', "riscv": '("fence rw,rw",)',
         "arm": '("dmb ish",)'}  # fmt: skip
"""The line before which the new one goes in each target's table: that of `Full`."""
LIGHT_CELLS = {"x86": "()", "aarch64": '("DMB ISH",)', "ppc": '("lwsync",)', "riscv": '("fence.tso",)',
               "arm": '("dmb ish",)'}  # fmt: skip


def _light(target: str) -> Replace:
    """The new barrier in the table of a target."""
    line = f'    "Full": {LIGHT[target]},\n'
    return Replace(line, f'    "Light": {LIGHT_CELLS[target]},\n{line}')


def _check_light(copy: Copy) -> None:
    text = (copy.folder / "examples" / "MP+StoreStore+LoadLoad.litmus").read_text(encoding="utf-8")
    test = copy.write("light.litmus", text.replace("LoadLoad\n", "Light\n").replace("StoreStore\n", "Light\n"))
    assert "Light" in (copy.folder / test).read_text(encoding="utf-8")
    assert "Never" in copy.run("litmus", "check", "-m", "weak", test)
    assert "lwsync" in copy.run("litmus", "lower", "--to", "ppc", test)


BARRIER = Recipe(
    "A new native barrier",
    {
        "litmus/syntax/native/barriers.py": (
            Replace('"Full", "Compiler",\n]', '"Light", "Full", "Compiler",\n]'),
            Replace("    Full: str\n", "    Light: str\n    Full: str\n"),
            Replace('    "Full": "FullFence",\n', '    "Light": "LightFence",\n    "Full": "FullFence",\n'),
        ),
        "litmus/lowering/barriers.py": (
            Replace("    Full: Cells\n", "    Light: Cells\n    Full: Cells\n"),
            *map(_light, LIGHT),
            Replace('    "Full": "smp_mb",\n', '    "Light": "smp_mb",\n    "Full": "smp_mb",\n'),
        ),
        "litmus/models/weak.cat": Insert(
            "  | [R] ; fencerel(LightFence) ; [M] | [M] ; fencerel(LightFence) ; [W]\n",
            after="| [W] ; fencerel(StoreLoad) ; [R]",
        ),
    },
    _check_light,
    guides=("tests/lowering/test_vocabularies.py",),
)

ZTSO = '''
"""RISC-V with Ztso: accesses are ordered as on x86 (The RISC-V Instruction Set Manual, volume I, chapter on Ztso)."""

from __future__ import annotations

from dataclasses import replace

from litmus.lowering import barriers, riscv

TARGET = replace(riscv.TARGET, fences=barriers.ZTSO)
'''.lstrip("\n")

ZTSO_FENCES = 'ZTSO: Fences = {**X86, "StoreLoad": RISCV["StoreLoad"], "Full": RISCV["Full"]}\n'


def _check_ztso(copy: Copy) -> None:
    lowered = copy.run("litmus", "lower", "--to", "riscv_ztso", "examples/MP+StoreStore+LoadLoad.litmus")
    assert "fence" not in lowered.replace("fence rw,rw", "") and "RISCV" in lowered


TARGET = Recipe(
    "A new lowering target",
    {
        "litmus/lowering/riscv_ztso.py": New(ZTSO),
        "litmus/lowering/barriers.py": Insert(ZTSO_FENCES, before="ARM: Fences"),
        "litmus/lowering/translation.py": Replace('"riscv", "arm")', '"riscv", "riscv_ztso", "arm")'),
    },
    _check_ztso,
)

BRUTE = '''
"""Every candidate, one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from litmus.ground import LocationChoices, Pairs, Problem, Query
from litmus.logic import TRUE
from litmus.solve.budget import Budget
from litmus.solve.found import Found
from litmus.solve.tables import Tables
from litmus.solve.tables.solver import Table


class Listed(Table):
    """A problem whose states are counted by going through its executions."""

    query: Query

    def states(self) -> Iterator[Found]:
        """Every final state, with the number of executions that end in it."""
        found: dict[object, Found] = {}
        for execution in self.executions(TRUE):
            values = execution.final(self.query.observables)
            before = found.get(values)
            found[values] = Found(values, execution, 1 + (before.count or 0 if before else 0))
        yield from found.values()


class Brute(Tables):
    """The choices of a structure's locations, and all their combinations."""

    def solver(self, problem: Problem, pairs: Pairs, query: Query, budget: Budget) -> Listed:
        """All candidates."""
        solver = Listed(problem, self.algebra, self.choices, budget)
        solver.query = query
        return solver


def backend(choices: Sequence[LocationChoices | None]) -> Brute:
    """The back end for a structure with these choices."""
    return Brute(choices)
'''.lstrip("\n")


def _check_brute(copy: Copy) -> None:
    command = ("litmus", "check", "--no-cache", "-o", "json", "tests/litmus/x86/SB.litmus", "--engine")
    answers = [copy.run(*command, engine).split(', "seconds"')[0] for engine in ("brute", "table")]
    assert answers[0] == answers[1] and '"positive": 1' in answers[0]


BACKEND = Recipe(
    "A new back end",
    {
        "litmus/solve/brute/__init__.py": New(
            '"""Candidates one by one."""\n\nfrom litmus.solve.brute.backend import backend\n\n__all__ = ["backend"]\n'
        ),
        "litmus/solve/brute/backend.py": New(BRUTE),
        "litmus/solve/backend.py": Replace('BACKENDS = {', 'BACKENDS = {"brute": "litmus.solve.brute", '),
        "litmus/cli/arguments.py": Replace('ENGINES = ("auto", ', 'ENGINES = ("auto", "brute", '),
    },
    _check_brute,
)

# --- scenarios and lessons --------------------------------------------------------------------------------

HANDOVER = '''
"""A page is filled, and handed to a reader by a flag."""

from __future__ import annotations

from dataclasses import dataclass

from mmcore.cpu import Cpu
from mmcore.memory import Cell, Memory
from mmcore.scenario import NEVER, WEAK, Scenario, Thread, Variant


OLD, NEW = 1, 2


@dataclass(frozen=True, slots=True)
class State:
    """The contents of the page, and the flag that it is up to date."""

    data: Cell
    uptodate: Cell


def setup(memory: Memory) -> State:
    """A page with what another use left in it."""
    return State(memory.cell("data", OLD), memory.cell("uptodate"))


def fill(cpu: Cpu, state: State) -> None:
    """folio_mark_uptodate(): the contents, and then the flag."""
    cpu.write_once(state.data, NEW)
    cpu.smp_wmb(label="wmb")
    cpu.write_once(state.uptodate, 1)


def read(cpu: Cpu, state: State) -> None:
    """folio_test_uptodate(): the flag, and then the contents."""
    if cpu.read_once(state.uptodate) != 0:
        cpu.smp_rmb(label="rmb")
        cpu.observe("data", cpu.read_once(state.data))


SCENARIO = Scenario(
    name="handover",
    title="A page that is up to date against its contents",
    source=("include/linux/page-flags.h:folio_mark_uptodate()", "include/linux/page-flags.h:folio_test_uptodate()"),
    bad="the reader finds the page up to date, and sees what another use left in it",
    setup=setup,
    threads=(Thread("fill", fill), Thread("read", read)),
    outcome=lambda end: end.read.data == OLD,
    variants=(
        Variant("fixed", NEVER, "the two barriers pair"),
        Variant("no_wmb", WEAK, "the flag is seen before the contents", frozenset({"wmb"})),
        Variant("no_rmb", WEAK, "the contents are read before the flag", frozenset({"rmb"})),
    ),
    pairs="smp_wmb() in fill() pairs with smp_rmb() in read()",
    history="0ed361dec369",
    catalogue="D1",
)
'''.lstrip("\n")


def _check_handover(copy: Copy) -> None:
    assert "handover" in copy.run("mmcore", "list")
    shown = copy.run("mmcore", "check", "handover")
    assert "fixed" in shown and "unexpected" not in shown


SCENARIO = Recipe(
    "A new scenario",
    {"mmcore/scenarios/handover.py": New(HANDOVER)},
    _check_handover,
    guides=("tests/mmcore/test_scenarios.py",),
)

CSV = _text('''
    """Comma-separated values: test, model, observation."""

    from __future__ import annotations

    from litmus.report.form import Report
    from litmus.verdict import Answer


    class Csv(Report):
        """The report `-o csv`: a line for each verdict."""

        def add(self, answer: Answer) -> str:
            """One line for the answer, if it has a verdict."""
            verdict = answer.verdict
            return f"{verdict.test},{verdict.model},{verdict.observation}\\n" if verdict else ""
    ''')


def _check_csv(copy: Copy) -> None:
    assert copy.run("litmus", "check", "-o", "csv", "-m", "sc", "examples/SB.litmus") == "SB,sc,Never\n"
    assert "text|herd|json|junit|github|csv" in copy.run("litmus", "check", "--help")


FORM = Recipe(
    "A new form of output",
    {
        "litmus/report/csv.py": New(CSV),
        "litmus/report/forms.py": Insert('    "csv": "litmus.report.csv:Csv",\n', after='"github":'),
        "README.md": Insert("| `-o csv` | comma-separated values: test, model, observation |\n", after="| `-o junit"),
    },
    _check_csv,
    guides=("tests/users/test_forms.py",),
)

LESSON = _text("""
    # 17. One location

    > One thread writes a variable twice. Can another see the two writes in the wrong order?

    Never, on no machine: that is *coherence*.

    ```litmus
    litmus CoRR
    shared x

    thread P0 {
      x.once = 1
      x.once = 2
    }

    thread P1 {
      r0 = x.once
      r1 = x.once
    }

    exists P1:r0 == 2 && P1:r1 == 1
    expect sc, x86-tso, armv8, power: forbidden
    ```

    ## Exercise

    Leave out the second write. Which values can the two reads return?

    <details><summary>Answer</summary>

    Any, but for 1 and then 0.

    </details>
    """)

LESSON_LINE = (
    "17. [One location](17-one-location.md): One thread writes a variable twice. "
    "Can another see the two writes in the wrong order?\n"
)


def _check_lesson(copy: Copy) -> None:
    assert "One location" in copy.run("litmus", "learn")
    assert "4 as expected" in copy.run("litmus", "learn", "17", "--run")


COURSE = Recipe(
    "A new lesson",
    {
        "examples/lessons/17-one-location.md": New(LESSON),
        "examples/lessons/README.md": Insert(LESSON_LINE, after="16. ["),
    },
    _check_lesson,
)

RECIPES = (INSTRUCTION, LANGUAGE, MODEL, CONSTRUCT, BARRIER, TARGET, PRIMITIVE, FORM, BACKEND, SCENARIO, COURSE)
