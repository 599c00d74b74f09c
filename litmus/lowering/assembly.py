"""A lowered program as a standalone test in its architecture's own format."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import zip_longest

from litmus.lowering.target import Target
from litmus.program import (
    Compare,
    Instruction,
    MemoryAt,
    Notation,
    Observable,
    Pointer,
    Program,
    RegisterAt,
    Value,
    written,
)

NOTATION = Notation(" /\\ ", " \\/ ", "~({})", "true", "false")
"""That of the field's formats."""


def render(program: Program, target: Target) -> str:
    """The text of a lowered program, with a newline at its end; it parses back to the same instructions."""
    head = [f"{target.title} {_name(program.name)}"]
    if "Doc" in program.info:
        head.append(f'"{program.info["Doc"]}"')
    questions = condition_lines(program, target.element)
    return "\n".join([*head, "{", *_initial(program, target), "}", *_table(program), *questions, ""])


def _name(name: str) -> str:
    """The name of a test, as one word."""
    return "-".join(name.split())


# --- initial state ----------------------------------------------------------------------------------------


def _initial(program: Program, target: Target) -> Iterator[str]:
    """One line for each variable, then one for the registers of each thread."""
    values: dict[str, list[Value]] = {}
    for pointer, value in program.memory.items():
        values.setdefault(pointer.base, []).append(value)
    for name, items in values.items():
        shown = ",".join(_value(item, target.element) for item in items)
        array = len(items) > 1
        yield f"{target.declare} {name}[{len(items)}]={{{shown}}};" if array else f"{target.declare} {name}={shown};"
    for thread in program.threads:
        mine = [(name, value) for (index, name), value in program.registers.items() if index == thread.index]
        if mine:
            cells = (f"{thread.index}:{name}={_value(value, target.element)};" for name, value in mine)
            yield " ".join(cells)


def _value(value: Value, element: int) -> str:
    """A number, or the address `x` or `a[1]`."""
    if isinstance(value, int):
        return str(value)
    return f"{value.base}[{value.offset // element}]" if value.offset else value.base


# --- threads ----------------------------------------------------------------------------------------------


def _table(program: Program) -> Iterator[str]:
    """The threads side by side, one instruction a row."""
    columns = [[f"P{thread.index}", *map(_cell, thread.instructions)] for thread in program.threads]
    widths = [max(map(len, column)) for column in columns]
    for row in zip_longest(*columns, fillvalue=""):
        yield " " + " | ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) + " ;"


def _cell(instruction: Instruction) -> str:
    """An instruction with its labels."""
    return " ".join((*(f"{label}:" for label in instruction.labels), instruction.text)).strip()


# --- questions --------------------------------------------------------------------------------------------


def condition_lines(program: Program, element: int) -> Iterator[str]:
    """`locations`, `filter` and the condition; `element` is the bytes of an array element."""
    observed = partial(_observed, element, program.memory)
    shown = partial(written, compare=partial(_compared, element, observed), notation=NOTATION)
    if program.locations:
        yield f"locations [{' '.join(observed(item) + ';' for item in program.locations)}]"
    if program.filter is not None:
        yield f"filter ({shown(program.filter)})"
    yield f"{program.condition.kind} ({shown(program.condition.proposition)})"


def _compared(element: int, observed: Callable[[Observable], str], node: Compare) -> str:
    """A comparison: `0:EAX=1`."""
    right = node.right
    other = observed(right) if isinstance(right, RegisterAt | MemoryAt) else _value(right, element)
    return f"{observed(node.left)}{node.op}{other}"


def _observed(element: int, memory: Mapping[Pointer, Value], item: Observable) -> str:
    """`0:X1`, `x` or `a[1]`."""
    if isinstance(item, RegisterAt):
        return f"{item.thread}:{item.register}"
    array = Pointer(item.pointer.base, element) in memory
    return f"{item.pointer.base}[{item.pointer.offset // element}]" if array else item.pointer.base
