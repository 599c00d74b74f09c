"""Unfolding: from a program to its event structures, one for each combination of paths and addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from litmus.program import MemoryAt, Pointer, Program, Value, mentioned, observables
from litmus.program.term import Operation, Read, Term, apply
from litmus.unfold.assembly import Addresses, assemble
from litmus.unfold.events import EventStructure
from litmus.unfold.paths import Walker
from litmus.unfold.steps import KEYS_PER_THREAD, Path
from litmus.unfold.values import as_location, joint, read_domains


@dataclass(slots=True, eq=False)
class Unfolding:
    """What becomes of a program.  `bounded`: some path was cut at the unrolling bound and is missing."""

    program: Program
    paths: tuple[tuple[Path, ...], ...]
    bounded: bool

    def structures(self) -> Iterator[EventStructure]:
        """The event structures, in a fixed order; made one at a time."""
        observed = _observed(self.program)
        for chosen in product(*self.paths):
            for addresses, assumed in _address_cases(chosen, self.program.memory):
                yield assemble(self.program, observed, chosen, addresses, assumed)


def unfold(
    program: Program, unroll: int = 2, walker: type[Walker] = Walker, tick: Callable[[], None] = lambda: None
) -> Unfolding:
    """Follows every thread down each of its branches; each backward jump is taken at most `unroll` times.

    `tick` is called for each instruction performed; it may raise, to stop.
    """
    paths, bounded = [], False
    for thread in program.threads:
        registers = {name: value for (index, name), value in program.registers.items() if index == thread.index}
        explorer = walker(thread, registers, unroll, tick)
        paths.append(tuple(explorer.paths()))
        bounded |= explorer.bounded
    return Unfolding(program, tuple(paths), bounded)


def _observed(program: Program) -> set[Pointer]:
    """The locations that the test asks about, accessed or not."""
    asked = (*observables(program), *(mentioned(program.filter) if program.filter else ()))
    return {item.pointer for item in asked if isinstance(item, MemoryAt)}


# --- addresses ------------------------------------------------------------------------------------------


def _address_cases(
    paths: Sequence[Path], initial: Mapping[Pointer, Value]
) -> Iterator[tuple[Addresses, tuple[Term, ...]]]:
    """Every assignment of locations to the accesses with a computed address, with what it assumes."""
    computed = [
        (p, i, step.address)
        for p, path in enumerate(paths)
        for i, step in enumerate(path.steps)
        if isinstance(step.address, Read | Operation)
    ]
    if not computed:
        yield {}, ()
        return
    domains = read_domains(*_accesses(paths), initial)
    for values in joint([address for _, _, address in computed], domains):
        places = {(p, i): as_location(value) for (p, i, _), value in zip(computed, values, strict=True)}
        assumed = tuple(apply("==", address, value) for (_, _, address), value in zip(computed, values, strict=True))
        yield places, assumed


def _accesses(paths: Sequence[Path]) -> tuple[list[tuple[int, Term]], list[tuple[Term, Term]]]:
    """The reads (key, address) and the writes (address, value) of the paths."""
    reads: list[tuple[int, Term]] = []
    writes: list[tuple[Term, Term]] = []
    for path in paths:
        for i, step in enumerate(path.steps):
            if step.kind == "R" and step.address is not None:
                reads.append((path.thread * KEYS_PER_THREAD + i, step.address))
            elif step.kind == "W" and step.address is not None and step.value is not None:
                writes.append((step.address, step.value))
    return reads, writes
