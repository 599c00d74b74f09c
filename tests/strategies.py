"""Random programs and models, and the answers that brute force gives for them."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass, field
from math import factorial, prod
from pathlib import Path

from hypothesis import assume
from hypothesis import strategies as st

from litmus.cat.library import Model, load_model
from litmus.judge.enumerate import executions
from litmus.judge.evaluate import Evaluator
from litmus.program import (
    Assign,
    Assume,
    Binary,
    Branch,
    Compare,
    Condition,
    Const,
    Expression,
    Fence,
    Instruction,
    Load,
    MemoryAt,
    Operation,
    Pointer,
    Program,
    Reg,
    RegisterAt,
    Select,
    Store,
    StoreConditional,
    Thread,
    Unary,
    When,
    observables,
)
from litmus.unfold.events import EventStructure
from litmus.unfold.paths import Walker
from litmus.unfold.registers import RegisterWalker
from litmus.unfold.unfolding import unfold

Tags = frozenset[str]
State = tuple[tuple[str, str], ...]
"""A final state: (name, value) pairs, sorted."""


def tags(text: str) -> Tags:
    """The tags in a text, separated by blanks."""
    return frozenset(text.split())


# --- programs -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Vocabulary:
    """The tags of an architecture: of loads, stores, fences, atomic updates (read, write), exclusives."""

    arch: str
    loads: tuple[str, ...] = ("",)
    stores: tuple[str, ...] = ("",)
    fences: tuple[str, ...] = ()
    updates: tuple[tuple[str, str], ...] = ()
    exclusives: tuple[tuple[str, str], ...] = ()


X86 = Vocabulary("x86", fences=("MFENCE",), updates=(("X", "X"),))
ARM = Vocabulary(
    "aarch64",
    loads=("", "A", "Q"),
    stores=("", "L"),
    fences=("DMB.ISH", "DMB.ISHLD", "DMB.ISHST", "ISB", "DSB.SY"),
    updates=(("X", "X"), ("X A", "X L"), ("X NoRet", "X")),
    exclusives=(("X", "X"), ("X A", "X L")),
)
POWER = Vocabulary("ppc", fences=("SYNC", "LWSYNC", "EIEIO", "ISYNC"), exclusives=(("X", "X"),))
NATIVE = Vocabulary(
    "native",
    loads=("Plain", "Once", "Acq"),
    stores=("Plain", "Once", "Rel"),
    fences=("FullFence", "ReleaseFence", "AcquireFence", "StoreStore", "LoadLoad", "LoadStore", "StoreLoad"),
    updates=(("RMW Full", "RMW Full"), ("RMW Acq", "RMW Rel"), ("RMW", "RMW")),
)
VOCABULARIES = {"sc": ARM, "x86-tso": X86, "armv8": ARM, "power": POWER, "weak": NATIVE}

LOCATIONS = (Pointer("x"), Pointer("y"))


@dataclass
class _Writer:
    """The code of a thread while it is being drawn."""

    draw: st.DrawFn
    words: Vocabulary
    copies: bool
    code: list[Instruction] = field(default_factory=list)
    registers: list[str] = field(default_factory=list)

    def pick(self, items: tuple[str, ...]) -> Tags:
        return tags(self.draw(st.sampled_from(items)))

    def pair(self, items: tuple[tuple[str, str], ...]) -> tuple[Tags, Tags]:
        read, write = self.draw(st.sampled_from(items))
        return tags(read), tags(write)

    def new(self) -> str:
        self.registers.append(f"r{len(self.registers)}")
        return self.registers[-1]

    def emit(self, *operations: Operation, labels: tuple[str, ...] = ()) -> None:
        self.code.append(Instruction(f"i{len(self.code)}", operations, labels))

    def register(self) -> Reg | None:
        return Reg(self.draw(st.sampled_from(self.registers))) if self.registers else None

    def address(self) -> Expression:
        """A location; sometimes with a dependency that does not change it, sometimes computed from a read."""
        place = Const(self.draw(st.sampled_from(LOCATIONS)))
        register = self.register()
        kind = self.draw(st.sampled_from(["plain"] * 4 + ["false", "computed"]))
        if register is None or kind == "plain":
            return place
        zero = Binary("^", register, register)
        if kind == "false":
            return Binary("+", place, zero)
        return Binary("+", Const(Pointer("a")), Binary("&", register, Const(1)))

    def value(self) -> Expression:
        register = self.register()
        kind = self.draw(st.sampled_from(["constant"] * 3 + ["copy", "sum", "false"]))
        constant = Const(self.draw(st.integers(1, 2)))
        if register is None or kind == "constant" or not self.copies:
            return constant
        if kind == "copy":
            return register
        return Binary("+", register if kind == "sum" else Binary("^", register, register), constant)


def _load(w: _Writer) -> None:
    address = w.address()
    w.emit(Load(w.new(), address, w.pick(w.words.loads)))


def _store(w: _Writer) -> None:
    w.emit(Store(w.address(), w.value(), w.pick(w.words.stores)))


def _fence(w: _Writer) -> None:
    w.emit(Fence(w.pick(w.words.fences)))


def _update(w: _Writer) -> None:
    """An exchange, a fetch-and-add, or a compare-and-swap."""
    read, write = w.pair(w.words.updates)
    kinds = ["swap", "compare", "add"] if w.copies else ["swap", "compare"]
    place, value, kind = w.address(), w.value(), w.draw(st.sampled_from(kinds))
    register = w.new()
    load = Load(register, place, read, atomic=True)
    if kind == "compare":
        w.emit(load, When(Binary("==", Reg(register), Const(0)), (Store(place, value, write, atomic=True),)))
    else:
        stored = value if kind == "swap" else Binary("+", Reg(register), Const(1))
        w.emit(load, Store(place, stored, write, atomic=True))


def _exclusive(w: _Writer) -> None:
    """A load-exclusive and a store-exclusive, both its results explored, or only success."""
    read, write = w.pair(w.words.exclusives)
    place, value = Const(w.draw(st.sampled_from(LOCATIONS))), w.value()
    loaded, status = w.new(), w.new()
    w.emit(Load(loaded, place, read, exclusive=True))
    w.emit(StoreConditional(status, place, value, write))
    if w.draw(st.booleans()):
        w.emit(Assume(Unary("!", Reg(status))))


def _branch(w: _Writer) -> None:
    """A conditional jump over one access; with a join, or without."""
    register = w.register()
    if register is None:
        return _load(w)
    label = f"L{len(w.code)}"
    join = label if w.words.arch == "native" else None
    w.emit(Branch(Binary("==", register, Const(w.draw(st.integers(0, 1)))), label, join))
    w.draw(st.sampled_from([_store, _load]))(w)
    w.emit(labels=(label,))


def _choice(w: _Writer) -> None:
    register = w.register()
    if register is None:
        return _store(w)
    other = Reg(w.draw(st.sampled_from(w.registers)))
    w.emit(Assign(w.new(), Select(Binary("==", register, Const(0)), other, Const(2))))


@st.composite
def programs(draw: st.DrawFn, words: Vocabulary, limit: int = 1000, copies: bool = True) -> Program:
    """A program of two or three threads over two locations, with few candidate executions.

    `copies`: it may store what it has read, so that values may depend on each other.
    """
    shapes = [_load, _store] * 2 + [_branch, _choice]
    shapes += [_fence] * bool(words.fences) + [_update] * bool(words.updates)
    shapes += [_exclusive] * bool(words.exclusives)
    threads, asked = [], [MemoryAt(p, str(p)) for p in LOCATIONS]
    count = draw(st.sampled_from([3, 2]))
    for index in range(count):
        w = _Writer(draw, words, copies)
        for _ in range(draw(st.integers(2, 6 - count))):
            draw(st.sampled_from(shapes))(w)
        threads.append(Thread(index, tuple(w.code)))
        asked += [RegisterAt(index, r, f"{index}:{r}") for r in w.registers]
    proposition = Compare(draw(st.sampled_from(asked)), "=", draw(st.integers(0, 1)))
    kind = draw(st.sampled_from(["exists", "~exists", "forall"]))
    question, memory = Condition(kind, proposition), {Pointer("a", offset): 0 for offset in (0, 1)}
    program = Program("random", words.arch, tuple(threads), question, memory, locations=tuple(asked))
    assume(sum(map(candidates, unfold(program).structures())) <= limit)
    return program


def candidates(structure: EventStructure) -> int:
    """How many candidate executions brute force goes through."""
    return prod(
        factorial(len(writes) - 1) * len(writes) ** len(structure.readers[place])
        for place, writes in structure.writes.items()
    )


# --- brute force ----------------------------------------------------------------------------------------


@dataclass
class Answer:
    """What brute force finds: each final state with its number of executions, the flags, and whether the axioms
    allow an execution whose values depend on each other in a circle.
    """

    states: Counter[State] = field(default_factory=Counter)
    flags: set[str] = field(default_factory=set)
    circular: bool = False


def brute_force(program: Program, model: Model, unroll: int = 2) -> Answer:
    """The answer by going through all candidate executions, each judged by itself."""
    answer, asked = Answer(), observables(program)
    walker = RegisterWalker if model.registers else Walker
    for structure in unfold(program, unroll, walker).structures():
        evaluator = Evaluator(model.theory(structure.signature), structure)
        for execution in executions(structure):
            if not execution.feasible and execution.values is not None:
                continue
            if evaluator.failing(execution) is not None:
                continue
            if execution.values is None:
                answer.circular = True
            else:
                names = (item.name for item in asked)
                answer.states[state(zip(names, map(str, execution.final(asked)), strict=True))] += 1
                answer.flags.update(flag.name for flag in evaluator.flags(execution))
    return answer


def state(items: object) -> State:
    """A state in the form in which states are compared."""
    return tuple(sorted(dict(items).items()))  # type: ignore[call-overload]


# --- models ---------------------------------------------------------------------------------------------

RELATIONS = ("po", "rf", "co", "fr", "rfe", "fri", "addr", "data", "ctrl", "rmw", "loc", "int", "ext", "id", "0")
SETS = ("R", "W", "F", "IW", "M", "_", "X", "A", "FW", "emptyset")


@st.composite
def relations(draw: st.DrawFn, depth: int = 3, recursive: tuple[str, ...] = ()) -> str:
    """The text of a relation; `recursive` names occur only where the relation grows with them."""
    op = draw(st.sampled_from(["base"] if depth == 0 else ["base", *"|&;\\*[~^", "^-1", "^+", "^*", "?"]))
    if op == "base":
        return draw(st.sampled_from((*RELATIONS[:5], *RELATIONS, *recursive * 4)))
    if op == "*":
        return f"({draw(sets(depth - 1, recursive))} * {draw(sets(depth - 1, recursive))})"
    if op == "[":
        return f"[{draw(sets(depth - 1, recursive))}]"
    if op == "~":
        return f"(~{draw(relations(depth - 1))})"
    left = draw(relations(depth - 1, recursive))
    if op in ("^-1", "^+", "^*", "?"):
        return f"({left}){op}"
    right = draw(relations(depth - 1, () if op == "\\" else recursive))
    return f"({left} {'|' if op == '^' else op} {right})"


@st.composite
def sets(draw: st.DrawFn, depth: int = 2, recursive: tuple[str, ...] = ()) -> str:
    """The text of a set of events."""
    op = draw(st.sampled_from(["base"] if depth == 0 else ["base", "domain", "range", *"|&\\~"]))
    if op == "base":
        return draw(st.sampled_from(SETS))
    if op in ("domain", "range"):
        return f"{op}({draw(relations(depth - 1, recursive))})"
    if op == "~":
        return f"(~{draw(sets(depth - 1))})"
    left, right = draw(sets(depth - 1, recursive)), draw(sets(depth - 1, () if op == "\\" else recursive))
    return f"({left} {op} {right})"


@st.composite
def definitions(draw: st.DrawFn) -> str:
    """Two relations p and q, defined together or not, recursive or not."""
    form = draw(st.sampled_from(["let p = {p}\nlet q = {q}", "let rec p = {p}\nand q = {q}"]))
    names = ("p", "q") if "rec" in form else ()
    return form.format(p=draw(relations(3, names)), q=draw(relations(3, names)))


CHECKS = ("acyclic", "~acyclic", "irreflexive", "~irreflexive", "empty", "~empty")
COHERENCE = "acyclic po-loc | rf | co | fr as coherence"


@st.composite
def model_texts(draw: st.DrawFn) -> str:
    """The text of a random model: definitions, an axiom or two, and flags."""
    lines = ['"random"', draw(definitions())]
    if draw(st.booleans()):
        lines.append(COHERENCE)
    if draw(st.booleans()):
        lines.append(f"{draw(st.sampled_from(CHECKS))} {draw(st.sampled_from('pq'))} as axiom")
    for i in range(3):
        check, subject = draw(st.sampled_from(CHECKS)), draw(st.sampled_from(["p", "q", "p | q", "p ; q"]))
        lines.append(f"flag {check} {subject} as flag{i}")
    return "\n".join(lines) + "\n"


_FOLDER = tempfile.TemporaryDirectory()


def model_of(text: str, **others: str) -> Model:
    """The model of a text; `others` are files that it may include, by stem."""
    for stem, content in {**others, "model": text}.items():
        (Path(_FOLDER.name) / f"{stem}.cat").write_text(content, encoding="utf-8")
    return load_model(str(Path(_FOLDER.name) / "model.cat"))
