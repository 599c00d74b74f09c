"""What in a program orders its accesses, and the program without one such thing.

The statements of a program are groups of instructions with one span: a statement of a portable test and all that it
was lowered to.  A dependency is removed by taking the value as known beforehand (`PREDICTED`): the value stays the
same, and nothing waits for it.  Where that leaves a value that only
depends on itself, it is replaced by a constant.  Locks and SRCU are left as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeAlias

from litmus.explain.explanation import Place
from litmus.explain.tags import LOCKS, is_acquire, is_release, weakened
from litmus.explain.words import place_of
from litmus.program import (
    PREDICTED,
    Assign,
    Branch,
    Const,
    Expression,
    Fence,
    Instruction,
    Load,
    Operation,
    Program,
    Reg,
    Store,
    StoreConditional,
    Thread,
    Unary,
    Value,
    When,
)

KEPT = frozenset({"Srcu-lock", "Srcu-unlock"})
"""Fences that are more than order: without one of them the others lose their meaning."""

SECTION = ("Rcu-lock", "Rcu-unlock")

OPERANDS = ("left", "right", "condition", "then", "otherwise")
"""The fields of expressions of two or three arguments."""

Edit: TypeAlias = Callable[[Operation], tuple[Operation, ...]]
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
        self.operations = [o for number in members for o in _flat(code[number].operations)]

    def found(self, place: Place) -> Iterator[Construct]:
        """All that orders here."""
        accesses = [o for o in self.operations if isinstance(o, Load | Store | StoreConditional)]
        fences = [o for o in self.operations if isinstance(o, Fence) and not o.tags & (KEPT | frozenset(SECTION))]
        locks = any(access.tags & LOCKS for access in accesses)
        annotated = any(weakened(access.tags, self.program.arch) != access.tags for access in accesses)
        if fences and not accesses:
            yield self._construct(place, "fence", "", _no_fence)
        elif (fences or annotated) and not locks:
            yield self._construct(place, "annotation", f"{self._order(accesses, place.text)} of ", self._weaken)
        if any(isinstance(o, Load) and o.atomic for o in self.operations) and not locks:
            yield self._construct(place, "atomicity", "the atomicity of ", _not_atomic)
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
        if any(isinstance(o, Load | Store) and _computed(o.address) for o in self.operations):
            yield self._construct(place, "addr", "the address dependency of ", _no_address)
        updates = any(isinstance(o, Load) and o.atomic for o in self.operations)
        own = frozenset(filter(None, map(_target, self.operations))) if updates else frozenset[str]()
        if any(isinstance(o, Store | StoreConditional) and _computed(o.value, own) for o in self.operations):
            found = self._construct(place, "data", "the data dependency of ", _no_data)
            yield replace(found, replace=lambda value: self.edit(partial(_constant, value)))
        looping = any(isinstance(o, StoreConditional) for o in self.operations)
        if not looping and any(isinstance(o, Branch) and _computed(o.condition) for o in self.operations):
            yield self._construct(place, "ctrl", "the control dependency of ", _no_control)

    def _weaken(self, operation: Operation) -> tuple[Operation, ...]:
        if isinstance(operation, Load | Store | StoreConditional):
            return (replace(operation, tags=weakened(operation.tags, self.program.arch)),)
        return _no_fence(operation)

    def edit(self, edit: Edit, split: bool = False) -> Removal:
        """Edits the operations of the statement; with `split` its writes become instructions of their own."""

        def removal(program: Program) -> Program:
            code: list[Instruction] = []
            for number, instruction in enumerate(program.threads[self.thread].instructions):
                if number not in self.members:
                    code.append(instruction)
                    continue
                changed = replace(instruction, operations=_mapped(instruction.operations, edit))
                code.extend(_split(changed) if split else (changed,))
            return _with_code(program, self.thread, tuple(code))

        return removal


def _with_code(program: Program, number: int, code: tuple[Instruction, ...]) -> Program:
    threads = list(program.threads)
    threads[number] = replace(threads[number], instructions=code)
    return replace(program, threads=tuple(threads))


def _flat(operations: Sequence[Operation]) -> Iterator[Operation]:
    """The operations, with those inside of a choice."""
    for operation in operations:
        yield operation
        if isinstance(operation, When):
            yield from _flat((*operation.then, *operation.otherwise))


def _mapped(operations: Sequence[Operation], edit: Edit) -> tuple[Operation, ...]:
    """The operations edited, with those inside of a choice."""
    done: list[Operation] = []
    for operation in operations:
        if isinstance(operation, When):
            then, otherwise = _mapped(operation.then, edit), _mapped(operation.otherwise, edit)
            operation = replace(operation, then=then, otherwise=otherwise)
        done.extend(edit(operation))
    return tuple(done)


def _split(instruction: Instruction) -> Iterator[Instruction]:
    """An instruction that reads and writes as two, the write in the second."""
    at = next((i for i, o in enumerate(instruction.operations) if isinstance(o, Store)), 0)
    if at:
        yield replace(instruction, operations=instruction.operations[:at])
    labels = () if at else instruction.labels
    yield replace(instruction, operations=instruction.operations[at:], labels=labels)


def _target(operation: Operation) -> str | None:
    """The register that an operation sets."""
    return operation.register if isinstance(operation, Load | Assign) else None


def _computed(expression: Expression | None, own: frozenset[str] = frozenset()) -> bool:
    """Whether an expression may depend on a read; registers of `own` do not count."""
    match expression:
        case None:
            return False
        case Reg(name):
            return name not in own
        case Unary():
            return _computed(expression.argument, own)
    return any(_computed(getattr(expression, part, None), own) for part in OPERANDS)


def _predicted(expression: Expression) -> Expression:
    return Unary(PREDICTED, expression) if _computed(expression) else expression


# --- edits ----------------------------------------------------------------------------------------------


def _no_fence(operation: Operation) -> tuple[Operation, ...]:
    keep = not isinstance(operation, Fence) or bool(operation.tags & (KEPT | frozenset(SECTION)))
    return (operation,) if keep else ()


def _not_atomic(operation: Operation) -> tuple[Operation, ...]:
    if isinstance(operation, Load | Store):
        return (replace(operation, atomic=False, tags=operation.tags - {"AMO"}),)
    return (operation,)


def _no_address(operation: Operation) -> tuple[Operation, ...]:
    if isinstance(operation, Load | Store):
        return (replace(operation, address=_predicted(operation.address)),)
    return (operation,)


def _no_data(operation: Operation) -> tuple[Operation, ...]:
    if isinstance(operation, Store | StoreConditional):
        return (replace(operation, value=_predicted(operation.value)),)
    return (operation,)


def _constant(value: Value, operation: Operation) -> tuple[Operation, ...]:
    """The operation, storing a constant."""
    if isinstance(operation, Store | StoreConditional):
        return (replace(operation, value=Const(value)),)
    return (operation,)


def _no_control(operation: Operation) -> tuple[Operation, ...]:
    if isinstance(operation, Branch) and operation.condition is not None:
        return (replace(operation, condition=_predicted(operation.condition)),)
    return (operation,)


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
