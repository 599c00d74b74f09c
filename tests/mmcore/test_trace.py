"""The tracer against the interleaved runs: the same programs have the same outcomes under sequential consistency.

Random threads are written as Python source, a line for each primitive, as the tracer tells primitives apart by line.
"""

import linecache
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from litmus import UnsupportedError
from mmcore.cpu.cpu import Cpu
from mmcore.interleaved.graph import State
from mmcore.interleaved.outcome import graph_of
from mmcore.memory import Memory
from mmcore.scenario.check import check, trace
from mmcore.scenario.scenario import NEVER, End, Scenario, Thread, Variant

WORDS, REGISTERS = ("x", "y", "c"), ("a", "b")
"""The cells that hold numbers, and the local variables of a thread."""


def setup(memory: Memory) -> SimpleNamespace:
    """Words, pointers, locks, and a table."""
    words = {name: memory.cell(name) for name in WORDS}
    pointers = {"p": memory.cell("p"), "q": memory.cell("q", words["x"])}
    locks = {name: memory.cell(name) for name in "lm"}
    return SimpleNamespace(**words, **pointers, **locks, t=memory.array("t", 2))


class Writer:
    """Draws the source of one thread; `left`: how many more primitives it may have; `waits`: also for grace periods."""

    def __init__(self, draw: st.DrawFn, left: int, waits: bool = False) -> None:
        self.draw = draw
        self.left = left
        self.waits = waits
        self.observed: list[str] = []

    def one(self, *choices: Any) -> Any:
        return self.draw(st.sampled_from(choices))

    def word(self) -> str:
        return f"s.{self.one(*WORDS, 'x', 'y', 'x', 'y', 't[a & 1]')}"

    def number(self) -> str:
        register, constant = self.one(*REGISTERS), self.one("0", "1", "1", "2")
        operator = self.one("+", "-", "&", "|", "^", "*", ">>")
        computed = f"(({register} {operator} {constant}) & 3)", f"({register} ^ {register})"
        return str(self.one(constant, constant, f"({register} & 3)", *computed))

    def condition(self) -> str:
        comparison = self.one("==", "!=", "<", ">", "<=", ">=")
        return f"{self.one(*REGISTERS)} {comparison} {self.one('0', '1', 'b')}"

    def body(self, depth: int = 0) -> list[str]:
        """The lines of a block."""
        lines: list[str] = []
        for _ in range(self.one(1, 2, 3)):
            if self.left > 0:
                lines += self.statement(depth)
        return lines or ["pass"]

    def statement(self, depth: int) -> list[str]:
        self.left -= 1
        kinds: list[Callable[..., list[str]]] = [self.read, self.read, self.write, self.write]
        kinds += [self.atomic, self.valued, self.other]
        if depth > 0:
            kinds += [self.local, self.local]
        if depth < 2:
            kinds += [self.branch, self.branch, self.branch, self.block, self.loop, self.pointer]
        if self.waits:
            kinds += [self.block, self.grace if depth == 0 else self.block]
        return self.one(*kinds)(depth)

    def grace(self, depth: int) -> list[str]:
        return ["cpu.synchronize_rcu()"]

    def local(self, depth: int) -> list[str]:
        return [f"{self.one(*REGISTERS)} = {self.number()}"]

    def read(self, depth: int) -> list[str]:
        name = self.one("read_once", "smp_load_acquire", "atomic_read")
        return [f"{self.one(*REGISTERS)} = cpu.{name}({self.word()})"]

    def write(self, depth: int) -> list[str]:
        name = self.one("write_once", "smp_store_release", "smp_store_mb", "atomic_set")
        return [f"cpu.{name}({self.word()}, {self.number()})"]

    def atomic(self, depth: int) -> list[str]:
        word, number, bit = self.word(), self.number(), self.one(0, 1)
        return [self.one(
            f"cpu.atomic_inc({word})", f"cpu.atomic_dec({word})", f"cpu.atomic_add({number}, {word})",
            f"cpu.atomic_sub({number}, {word})", f"cpu.atomic_or({number}, {word})",
            f"cpu.atomic_andnot({number}, {word})", f"cpu.set_bit({bit}, {word})", f"cpu.clear_bit({bit}, {word})",
        )]  # fmt: skip

    def valued(self, depth: int) -> list[str]:
        word, number, other, bit = self.word(), self.number(), self.number(), self.one(0, 1)
        return [f"{self.one(*REGISTERS)} = cpu." + self.one(
            f"atomic_add_return({number}, {word})", f"atomic_sub_return({number}, {word})",
            f"atomic_fetch_add({number}, {word})", f"atomic_sub_and_test({number}, {word})",
            f"atomic_dec_and_test({word})", f"atomic_add_unless({word}, {number}, {other})",
            f"atomic_inc_not_zero({word})", f"xchg({word}, {number})", f"cmpxchg({word}, {number}, {other})",
            f"cmpxchg({word}, {number}, {other}, order='acquire')", f"test_bit({bit}, {word})",
            f"test_and_set_bit({bit}, {word})", f"test_and_clear_bit({bit}, {word})",
        )]  # fmt: skip

    def other(self, depth: int) -> list[str]:
        order, condition = self.one("acquire", "relaxed"), f"lambda value: value {self.one('==', '!=')} 1"
        wait = f"cpu.smp_cond_load_{order}({self.word()}, {condition})"
        name, register = f"o{len(self.observed)}", self.one(*REGISTERS)
        self.observed.append(name)
        return [self.one(
            wait, f"{register} = {wait}", "cpu.smp_mb()",
            f"cpu.observe('{name}', {self.number()})", f"cpu.observe('{name}', {self.condition()})",
        )]  # fmt: skip

    def branch(self, depth: int) -> list[str]:
        lines = [*self.one([], self.read(depth), self.valued(depth)), f"if {self.condition()}:"]
        lines += indented(self.body(depth + 1))
        if self.one(True, False):
            lines += ["else:", *indented(self.body(depth + 1))]
        elif self.one(True, False, False):
            lines.append("    return")
        return lines

    def block(self, depth: int) -> list[str]:
        body = self.body(2)
        if self.waits or self.one(True, False):
            return ["cpu.rcu_read_lock()", *body, "cpu.rcu_read_unlock()"]
        return [f"with cpu.spinlock(s.{self.one('l', 'm')}):", *indented(body)]

    def loop(self, depth: int) -> list[str]:
        leave = self.one([], [f"if {self.condition()}:", "    break"])
        return ["for _ in range(2):", *indented([*self.body(2), *leave])]

    def pointer(self, depth: int) -> list[str]:
        target = self.one("s.p", "s.q")
        through = self.one("a = cpu.read_once(t)", f"cpu.write_once(t, {self.number()})", "a = cpu.xchg(t, 2)")
        set_to = self.one("0", "s.x", "s.y")
        follow = [f"t = cpu.rcu_dereference({target})", "if t != 0:", f"    {through}"]
        return self.one([f"cpu.rcu_assign_pointer({target}, {set_to})"], follow,
                        [f"t = cpu.xchg({target}, {set_to})", f"a = t == {set_to}"])  # fmt: skip

    def source(self) -> str:
        lines = ["a = b = 0", *self.body()]
        while self.left > 0:
            lines += self.statement(0)
        ends = [f"cpu.observe('{name}', {name})" for name in REGISTERS]
        self.observed += REGISTERS
        return "\n".join(["def routine(cpu, s):", *indented([*lines, *ends])]) + "\n"


def indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]


@st.composite
def programs(draw: st.DrawFn, waits: bool = False) -> tuple[tuple[str, ...], tuple[tuple[int, str], ...]]:
    """The sources of two or three threads, and all that they report."""
    sizes = draw(st.sampled_from([(5, 5), (3, 5), (8, 3), (7, 2), (3, 3, 2), (2, 2, 2)]))
    writers = [Writer(draw, size, waits) for size in sizes]
    sources = tuple(writer.source() for writer in writers)
    return sources, tuple((number, name) for number, writer in enumerate(writers) for name in writer.observed)


def routine(source: str, number: int) -> Callable[[Cpu, Any], None]:
    """The function of a source text, whose lines can be looked up."""
    name, made = f"<thread {number}>", {}
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    exec(compile(source, name, "exec"), made)  # our own text, drawn above
    return made["routine"]  # type: ignore[no-any-return]


def scenario(sources: tuple[str, ...], observed: tuple[tuple[int, str], ...]) -> Scenario:
    """The threads, with an outcome that asks for every result and every word."""
    threads = tuple(Thread(f"t{number}", routine(source, number)) for number, source in enumerate(sources))

    def outcome(end: End) -> Any:
        asked = [getattr(getattr(end, f"t{number}"), name) == 0 for number, name in observed]
        result = end.final("x") == 0
        for each in [*asked, *(end.final(name) == 0 for name in WORDS[1:])]:
            result = result & each
        return result

    return Scenario("random", "", (), "", setup, threads, outcome, (Variant("only", NEVER, ""),))


