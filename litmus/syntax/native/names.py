"""Checks of a native test: every name declared once, arrays used as arrays, registers assigned before use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import get_args

from litmus.errors import InputError, close_names
from litmus.program import MOST_ELEMENTS, MemoryAt, RegisterAt
from litmus.source import Span
from litmus.syntax.native import tree as ast
from litmus.syntax.native.barriers import BarrierKind

REGISTER = re.compile(r"r\d+")
"""Names that are registers without a declaration."""

POSITION = re.compile(r"P(\d+)")
WORDS = (
    *("litmus", "shared", "thread", "local", "if", "else", "while", "true"),
    *("exists", "forall", "never", "locations", "filter", "expect"),
)  # fmt: skip
RESERVED = frozenset((*WORDS, *get_args(BarrierKind), *get_args(ast.UpdateKind)))


def check(test: ast.Test) -> None:
    """Raises InputError, with the place, on the first name of `test` that is undeclared or misused."""
    shared = _shared(test.shared)
    for declaration in test.shared:
        for value in declaration.initial:
            _check_address(value, shared)
    assigned = [_check_thread(index, thread, shared) for index, thread in enumerate(test.threads)]
    _distinct((thread.name, thread.span) for thread in test.threads)
    if not test.threads:
        raise InputError("the test has no thread", test.span, "add `thread P0 { ... }`")
    for mention in test.mentions:
        _check_mention(mention, shared, assigned)


def _shared(declarations: tuple[ast.Shared, ...]) -> dict[str, int | None]:
    """Size by name (None: not an array)."""
    _distinct((declaration.name, declaration.span) for declaration in declarations)
    for declaration in declarations:
        _check_declaration(declaration)
    return {declaration.name: declaration.size for declaration in declarations}


def _distinct(names: Iterable[tuple[str, Span | None]]) -> None:
    """Refuses a name that is declared twice, or reserved."""
    seen: set[str] = set()
    for name, span in names:
        if name in seen:
            raise InputError(f"{name} is declared twice", span, "remove one, or rename it")
        if name in RESERVED:
            raise InputError(f"{name} is a word of the language", span, "choose another name")
        seen.add(name)


def _check_declaration(declaration: ast.Shared) -> None:
    """Refuses a shared name that looks like a register, an empty array, a wrong number of initial values."""
    name, size, given = declaration.name, declaration.size, len(declaration.initial)
    if REGISTER.fullmatch(name):
        hint = "names of the form r0, r1, ... are registers; choose another name"
        raise InputError(f"{name} cannot be shared", declaration.span, hint)
    if size == 0:
        raise InputError(f"the array {name} is empty", declaration.span, "give it at least one element")
    if (size or 0) > MOST_ELEMENTS:
        hint = "a litmus test needs a few elements"
        raise InputError(f"{size} elements, expected {MOST_ELEMENTS} at the most", declaration.span, hint)
    if given not in (0, size or 1):
        hint = f"give {size or 1}, or none: memory starts as 0"
        raise InputError(f"{given} initial values for {name}, expected {size or 1}", declaration.span, hint)


def _check_mention(mention: ast.Mention, shared: dict[str, int | None], assigned: list[frozenset[str]]) -> None:
    """Refuses an observable that does not exist."""
    what = mention.what
    if isinstance(what, RegisterAt):
        if what.register not in assigned[what.thread]:
            hint = _alike(what.register, assigned[what.thread]) or _listed("its registers", assigned[what.thread])
            raise InputError(f"thread {what.thread} assigns no register {what.register}", mention.span, hint)
        return
    indexed = mention.span is not None and "[" in mention.span.text
    pointer = what.pointer if isinstance(what, MemoryAt) else what
    if isinstance(what, MemoryAt) or indexed or pointer.base not in shared:
        _check_shape(pointer.base, indexed, shared, mention.span)
    _check_index(pointer.base, ast.Number(pointer.offset // ast.ELEMENT, span=mention.span), shared)


def _check_shape(name: str, indexed: bool, shared: dict[str, int | None], span: Span | None) -> None:
    """Refuses a name that is not shared, an array without an index, a variable with one."""
    if name not in shared:
        hint = _alike(name, shared) or _meant(name)
        raise InputError(f"{name} is not a shared variable", span, hint)
    if (shared[name] is None) == indexed:
        hint = f"write `{name}`" if indexed else f"write `{name}[0]`"
        raise InputError(f"{name} is {'no' if indexed else 'an'} array", span, hint)


def _check_address(value: ast.Expression, shared: dict[str, int | None]) -> None:
    """Refuses an address of something that is not declared; `&a` is the first element of an array."""
    if isinstance(value, ast.Address):
        if value.index is not None or value.name not in shared:
            _check_shape(value.name, value.index is not None, shared, value.span)
        _check_index(value.name, value.index, shared)


def _check_index(name: str, index: ast.Expression | None, shared: dict[str, int | None]) -> None:
    """Refuses a constant index outside the array."""
    if isinstance(index, ast.Number) and not 0 <= index.value < (shared[name] or 1):
        hint = f"the elements of {name} are 0 to {(shared[name] or 1) - 1}"
        raise InputError(f"index {index.value} is outside the array", index.span, hint)


def _meant(name: str) -> str:
    """What to try for a name that nothing declares."""
    return f"say whose register: `P0:{name}`" if REGISTER.fullmatch(name) else f"declare it: `shared {name}`"


def _alike(name: str, known: Iterable[str]) -> str | None:
    """`did you mean X?`, if a known name is like it."""
    close = close_names(name, sorted(known))
    return f"did you mean {close[0]}?" if close else None


def _listed(what: str, names: Iterable[str]) -> str:
    """A hint that lists what there is."""
    return f"{what}: {', '.join(sorted(names)) or 'none'}"


# --- threads ----------------------------------------------------------------------------------------------


def _check_thread(index: int, thread: ast.Thread, shared: dict[str, int | None]) -> frozenset[str]:
    """The registers that the thread assigns somewhere."""
    position = POSITION.fullmatch(thread.name)
    if position and int(position[1]) != index:
        raise InputError(f"thread number {index} is named {thread.name}", thread.span, f"name it P{index}")
    _distinct((name, thread.span) for name in (*shared, *thread.local))
    flow = _Flow(shared, frozenset(thread.local), frozenset(_assigned(thread.body)))
    flow.block(thread.body, frozenset())
    return flow.somewhere


def _assigned(statements: Iterable[ast.Statement]) -> Iterator[str]:
    """The registers assigned in a block, at any depth."""
    for statement in statements:
        match statement:
            case ast.If():
                yield from _assigned((*statement.then, *statement.otherwise))
            case ast.While():
                yield from _assigned(statement.body)
            case ast.Compute() | ast.Read():
                yield statement.register
            case ast.Update() if statement.register:
                yield statement.register


@dataclass(frozen=True)
class _Flow:
    """Walks a thread with the set of registers that are surely assigned."""

    shared: dict[str, int | None]
    local: frozenset[str]
    somewhere: frozenset[str]

    def block(self, statements: Iterable[ast.Statement], known: frozenset[str]) -> frozenset[str]:
        """The registers surely assigned after a block."""
        for statement in statements:
            known = self.statement(statement, known)
        return known

    def statement(self, statement: ast.Statement, known: frozenset[str]) -> frozenset[str]:
        """The registers surely assigned after a statement."""
        for value in operands(statement):
            self.expression(value, known)
        match statement:
            case ast.If():
                return self.block(statement.then, known) & self.block(statement.otherwise, known)
            case ast.While():
                self.block(statement.body, known)
                return known
            case ast.Barrier() | ast.Retry():
                return known
        self._place(statement)
        return known if isinstance(statement, ast.Write | ast.Lock | ast.Unlock) else self._assign(statement, known)

    def expression(self, value: ast.Expression, known: frozenset[str]) -> None:
        """Refuses a register that may be unassigned, and an unknown address."""
        for part in parts(value):
            if isinstance(part, ast.Register) and part.name not in known:
                self._unassigned(part)
            _check_address(part, self.shared)

    def _unassigned(self, register: ast.Register) -> None:
        """The error for a register that is read before it is assigned."""
        name = register.name
        if name in self.somewhere:
            message, hint = f"{name} may be read before it is assigned", f"assign it first: `{name} = 0`"
        else:
            message = f"{name} is neither a shared variable nor an assigned register"
            hint = _alike(name, {*self.shared, *self.somewhere}) or self._declare(name)
        raise InputError(message, register.span, hint)

    def _declare(self, name: str) -> str:
        """What to try for a name that nothing gives a value."""
        return f"assign it first: `{name} = 0`" if REGISTER.fullmatch(name) else f"declare it: `shared {name}`"

    def _assign(self, statement: ast.Compute | ast.Read | ast.Update, known: frozenset[str]) -> frozenset[str]:
        """The registers known after an assignment; the name must be a register's."""
        name = statement.register
        if name is None:
            return known
        if not REGISTER.fullmatch(name) and name not in self.local:
            hint = _alike(name, self.shared) or f"declare it: `shared {name}`, or `local {name}` for a register"
            raise InputError(f"{name} is not declared", statement.span, hint)
        return known | {name}

    def _place(self, statement: ast.Statement) -> None:
        """Refuses an undeclared or wrongly indexed place."""
        place = getattr(statement, "place", None)
        if isinstance(place, ast.Variable | ast.Element):
            index = place.index if isinstance(place, ast.Element) else None
            _check_shape(place.name, index is not None, self.shared, place.span)
            _check_index(place.name, index, self.shared)


def operands(statement: ast.Statement) -> tuple[ast.Expression, ...]:
    """The expressions that a statement evaluates itself, blocks inside it left out."""
    match statement:
        case ast.Compute():
            return (statement.value,)
        case ast.Read():
            return _address(statement.place)
        case ast.Write():
            return (*_address(statement.place), statement.value)
        case ast.Update():
            return (*_address(statement.place), *statement.arguments)
        case ast.Lock() | ast.Unlock():
            return _address(statement.place)
        case ast.If() | ast.While() | ast.Retry():
            return (statement.condition,)
    return ()


def _address(place: ast.Place) -> tuple[ast.Expression, ...]:
    """The expressions in a place."""
    match place:
        case ast.Element():
            return (place.index,)
        case ast.Target():
            return (place.pointer,)
    return ()


def parts(value: ast.Expression) -> Iterator[ast.Expression]:
    """An expression and everything in it, outermost first."""
    yield value
    match value:
        case ast.Unary():
            yield from parts(value.argument)
        case ast.Binary():
            yield from parts(value.left)
            yield from parts(value.right)
        case ast.Address() if value.index is not None:
            yield from parts(value.index)
