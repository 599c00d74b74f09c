"""From the native language to an architecture's instructions, and a program as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from importlib import import_module
from itertools import count

from litmus import program as ir
from litmus.errors import UsageError
from litmus.lowering.assembly import render as assembly
from litmus.lowering.cells import Cell, TooFewRegisters
from litmus.lowering.target import Target
from litmus.lowering.walk import Column, lower_thread
from litmus.program import NATIVE, C, mapped
from litmus.syntax.native import print as native_print
from litmus.syntax.native import tree as ast
from litmus.syntax.native.translate import initial_memory

TARGETS = ("x86", "aarch64", "ppc", "riscv", "arm")
"""The architectures among the targets of `lower`."""

WIDER = {"x86": "x86_64"}
"""Targets that stand in for others when those have too few registers."""

LANGUAGES = (NATIVE.name, C.name)
"""The languages among them: the native one and the kernel's C."""


def lower(program: ir.Program, target: str) -> ir.Program:
    """A native or kernel C program in the instructions of `target`; its `syntax` is the target's table.

    `target` is one of TARGETS, or one of LANGUAGES: then the result is a program of that language.
    Registers get homes in the target's registers, but keep their names in results.  The retry loop of a
    load-reserve and store-conditional is left by the assumption that the store succeeds at once: an attempt that
    fails only reads, and so adds no outcome.

    Raises UsageError for an unknown target or a program of another language, UnsupportedError at a statement
    that the target cannot express.
    """
    native, test = _native(program)
    if target == NATIVE.name:
        return native
    if target == C.name:
        from litmus.lowering.linux import lower as linux

        return linux(native, test)
    return _assembled(native, test, target)


def _native(program: ir.Program) -> tuple[ir.Program, ast.Test]:
    """The native form of a native or kernel C program, with its tree."""
    if program.arch == C.name:
        from litmus.lowering.from_c import compiled

        program = compiled(program)
    test = program.syntax
    if program.arch != NATIVE.name or not isinstance(test, ast.Test):
        raise UsageError(f"only native and kernel C tests are lowered, and {program.name} is {program.arch}")
    return program, test


def _assembled(program: ir.Program, test: ast.Test, target: str) -> ir.Program:
    """A native program in the instructions of an architecture."""
    table, columns = _columns(test, target)
    places = _Places(table, columns)
    return replace(
        program,
        arch=table.arch,
        threads=tuple(_thread(index, column, table) for index, column in enumerate(columns)),
        condition=ir.Condition(program.condition.kind, places.proposition(program.condition.proposition)),
        memory=dict(initial_memory(test, table.element)),
        registers=places.pointers(),
        locations=tuple(places.observable(item) for item in program.locations),
        filter=None if program.filter is None else places.proposition(program.filter),
        syntax=table,
    )


def render(program: ir.Program) -> str:
    """A program as text: a lowered or native one printed, any other as it was written.

    Raises UsageError if a program that is neither has no source.
    """
    if isinstance(program.syntax, Target):
        return assembly(program, program.syntax)
    if isinstance(program.syntax, ast.Test):
        return native_print.render(program.syntax)
    if program.source is None:
        raise UsageError(f"{program.name} was not read from a text, and has none")
    return program.source.text


def _columns(test: ast.Test, target: str) -> tuple[Target, list[Column]]:
    """The threads in the cells of a target's table, or of the wider one where the first has too few registers."""
    table, labels = _table(target), count()
    try:
        return table, [lower_thread(thread, table, labels) for thread in test.threads]
    except TooFewRegisters:
        if target not in WIDER:
            raise
    return _columns(test, WIDER[target])


@cache
def _table(target: str) -> Target:
    """The table of a target; its front end is imported only now."""
    if target not in (*TARGETS, *WIDER.values()):
        raise UsageError(f"unknown target {target!r}, expected one of {', '.join((*TARGETS, *LANGUAGES))}")
    table: Target = import_module(f"litmus.lowering.{target}").TARGET
    return table


# --- instructions -----------------------------------------------------------------------------------------


def _thread(index: int, column: Column, table: Target) -> ir.Thread:
    """A thread of real instructions."""
    return ir.Thread(index, tuple(_instruction(cell, table, column.retries) for cell in column.cells))


def _instruction(cell: Cell, table: Target, retries: Mapping[str, str]) -> ir.Instruction:
    """What the target's front end makes of a cell."""
    operations = table.language.instruction(cell.text) if cell.text else ()
    return ir.Instruction(cell.text, tuple(_once(operations, retries)), cell.labels, cell.span)


def _once(operations: tuple[ir.Operation, ...], retries: Mapping[str, str]) -> Iterator[ir.Operation]:
    """Before the branch of a retry loop, the assumption that it is not taken; it stays for its dependencies."""
    for operation in operations:
        if isinstance(operation, ir.Branch) and operation.condition and operation.target in retries:
            yield ir.Assume(ir.Unary("!", operation.condition))
            yield replace(operation, target=retries[operation.target])
        else:
            yield operation


# --- names ------------------------------------------------------------------------------------------------


class _Places:
    """Where the registers and locations of a native test are in the lowered one."""

    def __init__(self, table: Target, columns: list[Column]) -> None:
        self._table = table
        self._columns = columns

    def pointers(self) -> dict[tuple[int, str], ir.Value]:
        """The registers that hold addresses from the start."""
        return {
            (index, self._canonical(register)): pointer
            for index, column in enumerate(self._columns)
            for register, pointer in column.pointers.items()
        }

    def observable(self, item: ir.Observable) -> ir.Observable:
        """A register in its home, a location at its offset; the names stay."""
        if isinstance(item, ir.MemoryAt):
            return ir.MemoryAt(self._pointer(item.pointer), item.name)
        home = self._columns[item.thread].registers[item.register]
        return ir.RegisterAt(item.thread, self._canonical(home), item.name)

    def proposition(self, node: ir.Proposition) -> ir.Proposition:
        """A proposition about the lowered test."""
        return mapped(node, lambda item: ir.Compare(self.observable(item.left), item.op, self._right(item.right)))

    def _right(self, value: ir.Value | ir.Observable) -> ir.Value | ir.Observable:
        if isinstance(value, int):
            return value
        return self._pointer(value) if isinstance(value, ir.Pointer) else self.observable(value)

    def _pointer(self, pointer: ir.Pointer) -> ir.Pointer:
        return ir.Pointer(pointer.base, pointer.offset // ast.ELEMENT * self._table.element)

    def _canonical(self, register: str) -> str:
        return self._table.language.register(register) or register
