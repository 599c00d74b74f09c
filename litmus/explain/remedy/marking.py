"""The smallest marking that ends a data race: which of its two accesses need READ_ONCE or WRITE_ONCE.

Found by asking the model again, about the test with one access marked, then the other, then both.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import chain, combinations

from litmus.cat import Model
from litmus.check import Options, check
from litmus.judge import DATA_RACE, Access, Flagged
from litmus.program import Instruction, Load, Operation, Program, Store, language_of

PLAIN, MARKED = frozenset({"Plain"}), frozenset({"Once"})


def advice(program: Program, model: Model, race: Flagged, options: Options) -> str | None:
    """A sentence on what would end a data race of a kernel test; None for other flags and languages."""
    if race.name != DATA_RACE or not language_of(program.arch).kernel or len(race.accesses) != 2:
        return None
    plain = [a for a in race.accesses if any(_is_plain(o) for o in a.instruction.operations)]
    for chosen in chain.from_iterable(combinations(plain, size) for size in range(1, len(plain) + 1)):
        verdict = check(_marked(program, chosen), model, replace(options, verdict_only=True))
        if verdict.undecided is None and DATA_RACE not in verdict.flags:
            return "it is no data race any more with " + " and ".join(map(_marking, chosen))
    return "marking these accesses does not end all races: order them, or look at the next pair"


def _marking(access: Access) -> str:
    macro = "WRITE_ONCE" if access.kind == "W" else "READ_ONCE"
    return f"{macro}() for {access.describe()}"


def _is_plain(operation: Operation) -> bool:
    return isinstance(operation, Load | Store) and operation.tags == PLAIN


def _marked(program: Program, accesses: tuple[Access, ...]) -> Program:
    """The program with the plain accesses of some instructions marked."""
    wanted = {id(access.instruction) for access in accesses}
    threads = tuple(
        replace(t, instructions=tuple(_mark(i) if id(i) in wanted else i for i in t.instructions))
        for t in program.threads
    )
    return replace(program, threads=threads)


def _mark(instruction: Instruction) -> Instruction:
    return replace(instruction, operations=tuple(map(_mark_operation, instruction.operations)))


def _mark_operation(operation: Operation) -> Operation:
    if isinstance(operation, Load | Store) and _is_plain(operation):
        return replace(operation, tags=MARKED)
    return operation
