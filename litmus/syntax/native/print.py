"""The native syntax tree as text that reads back as the same tree."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from litmus.program import Compare, Kind, Notation, Observable, Pointer, Proposition, RegisterAt, Value, written
from litmus.syntax.native import tree as ast

KEYWORDS: dict[Kind, str] = {"exists": "exists", "~exists": "never", "forall": "forall"}
STRENGTH = {"||": 1, "&&": 2, "|": 4, "^": 5, "&": 6, "+": 7, "-": 7} | dict.fromkeys(
    ("==", "!=", "<", "<=", ">", ">="), 3
)
"""How tightly the operators bind; a comparison does not chain."""

UNARY = 8
INDENT = "  "
NOTATION = Notation(" && ", " || ", "!({})", "true", "!(true)")
BARE_NAME = re.compile(r'[^\s"#;]+')


def render(test: ast.Test) -> str:
    """The text of a test, with a newline at its end."""
    name = test.name if BARE_NAME.fullmatch(test.name) else f'"{test.name}"'
    head = [f"litmus {name}", *([f'"{test.description}"'] if test.description is not None else [])]
    shared = [f"shared {', '.join(map(_declaration, test.shared))}"] if test.shared else []
    threads = [line for thread in test.threads for line in ("", *_thread(thread))]
    return "\n".join([*head, "", *shared, *threads, "", *_questions(test), *map(_expect, test.expectations), ""])


def statement(node: ast.Statement) -> str:
    """One statement as text, on as many lines as it needs."""
    return "\n".join(_lines(node))


def expression(node: ast.Expression, strength: int = 0) -> str:
    """An expression, in parentheses if it binds more loosely than `strength`."""
    match node:
        case ast.Number():
            return str(node.value)
        case ast.Register():
            return node.name
        case ast.Address():
            return f"&{node.name}" + (f"[{expression(node.index)}]" if node.index is not None else "")
        case ast.Unary():
            return f"{node.op}{_argument(node.argument)}"
    own = STRENGTH[node.op]
    left = expression(node.left, own + 1 if own == STRENGTH["=="] else own)
    text = f"{left} {node.op} {expression(node.right, own + 1)}"
    return f"({text})" if own < strength else text


def _argument(node: ast.Expression) -> str:
    """What stands behind a sign; a number in parentheses, as `-1` is one number."""
    return f"({expression(node)})" if isinstance(node, ast.Number) else expression(node, UNARY)


# --- declarations and questions ---------------------------------------------------------------------------


def _declaration(shared: ast.Shared) -> str:
    """`x = 1`, or `a[2] = {0, 1}`."""
    name = shared.name if shared.size is None else f"{shared.name}[{shared.size}]"
    values = ", ".join(map(expression, shared.initial))
    if not shared.initial:
        return name
    return f"{name} = {values}" if shared.size is None else f"{name} = {{{values}}}"


def _questions(test: ast.Test) -> Iterator[str]:
    """`locations`, `filter` and the condition."""
    if test.locations:
        yield f"locations {', '.join(map(_observed, test.locations))}"
    if test.filter is not None:
        yield f"filter {proposition(test.filter)}"
    yield f"{KEYWORDS[test.condition.kind]} {proposition(test.condition.proposition)}"


def _expect(line: ast.Expect) -> str:
    """An `expect` line."""
    return f"expect {', '.join(line.models)}: {line.verdict}"


def proposition(node: Proposition) -> str:
    """A proposition, in the notation of the language."""
    return written(node, _compared, NOTATION)


def _compared(node: Compare) -> str:
    """A comparison: `P0:r0 == 1`."""
    return f"{_observed(node.left)} {'==' if node.op == '=' else node.op} {_value(node.right)}"


def _observed(node: Observable) -> str:
    """`P0:r0`, `x` or `a[1]`."""
    return f"P{node.name}" if isinstance(node, RegisterAt) else node.name


def _value(node: Value | Observable) -> str:
    """The right side of a comparison."""
    if isinstance(node, Pointer):
        return f"&{node.base}" + (f"[{node.offset // ast.ELEMENT}]" if node.offset else "")
    return str(node) if isinstance(node, int) else _observed(node)


# --- threads ----------------------------------------------------------------------------------------------


def _thread(thread: ast.Thread) -> Iterator[str]:
    """A thread with its braces."""
    yield f"thread {thread.name} {{"
    if thread.local:
        yield f"{INDENT}local {', '.join(thread.local)}"
    yield from _block(thread.body)
    yield "}"


def _block(statements: Iterable[ast.Statement]) -> Iterator[str]:
    """The statements of a block, indented."""
    for node in statements:
        for line in _lines(node):
            yield INDENT + line


def _lines(node: ast.Statement) -> Iterator[str]:
    """A statement."""
    match node:
        case ast.If():
            yield f"if {expression(node.condition)} {{"
            yield from _block(node.then)
            yield from _otherwise(node.otherwise)
        case ast.While():
            yield f"while {expression(node.condition)} {{"
            yield from _block(node.body)
            yield "}"
        case ast.Retry():
            raise AssertionError("made by lowering only")
        case _:
            yield _simple(node)


def _otherwise(statements: tuple[ast.Statement, ...]) -> Iterator[str]:
    """The end of an `if`, with its `else` side."""
    if len(statements) == 1 and isinstance(statements[0], ast.If):
        first, *rest = _lines(statements[0])
        yield from ("} else " + first, *rest)
        return
    if statements:
        yield "} else {"
        yield from _block(statements)
    yield "}"


def _simple(node: ast.Simple) -> str:
    """A statement without blocks."""
    match node:
        case ast.Compute():
            return f"{node.register} = {expression(node.value)}"
        case ast.Read():
            return f"{node.register} = {_access(node.place, node.ordering)}"
        case ast.Write():
            return f"{_access(node.place, node.ordering)} = {expression(node.value)}"
        case ast.Barrier():
            return node.kind
        case ast.Lock():
            return f"lock({_place(node.place)})"
        case ast.Unlock():
            return f"unlock({_place(node.place)})"
    arguments = ", ".join((_access(node.place, node.ordering), *map(expression, node.arguments)))
    call = f"{node.kind}({arguments})"
    return call if node.register is None else f"{node.register} = {call}"


def _access(place: ast.Place, ordering: ast.Ordering) -> str:
    """A place with its ordering."""
    return _place(place) if ordering == "plain" else f"{_place(place)}.{ordering}"


def _place(place: ast.Place) -> str:
    """`x`, `a[r1]`, `*r1` or `*(expression)`."""
    match place:
        case ast.Variable():
            return place.name
        case ast.Element():
            return f"{place.name}[{expression(place.index)}]"
    pointer = expression(place.pointer)
    return f"*{pointer}" if isinstance(place.pointer, ast.Register) else f"*({pointer})"
