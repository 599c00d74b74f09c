"""What in a program orders its accesses, and the program without one such thing.

The statements of a program are groups of instructions with one span: a statement of a portable test and all that it
was lowered to.  A dependency is removed by taking the value as known beforehand (`PREDICTED`): the value stays the
same, and nothing waits for it.  Where that leaves a value that only depends on itself, it is replaced by a constant.
Locks and SRCU are left as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeAlias

from litmus.explain.explanation import Place
from litmus.explain.remedy.edits import (
    KEPT,
    SECTION,
    Edit,
    computed,
    constant,
    flat,
    mapped,
    no_address,
    no_control,
    no_data,
    no_fence,
    not_atomic,
    split,
)
from litmus.explain.tags import LOCKS, is_acquire, is_release, weakened
from litmus.explain.words import place_of
from litmus.program import (
    Assign,
    Branch,
    Fence,
    Instruction,
    Load,
    Operation,
    Program,
    Store,
    StoreConditional,
    Thread,
    Value,
)

Removal: TypeAlias = Callable[[Program], Program]


@dataclass(frozen=True, slots=True, eq=False)
class Construct:
    """Something that orders: where it is, its kind (see `Ordering`) and words, and how to take it out of the program.

    `at`: the number of its first instruction in the thread.  Numbers stay the same when something is taken out, but
    for atomicity, which makes two instructions of one.  `replace`: for a data dependency, how to put a constant there.
    """

    place: Place
    kind: str
    words: str
    at: int
    remove: Removal
    replace: Callable[[Value], Removal] | None = None


def without(program: Program, chosen: Iterable[Construct]) -> Program:
    """The program without several of its constructs."""
    for construct in sorted(chosen, key=lambda c: (c.kind == "atomicity", -c.at)):
        program = construct.remove(program)
    return program


def constructs(program: Program, own_words: bool) -> Iterator[Construct]:
    """Everything in a program that may order accesses, thread by thread; it may turn out to order nothing."""
    for number, thread in enumerate(program.threads):
        groups = _groups(thread)
        for members in groups:
            place = place_of(thread.index, thread.instructions[members[0]], own_words)
            statement = _Statement(program, number, members)
            yield from statement.found(place)
        yield from _sections(program, number, own_words)


def _groups(thread: Thread) -> list[list[int]]:
    """The numbers of the instructions of each statement, in program order."""
    found: dict[object, list[int]] = {}
    for number, instruction in enumerate(thread.instructions):
        if instruction.operations:
            span = instruction.span
            key = number if span is None else (span.start, span.end)
            found.setdefault(key, []).append(number)
    return list(found.values())


class _Statement:
    """The instructions of one statement."""

    def __init__(self, program: Program, thread: int, members: Sequence[int]) -> None:
        self.program = program
        self.thread = thread
        self.members = frozenset(members)
        code = program.threads[thread].instructions
        self.operations = [o for number in members for o in flat(code[number].operations)]

    def found(self, place: Place) -> Iterator[Construct]:
        """All that orders here."""
        accesses = [o for o in self.operations if isinstance(o, Load | Store | StoreConditional)]
        fences = [o for o in self.operations if isinstance(o, Fence) and not o.tags & (KEPT | frozenset(SECTION))]
        locks = any(access.tags & LOCKS for access in accesses)
        annotated = any(weakened(access.tags, self.program.arch) != access.tags for access in accesses)
        if fences and not accesses:
            yield self._construct(place, "fence", "", no_fence)
        elif (fences or annotated) and not locks:
            yield self._construct(place, "annotation", f"{self._order(accesses, place.text)} of ", self._weaken)
        if any(isinstance(o, Load) and o.atomic for o in self.operations) and not locks:
            yield self._construct(place, "atomicity", "the atomicity of ", not_atomic)
        yield from self._dependencies(place)

    def _construct(self, place: Place, kind: str, words: str, edit: Edit) -> Construct:
        return Construct(place, kind, words + place.text, min(self.members), self.edit(edit, kind == "atomicity"))

    @staticmethod
    def _order(accesses: Sequence[Load | Store | StoreConditional], text: str) -> str:
        """What kind of order an access has, by its tags, or in a portable test by its name."""
        acquires = any(is_acquire(access.tags) for access in accesses) or "acquire" in text
        releases = any(is_release(access.tags) for access in accesses) or "release" in text
        if acquires == releases:
            return "the order"
        return "the acquire" if acquires else "the release"

    def _dependencies(self, place: Place) -> Iterator[Construct]:
        if any(isinstance(o, Load | Store | StoreConditional) and computed(o.address) for o in self.operations):
            yield self._construct(place, "addr", "the address dependency of ", no_address)
        updates = any(isinstance(o, Load) and o.atomic for o in self.operations)
        own = frozenset(filter(None, map(_target, self.operations))) if updates else frozenset[str]()
        if any(isinstance(o, Store | StoreConditional) and computed(o.value, own) for o in self.operations):
            found = self._construct(place, "data", "the data dependency of ", no_data)
            yield replace(found, replace=lambda value: self.edit(partial(constant, value)))
        looping = any(isinstance(o, StoreConditional) for o in self.operations)
        if not looping and any(isinstance(o, Branch) and computed(o.condition) for o in self.operations):
            yield self._construct(place, "ctrl", "the control dependency of ", no_control)

    def _weaken(self, operation: Operation) -> tuple[Operation, ...]:
        if isinstance(operation, Load | Store | StoreConditional):
            return (replace(operation, tags=weakened(operation.tags, self.program.arch)),)
        return no_fence(operation)

    def edit(self, edit: Edit, apart: bool = False) -> Removal:
        """Edits the operations of the statement; with `apart` its writes become instructions of their own."""

        def removal(program: Program) -> Program:
            code: list[Instruction] = []
            for number, instruction in enumerate(program.threads[self.thread].instructions):
                if number not in self.members:
                    code.append(instruction)
                    continue
                changed = replace(instruction, operations=mapped(instruction.operations, edit))
                code.extend(split(changed) if apart else (changed,))
            return _with_code(program, self.thread, tuple(code))

        return removal


def _with_code(program: Program, number: int, code: tuple[Instruction, ...]) -> Program:
    threads = list(program.threads)
    threads[number] = replace(threads[number], instructions=code)
    return replace(program, threads=tuple(threads))


def _target(operation: Operation) -> str | None:
    """The register that an operation sets."""
    return operation.register if isinstance(operation, Load | Assign) else None


# --- RCU ------------------------------------------------------------------------------------------------


def _sections(program: Program, number: int, own_words: bool) -> Iterator[Construct]:
    """The read-side critical sections of a thread, outermost and inner, matched as brackets are."""
    thread = program.threads[number]
    opened: list[int] = []
    for i, instruction in enumerate(thread.instructions):
        marks = [tag for o in instruction.operations if isinstance(o, Fence) for tag in o.tags if tag in SECTION]
        if SECTION[0] in marks:
            opened.append(i)
        elif SECTION[1] in marks and opened:
            begin = opened.pop()
            place = place_of(thread.index, thread.instructions[begin], own_words)
            end = instruction.span.line if instruction.span else "?"
            words = f"the critical section of {place.text} up to line {end}"
            yield Construct(place, "section", words, begin, partial(_no_section, number, begin, i))


def _no_section(number: int, begin: int, end: int, program: Program) -> Program:
    """The program without the two marks of a section."""
    code = program.threads[number].instructions
    return _with_code(program, number, tuple(_unmarked(x) if i in (begin, end) else x for i, x in enumerate(code)))


def _unmarked(instruction: Instruction) -> Instruction:
    kept = tuple(o for o in instruction.operations if not isinstance(o, Fence))
    return replace(instruction, operations=kept)
