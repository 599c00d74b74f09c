"""A native test as a kernel C litmus test (Linux 6.12: tools/memory-model/README, Documentation/atomic_t.txt).

The barriers that the kernel has no name for, LoadStore, Acquire and Release, become smp_mb; so does the ordering
`acq_rel` of an atomic operation become full, as the kernel has nothing between release and full.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from litmus import program as ir
from litmus.errors import UnsupportedError
from litmus.lowering import barriers
from litmus.lowering.assembly import condition_lines
from litmus.lowering.needs import statements
from litmus.lowering.rescale import Rescaled
from litmus.source import Source
from litmus.syntax.c import front as c
from litmus.syntax.native import print as native_print
from litmus.syntax.native import tree as ast
from litmus.syntax.native.names import operands, parts
from litmus.syntax.native.translate import initial_memory

ELEMENT = 4
"""Bytes of a location and of an array element: an int."""

SUFFIX: Mapping[ast.Ordering, str] = {
    "once": "_relaxed",
    "acquire": "_acquire",
    "release": "_release",
    "acq_rel": "",
    "full": "",
}
NATIVE_TO_C = Rescaled(ast.ELEMENT, ELEMENT)
INDENT = "\t"


def lower(program: ir.Program, test: ast.Test) -> ir.Program:
    """The C program of a native one; its `source` is the text.  Registers and locations keep their names.

    Raises UnsupportedError, at the statement, for a number or an operation that the kernel's primitives have not.
    """
    source = Source(f"{program.name}.litmus", render(program, test))
    read = c.parse(source)
    return replace(
        read,
        condition=NATIVE_TO_C.condition(program.condition),
        locations=tuple(map(NATIVE_TO_C.observable, program.locations)),
        filter=None if program.filter is None else NATIVE_TO_C.proposition(program.filter),
        expectations=program.expectations,
        name=program.name,
        info=program.info,
    )


def render(program: ir.Program, test: ast.Test) -> str:
    """The text of the C test, with a newline at its end."""
    shared = {declared.name: declared for declared in test.shared}
    memory = dict(initial_memory(test, ELEMENT))
    asked = replace(
        program,
        memory=memory,
        condition=NATIVE_TO_C.condition(program.condition),
        locations=tuple(map(NATIVE_TO_C.observable, program.locations)),
        filter=None if program.filter is None else NATIVE_TO_C.proposition(program.filter),
    )
    doc = [f"(* {test.description} *)"] if test.description and "*)" not in test.description else []
    threads = [line for at, thread in enumerate(test.threads) for line in (*_thread(at, thread, shared), "")]
    head = [f"C {'-'.join(program.name.split())}", *doc, "{", *_initial(test, memory), "}", ""]
    return "\n".join([*head, *threads, *condition_lines(asked, ELEMENT), ""])


# --- declarations -----------------------------------------------------------------------------------------


def _initial(test: ast.Test, memory: Mapping[ir.Pointer, ir.Value]) -> Iterator[str]:
    """One line for each variable."""
    locks = _locks(statement for thread in test.threads for statement in statements(thread.body))
    for declared in test.shared:
        values = [_initial_value(value) for pointer, value in memory.items() if pointer.base == declared.name]
        if declared.name in locks:
            yield f"spinlock_t {declared.name} = {values[0]};"
        elif declared.size is None:
            yield f"int {declared.name} = {values[0]};"
        else:
            yield f"int {declared.name}[{declared.size}] = {{{', '.join(values)}}};"


def _initial_value(value: ir.Value) -> str:
    """A number, `x` or `a[1]`."""
    if isinstance(value, int):
        return str(value)
    return f"{value.base}[{value.offset // ELEMENT}]" if value.offset else value.base


def _locks(found: Iterable[ast.Statement]) -> frozenset[str]:
    """The variables that are locked or unlocked by name."""
    places = (statement.place for statement in found if isinstance(statement, ast.Lock | ast.Unlock))
    return frozenset(place.name for place in places if isinstance(place, ast.Variable))


def _thread(index: int, thread: ast.Thread, shared: Mapping[str, ast.Shared]) -> Iterator[str]:
    """A thread as a function of the addresses that it uses."""
    found = list(statements(thread.body))
    used, locks = set(_used(found)), _locks(found)
    kinds = {name: "spinlock_t" if name in locks else "int" for name in shared if name in used}
    yield f"P{index}({', '.join(f'{kind} *{name}' for name, kind in kinds.items())})"
    yield "{"
    for register in dict.fromkeys(_assigned(found)):
        yield f"{INDENT}int {register};"
    yield from _block(thread.body, INDENT)
    yield "}"


def _used(found: Iterable[ast.Statement]) -> Iterator[str]:
    """The shared variables that statements name."""
    for statement in found:
        place = getattr(statement, "place", None)
        if isinstance(place, ast.Variable | ast.Element):
            yield place.name
        for value in operands(statement):
            yield from (part.name for part in parts(value) if isinstance(part, ast.Address))


def _assigned(found: Iterable[ast.Statement]) -> Iterator[str]:
    """The registers that statements assign."""
    for statement in found:
        if isinstance(statement, ast.Compute | ast.Read | ast.Update) and statement.register:
            yield statement.register


# --- statements -------------------------------------------------------------------------------------------


def _block(block: Iterable[ast.Statement], indent: str) -> Iterator[str]:
    """The lines of a block."""
    for statement in block:
        match statement:
            case ast.If():
                yield f"{indent}if ({_value(statement.condition)}) {{"
                yield from _block(statement.then, indent + INDENT)
                if statement.otherwise:
                    yield f"{indent}}} else {{"
                    yield from _block(statement.otherwise, indent + INDENT)
                yield f"{indent}}}"
            case ast.While():
                yield f"{indent}while ({_value(statement.condition)}) {{"
                yield from _block(statement.body, indent + INDENT)
                yield f"{indent}}}"
            case ast.Retry():
                raise AssertionError("made by lowering to assembly only")
            case _:
                yield f"{indent}{_simple(statement)};"


def _simple(statement: ast.Simple) -> str:
    """A statement without blocks, without its semicolon."""
    match statement:
        case ast.Compute():
            return f"{statement.register} = {_value(statement.value)}"
        case ast.Read():
            return f"{statement.register} = {_read(statement)}"
        case ast.Write():
            return _write(statement)
        case ast.Barrier():
            return f"{barriers.CALLS[statement.kind]}()"
        case ast.Lock():
            return f"spin_lock({_address(statement.place)})"
        case ast.Unlock():
            return f"spin_unlock({_address(statement.place)})"
    call = _update(statement)
    return call if statement.register is None else f"{statement.register} = {call}"


def _read(statement: ast.Read) -> str:
    """A read, by its ordering."""
    if statement.ordering == "acquire":
        return f"smp_load_acquire({_address(statement.place)})"
    place = _place(statement.place)
    return place if statement.ordering == "plain" else f"READ_ONCE({place})"


def _write(statement: ast.Write) -> str:
    """A write, by its ordering."""
    value = _value(statement.value)
    if statement.ordering == "release":
        return f"smp_store_release({_address(statement.place)}, {value})"
    place = _place(statement.place)
    return f"{place} = {value}" if statement.ordering == "plain" else f"WRITE_ONCE({place}, {value})"


def _update(statement: ast.Update) -> str:
    """An atomic operation; one whose result is dropped and that orders nothing is a void one."""
    address, values = _address(statement.place), [_value(value) for value in statement.arguments]
    match statement.kind:
        case "xchg" | "cmpxchg":
            return f"{statement.kind}{SUFFIX[statement.ordering]}({', '.join((address, *values))})"
        case "add_unless" if statement.ordering != "full":
            hint = "leave the ordering out: it is fully ordered"
            raise UnsupportedError("the kernel has only a full add_unless", statement.span, hint)
        case "add_unless":
            return f"atomic_add_unless({', '.join((address, *values))})"
    if statement.register is None and statement.ordering == "once":
        return f"atomic_{statement.kind.removeprefix('fetch_')}({values[0]}, {address})"
    return f"atomic_{statement.kind}{SUFFIX[statement.ordering]}({values[0]}, {address})"


# --- expressions ------------------------------------------------------------------------------------------


def _place(place: ast.Place) -> str:
    """What stands for a place in memory: `*x`, `a[r1]`, `*r1`, `*(x + r1)`."""
    match place:
        case ast.Variable():
            return f"*{place.name}"
        case ast.Element():
            return f"{place.name}[{_value(place.index)}]"
    return f"*{_argument(place.pointer)}"


def _address(place: ast.Place) -> str:
    """The address of a place."""
    match place:
        case ast.Variable():
            return place.name
        case ast.Element():
            return f"&{place.name}[{_value(place.index)}]"
    return _value(place.pointer)


def _argument(value: ast.Expression) -> str:
    """An operand of an operator, in parentheses unless it is a name or a number."""
    bare = isinstance(value, ast.Register) or (isinstance(value, ast.Number) and value.value >= 0)
    return _value(value) if bare or (isinstance(value, ast.Address) and value.index is None) else f"({_value(value)})"


def _value(value: ast.Expression) -> str:
    """An expression; C's operators have the meaning of the native ones."""
    match value:
        case ast.Number() | ast.Register():
            return native_print.expression(value)
        case ast.Address():
            return value.name if value.index is None else f"&{value.name}[{_value(value.index)}]"
        case ast.Unary():
            return f"{value.op}{_argument(value.argument)}"
    return f"{_argument(value.left)} {value.op} {_argument(value.right)}"
