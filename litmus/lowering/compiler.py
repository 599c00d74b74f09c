"""What a compiler may do to a native test before the machine sees it: reorder the accesses of a thread.

Plain accesses move as far as these rules let them; everything else keeps its order among itself:

- a register is not read before the value that it had is there, nor overwritten too early (all dependencies count);
- accesses to one location keep their order; two that may be to one location do if one of them writes;
- nothing crosses a fence or the compiler barrier: as in Linux, every fence is a compiler barrier too;
- what follows an acquire stays behind it, what precedes a release stays before it; a fully ordered atomic
  operation is both, and a `once` access may be crossed;
- nothing moves into, out of, or across `if` and `while`; inside their blocks the same rules hold.

(Linux Documentation/memory-barriers.txt, "Compiler barrier"; Boehm and Adve, PLDI 2008, for acquire and release.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from litmus.errors import UsageError
from litmus.program import NATIVE, Program
from litmus.syntax.native import tree as ast
from litmus.syntax.native.names import operands, parts
from litmus.syntax.native.translate import translate

Item = TypeVar("Item")
Block = tuple[ast.Statement, ...]

ACQUIRES = frozenset({"acquire", "acq_rel", "full"})
RELEASES = frozenset({"release", "acq_rel", "full"})


def reorderings(program: Program) -> Iterator[Program]:
    """The native program itself, then every distinct program that a compiler may make of it, lazily.

    Two results differ in the order of some two accesses; the order of results is fixed.
    Raises UsageError if the program is not native.
    """
    test = program.syntax
    if program.arch != NATIVE.name or not isinstance(test, ast.Test):
        raise UsageError(f"only native tests are reordered, and {program.name} is {program.arch}")
    variants = _product(test.threads, _threads)
    yield program
    next(variants)
    for threads in variants:
        yield translate(replace(test, threads=threads), program.source)


def _product(items: Sequence[Item], variants: Callable[[Item], Iterator[Item]]) -> Iterator[tuple[Item, ...]]:
    """Every choice of one variant for each item, lazily; the last item varies fastest."""
    if not items:
        yield ()
        return
    for first in variants(items[0]):
        for rest in _product(items[1:], variants):
            yield (first, *rest)


def _threads(thread: ast.Thread) -> Iterator[ast.Thread]:
    """A thread, then its reorderings."""
    for body in _blocks(thread.body):
        yield replace(thread, body=body)


def _blocks(block: Block) -> Iterator[Block]:
    """A block, then its reorderings, with those of the blocks in it."""
    for order in _orders(block):
        yield from _product(order, _statements)


def _statements(statement: ast.Statement) -> Iterator[ast.Statement]:
    """A statement, with each reordering of the blocks in it."""
    match statement:
        case ast.If():
            for then in _blocks(statement.then):
                for otherwise in _blocks(statement.otherwise):
                    yield replace(statement, then=then, otherwise=otherwise)
        case ast.While():
            for body in _blocks(statement.body):
                yield replace(statement, body=body)
        case _:
            yield statement


# --- orders of a block ------------------------------------------------------------------------------------


def _orders(block: Block) -> Iterator[Block]:
    """The block itself, then each other order of its accesses that the rules allow.

    Computations have no place of their own in an order: each stands where it is first needed.
    """
    before = _constraints(block)
    accesses = [index for index, statement in enumerate(block) if not isinstance(statement, ast.Compute)]
    yield block
    for order in _extensions(accesses, before):
        if order != accesses:
            yield tuple(block[index] for index in _with_computations(order, before))


def _constraints(block: Block) -> list[set[int]]:
    """For each statement, those that must stay before it, transitively."""
    effects = [_effect(statement) for statement in block]
    before: list[set[int]] = []
    for index, effect in enumerate(effects):
        direct = {earlier for earlier in range(index) if _ordered(effects[earlier], effect)}
        before.append(direct.union(*(before[earlier] for earlier in direct)))
    return before


def _extensions(remaining: list[int], before: list[set[int]]) -> Iterator[list[int]]:
    """Every order of `remaining` that keeps the constraints; the given order is the first."""
    if not remaining:
        yield []
        return
    left = set(remaining)
    for index in remaining:
        if not before[index] & left:
            for rest in _extensions([other for other in remaining if other != index], before):
                yield [index, *rest]


def _with_computations(order: list[int], before: list[set[int]]) -> list[int]:
    """The order with every other statement added where it is first needed, the rest at the end."""
    placed: list[int] = []
    for index in (*order, *range(len(before))):
        needed = sorted({*before[index], index}.difference(placed))
        placed += needed
    return placed


# --- the rules --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Effect:
    """What the rules see of a statement; a `wall` is crossed by nothing but computations, a `solid` one by nothing."""

    uses: frozenset[str]
    sets: frozenset[str]
    place: ast.Place | None = None
    writes: bool = False
    plain: bool = False
    acquires: bool = False
    releases: bool = False
    wall: bool = False
    solid: bool = False


def _effect(statement: ast.Statement) -> _Effect:
    """The effect of a statement."""
    uses = frozenset(
        part.name for value in operands(statement) for part in parts(value) if isinstance(part, ast.Register)
    )
    match statement:
        case ast.Barrier():
            return _Effect(uses, frozenset(), wall=True)
        case ast.If() | ast.While() | ast.Retry():
            return _Effect(uses, frozenset(), wall=True, solid=True)
        case ast.Lock():
            return _Effect(uses, frozenset(), statement.place, writes=True, acquires=True)
        case ast.Unlock():
            return _Effect(uses, frozenset(), statement.place, writes=True, releases=True)
        case ast.Compute():
            return _Effect(uses, frozenset({statement.register}))
    register = None if isinstance(statement, ast.Write) else statement.register
    return _Effect(
        uses,
        frozenset({register} if register else ()),
        statement.place,
        writes=not isinstance(statement, ast.Read),
        plain=statement.ordering == "plain",
        acquires=statement.ordering in ACQUIRES,
        releases=statement.ordering in RELEASES,
    )


def _ordered(first: _Effect, second: _Effect) -> bool:
    """Whether the rules keep `first` before `second`."""
    if first.solid or second.solid or _through_registers(first, second):
        return True
    if _computes(first) or _computes(second):
        return False
    if first.wall or second.wall or first.acquires or second.releases:
        return True
    return not (first.plain or second.plain) or _through_memory(first, second)


def _computes(effect: _Effect) -> bool:
    """Whether the statement neither accesses memory nor orders anything."""
    return effect.place is None and not effect.wall


def _through_registers(first: _Effect, second: _Effect) -> bool:
    """A value that is used, or a register that is overwritten."""
    return bool(first.sets & (second.uses | second.sets) or first.uses & second.sets)


def _through_memory(first: _Effect, second: _Effect) -> bool:
    """Whether both are at one location, or may be and one of them writes."""
    assert first.place is not None
    assert second.place is not None
    return first.place == second.place or ((first.writes or second.writes) and _may_meet(first.place, second.place))


def _may_meet(first: ast.Place, second: ast.Place) -> bool:
    """Whether two places may be one location: different variables, arrays or constant indices are not."""
    if isinstance(first, ast.Target) or isinstance(second, ast.Target):
        return True
    if first.name != second.name:
        return False
    indices = [place.index for place in (first, second) if isinstance(place, ast.Element)]
    constant = [index.value for index in indices if isinstance(index, ast.Number)]
    return len(constant) < 2 or constant[0] == constant[1]
