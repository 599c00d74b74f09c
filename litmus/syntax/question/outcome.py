"""A proposition about the final states of a program, as a user writes it beside the test: `0:r0=0 /\\ x=1`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import partial
from importlib import import_module

from litmus.errors import InputError
from litmus.program import MemoryAt, Observable, Pointer, Program, Proposition, RegisterAt, language_of, observables
from litmus.source import Source
from litmus.syntax.question import condition
from litmus.syntax.reading import suggestion


def parse(text: str, program: Program) -> Proposition:
    """The proposition, its names those of the program; `&&`, `||` and `!` may stand for `/\\`, `\\/` and `not`.

    Raises InputError at a syntax error, or at a name that the program has not.
    """
    plain = text.replace("&&", "/\\").replace("||", "\\/")
    source = Source("outcome", f"exists ({plain})")
    asked = condition.parse(source, source.text, 0, partial(_resolve, program, source))
    assert asked.condition is not None, "the text begins with `exists`"
    return asked.condition.proposition


def _resolve(program: Program, source: Source, mention: condition.Mention) -> Observable:
    """What a name stands for: something the test asks about already, a location, or a register."""
    known = {item.name: item for item in observables(program)}
    if mention.shown in known:
        return known[mention.shown]
    found = _location(program, mention) if mention.thread is None else _register(program, mention)
    if found is None:
        hint = suggestion(mention.shown, sorted(known)) or f"the test asks about {', '.join(known) or 'nothing'}"
        raise InputError(f"the test has no '{mention.shown}'", source.span(mention.start, mention.end), hint)
    return found


def _location(program: Program, mention: condition.Mention) -> Observable | None:
    """A variable, or an element of an array, in the order of the elements."""
    pointers = {pointer for pointer in _pointers(program) if pointer.base == mention.name}
    elements = sorted(pointers)
    index = mention.index or 0
    return MemoryAt(elements[index], mention.shown) if index < len(elements) else None


def _pointers(program: Program) -> set[Pointer]:
    """The locations that the test names: in its initial state, its code, or its questions."""
    operations = (i.operations for thread in program.threads for i in thread.instructions)
    values = (*program.memory, *program.memory.values(), *program.registers.values())
    return {pointer for node in (*values, *operations, observables(program)) for pointer in _named(node)}


def _named(node: object) -> Iterator[Pointer]:
    """The locations that an operation, an expression, an observable or several of them name."""
    if isinstance(node, Pointer):
        yield node
    elif isinstance(node, tuple):
        yield from (pointer for part in node for pointer in _named(part))
    elif is_dataclass(node):
        yield from (pointer for field in fields(node) for pointer in _named(getattr(node, field.name)))


def _register(program: Program, mention: condition.Mention) -> Observable | None:
    """A register of a thread: one that the thread writes, or that starts with a value."""
    name = mention.name
    if language_of(program.arch).assembly:
        name = import_module(f"litmus.syntax.{program.arch}.front").register(name) or ""
    thread = next((thread for thread in program.threads if thread.index == mention.thread), None)
    if thread is None or not name:
        return None
    written = {
        getattr(operation, field, None)
        for instruction in thread.instructions
        for operation in instruction.operations
        for field in ("register", "status")
    }
    known = name in written or (thread.index, name) in program.registers
    return RegisterAt(thread.index, name, mention.shown) if known else None