Outcomes = set[tuple[int, ...]]


def interleaved(made: Scenario, observed: tuple[tuple[int, str], ...]) -> Outcomes:
    """What the threads report and leave behind, over all schedules."""
    at = graph_of(made, made.variants[0])
    seen: set[State] = {at.start}
    waiting, found = [at.start], set()
    while waiting:
        state = waiting.pop()
        new = [after for _, after in at.moves(state) if after not in seen]
        seen.update(new)
        waiting += new
        if all(point.operation is None for point in state.points):
            reports = [state.points[number].observed.get(name, 0) for number, name in observed]
            found.add((*reports, *(state.shared.values[at.cells[name]] for name in WORDS)))
    assert not at.full
    return found  # type: ignore[return-value]


def checked(made: Scenario, observed: tuple[tuple[int, str], ...], model: str) -> Outcomes:
    """The same according to the checker."""
    try:
        verdict = check(made, made.variants[0], model)
    except UnsupportedError:  # values that depend on too many combinations of reads
        reject()
    assert verdict.undecided is None and not verdict.bounded
    names = [*(f"{number}:{name}" for number, name in observed), *WORDS]
    return {tuple(int(state[name]) for name in names) for state in verdict.states}


def same(program: Any) -> None:
    """The traced test has the outcomes of the interleaved runs."""
    sources, observed = program
    made = scenario(sources, observed)
    expected = interleaved(made, observed)
    assert checked(made, observed, "sc") == expected, "\n".join([*sources, trace(made, made.variants[0]).text])


@settings(max_examples=250)
@given(programs())
def test_the_traced_test_has_the_outcomes_of_the_interleaved_runs(program: Any) -> None:
    same(program)


@pytest.mark.slow
@settings(max_examples=5_000)
@given(programs())
def test_many_traced_tests_have_the_outcomes_of_the_interleaved_runs(program: Any) -> None:
    same(program)


FOUND = [
    # a number beside a comparison by >= or <=
    """
    t = cpu.rcu_dereference(s.q)
    if t != 0:
        a = cpu.xchg(t, 2)
    cpu.observe("r", a >= 1)""",
    # a result that is reported twice
    """
    for _ in range(2):
        a = cpu.atomic_read(s.x)
        cpu.observe("r", a == 0)""",
    # a number other than 0 and 1 beside a comparison
    """
    a = cpu.test_and_set_bit(1, s.x)
    if a:
        a = 2
    cpu.observe("r", a)""",
]


@pytest.mark.parametrize("body", FOUND)
def test_what_was_wrong_once(body: str) -> None:
    threads = f"    a = b = 0{body}\n    cpu.observe('a', a)", "    cpu.xchg(s.q, 0)", "    cpu.atomic_or(3, s.x)"
    sources = tuple(f"def routine(cpu, s):\n{thread}\n" for thread in threads)
    same((sources, ((0, "r"), (0, "a"))))


@settings(max_examples=60)
@given(programs(waits=True))
def test_what_some_schedule_does_the_kernel_s_model_allows(program: Any) -> None:
    sources, observed = program
    made = scenario(sources, observed)
    assert interleaved(made, observed) <= checked(made, observed, "lkmm"), "\n".join(sources)
