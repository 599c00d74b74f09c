"""A kernel C test as a native one, with what the kernel's primitives mean to a machine.

The mapping is that of the kernel's own architectures, which the native language follows: single accesses are `once`,
smp_load_acquire and smp_store_release acquire and release, operations with a result fully ordered unless they say
otherwise, operations without one `once`; every full barrier (smp_mb and its kin beside atomics and locks) is `Full`,
smp_rmb `LoadLoad`, smp_wmb `StoreStore`; entering and leaving an RCU read-side critical section is a compiler barrier
(Linux 6.12, Documentation/memory-barriers.txt, Documentation/atomic_t.txt, include/linux/rcupdate.h).  Grace periods
and SRCU are algorithms, not instructions: they are refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from litmus import program as ir
from litmus.errors import UnsupportedError, UsageError
from litmus.lowering.from_c.thread import thread
from litmus.lowering.from_c.values import Around, Shape
from litmus.lowering.rescale import Rescaled
from litmus.program import C
from litmus.syntax.c.written import CTest, ThreadTree
from litmus.syntax.native import tree as ast
from litmus.syntax.native.translate import translate


def compiled(program: ir.Program) -> ir.Program:
    """The native program of a kernel C one, which was read from a text; names in results stay.

    Raises UnsupportedError, at the expression, for what cannot be compiled: synchronize_rcu, SRCU, jumps out of
    loops, operators that the native language has not.
    """
    test = program.syntax
    if program.source is None or program.arch != C.name or not isinstance(test, CTest):
        raise UsageError(f"{program.name} is no kernel C test that was read from a text")
    trees = sorted(test.threads, key=lambda tree: tree.index)
    if [tree.index for tree in trees] != list(range(len(trees))):
        raise UnsupportedError("the threads are not numbered from 0 on", program.source.span(trees[0].at),
                               "number them P0, P1, ...")  # fmt: skip
    shapes = _shapes(program, (name for tree in trees for name in tree.parameters))
    around = Around(program.source, shapes, test.macros)
    return _native(program, shapes, tuple(_thread(program, tree, around) for tree in trees))


def _thread(program: ir.Program, tree: ThreadTree, around: Around) -> ast.Thread:
    """The native form of a thread."""
    start = {name: value for (index, name), value in program.registers.items() if index == tree.index}
    observed = frozenset(
        item.register for item in _observed(program) if isinstance(item, ir.RegisterAt) and item.thread == tree.index
    )
    return thread(tree, start, observed, around)


def _native(program: ir.Program, shapes: Mapping[str, Shape], threads: tuple[ast.Thread, ...]) -> ir.Program:
    """The native program of these threads."""
    rescaled = Rescaled({name: shape.bytes for name, shape in shapes.items()}, ast.ELEMENT)
    test = ast.Test(
        name=program.name,
        description=None,
        shared=tuple(_shared(name, shape, program, rescaled) for name, shape in shapes.items()),
        threads=threads,
        condition=rescaled.condition(program.condition),
        locations=tuple(map(rescaled.observable, program.locations)),
        filter=None if program.filter is None else rescaled.proposition(program.filter),
    )
    native = translate(test, program.source)
    return replace(native, expectations=program.expectations, info=program.info)


# --- shared variables -------------------------------------------------------------------------------------


def _shapes(program: ir.Program, parameters: Iterable[str]) -> dict[str, Shape]:
    """Every shared variable, in the order of first mention: an array if it has several initial values."""
    found: dict[str, set[int]] = {}
    pointers = [value for value in (*program.memory, *program.memory.values(), *program.registers.values())
                if isinstance(value, ir.Pointer)]  # fmt: skip
    pointers += [item.pointer for item in _observed(program) if isinstance(item, ir.MemoryAt)]
    for pointer in (*pointers, *map(ir.Pointer, parameters)):
        found.setdefault(pointer.base, {0}).add(pointer.offset)
    return {name: _shape(sorted(offsets)) for name, offsets in found.items()}


def _shape(offsets: list[int]) -> Shape:
    """The shape of a variable with these offsets."""
    return Shape(offsets[-1] // offsets[1] + 1, offsets[1]) if len(offsets) > 1 else Shape(None, ast.ELEMENT)


def _observed(program: ir.Program) -> tuple[ir.Observable, ...]:
    """Whatever the questions name."""
    filtered = ir.mentioned(program.filter) if program.filter is not None else ()
    return (*ir.observables(program), *filtered)


def _shared(name: str, shape: Shape, program: ir.Program, rescaled: Rescaled) -> ast.Shared:
    """The declaration of a variable or an array, with its initial values."""
    values = [program.memory.get(ir.Pointer(name, index * shape.bytes), 0) for index in range(shape.size or 1)]
    return ast.Shared(name, shape.size, tuple(_initial(rescaled.value(value), shape) for value in values))


def _initial(value: ir.Value, shape: Shape) -> ast.Number | ast.Address:
    """An initial value."""
    if isinstance(value, int):
        return ast.Number(value)
    return ast.Address(value.base, ast.Number(value.offset // ast.ELEMENT) if value.offset else None)
