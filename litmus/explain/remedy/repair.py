"""Barriers that forbid an allowed outcome: where to put them, and the weakest kinds that do.

Barriers go where the outcome needs program order to be broken: into the cycle that sequential consistency finds in an
allowed execution, until no execution is left.  Then each of them is weakened, or left out, as far as the outcome stays
forbidden; so none can be spared, but others elsewhere may do too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from litmus.case import Case
from litmus.cat import load_model
from litmus.check import Options
from litmus.explain.cause import Reasons, allowed_executions
from litmus.explain.explanation import Barrier
from litmus.explain.remedy.proof import is_forbidden
from litmus.explain.words import place_of
from litmus.judge import Evaluator, Execution
from litmus.program import Fence, Instruction, Program, language_of
from litmus.solve import Budget

MOST_ROUNDS = 6
"""So many executions are looked at to find the places of barriers."""

Gap: TypeAlias = tuple[int, int]
"""A place for a barrier: the number of a thread, and of the instruction that the barrier stands before."""

Choice: TypeAlias = Mapping[Gap, int]
"""For some gaps, the number of a barrier of the language."""


@dataclass(frozen=True, slots=True)
class Repaired:
    """A program with barriers, and the original number of each of its instructions, by identity."""

    program: Program
    numbers: Mapping[int, int]


def repair(case: Case, options: Options) -> tuple[Barrier, ...]:
    """Barriers with which the model forbids the outcome of a program; none where no barriers of the language do."""
    known = language_of(case.test.arch).barriers
    choice = _everywhere(case, options) if known else None
    if choice is None:
        return ()
    for gap in sorted(choice):
        for weaker in (None, *range(len(known))):
            rest = {other: kind for other, kind in choice.items() if other != gap}
            tried = rest if weaker is None else rest | {gap: weaker}
            if is_forbidden(case.changed(with_barriers(case.test, tried).program), options):
                choice = tried
                break
    return tuple(_barrier(case, gap, known[kind][0]) for gap, kind in sorted(choice.items()))


def _everywhere(case: Case, options: Options) -> Choice | None:
    """Gaps where the strongest barriers forbid the outcome; None where such gaps are not found."""
    strongest = len(language_of(case.test.arch).barriers) - 1
    choice: dict[Gap, int] = {}
    for _ in range(MOST_ROUNDS):
        repaired = with_barriers(case.test, choice)
        changed = case.changed(repaired.program)
        if choice and is_forbidden(changed, options):
            return choice
        budget = Budget(options.timeout, options.rlimit)
        execution = next(allowed_executions(changed, options.unroll, budget), None)
        new = set(_gaps(repaired, execution)) - set(choice) if execution is not None else set[Gap]()
        if not new:
            return None
        choice |= dict.fromkeys(sorted(new), strongest)
    return None


def _gaps(repaired: Repaired, execution: Execution) -> Iterator[Gap]:
    """The places between the accesses of each thread in the cycle that makes an execution no interleaving."""
    structure = execution.structure
    theory = load_model("sc").theory(structure.signature)
    found = Reasons(Evaluator(theory, structure)).violation(execution)
    for leaf in found.leaves if found is not None else ():
        first, second = structure.events[leaf.source].instruction, structure.events[leaf.target]
        if leaf.relation == "po" and first is not None and second.instruction is not None:
            thread = [thread.index for thread in repaired.program.threads].index(second.thread)
            number = _start(repaired, thread, second.instruction)
            if repaired.numbers[id(first)] < number:
                yield thread, number


def _start(repaired: Repaired, thread: int, instruction: Instruction) -> int:
    """The original number of the first instruction of the statement that an instruction is of."""
    code = repaired.program.threads[thread].instructions
    place = next(i for i, other in enumerate(code) if other is instruction)
    while place and id(code[place - 1]) in repaired.numbers and _same_statement(code[place - 1], code[place]):
        place -= 1
    return repaired.numbers[id(code[place])]


def _same_statement(one: Instruction, other: Instruction) -> bool:
    return one.span is not None and one.span == other.span


def with_barriers(program: Program, choice: Choice) -> Repaired:
    """The program with barriers; the labels of an instruction go to the barrier in front of it."""
    numbers: dict[int, int] = {}
    threads = []
    for index, thread in enumerate(program.threads):
        code: list[Instruction] = []
        for number, instruction in enumerate(thread.instructions):
            kind = choice.get((index, number))
            if kind is not None:
                text, tag = language_of(program.arch).barriers[kind]
                code.append(Instruction(text, (Fence(frozenset({tag})),), instruction.labels, instruction.span))
                instruction = replace(instruction, labels=())
            code.append(instruction)
            numbers[id(instruction)] = number
        threads.append(replace(thread, instructions=tuple(code)))
    return Repaired(replace(program, threads=tuple(threads)), numbers)


def _barrier(case: Case, gap: Gap, text: str) -> Barrier:
    thread = case.test.threads[gap[0]]
    return Barrier(place_of(thread.index, thread.instructions[gap[1]], case.own_words), text)
