"""A C thread under construction: what is known of its names, the code so far, and where an error in it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from litmus.errors import InputError
from litmus.source import Source
from litmus.syntax.assembly.initial import DEFAULT_BYTES
from litmus.syntax.c import tree as tree
from litmus.syntax.c.code import Code, Meaning
from litmus.syntax.c.macros import Macros


@dataclass(frozen=True, slots=True)
class Scope:
    """What is known outside of a thread: its parameters, registers with an initial value, sizes of array elements."""

    parameters: tuple[str, ...]
    registers: frozenset[str]
    sizes: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Dialect:
    """What a test is written in: the `arch` of its program, the functions it may call (macros, the primitives behind
    them), and the tags of plain accesses.
    """

    arch: str
    macros: Macros
    primitives: Mapping[str, tuple[tuple[int, ...], Meaning]]
    plain: frozenset[str]


class Thread:
    """The names, the code and the errors of a thread; `litmus.syntax.c.value` adds its expressions."""

    def __init__(self, name: str, text: str, scope: Scope, dialect: Dialect) -> None:
        self.name = name
        self.source = Source("C", text)
        self.scope = scope
        self.dialect = dialect
        self.softcoded = dialect.macros.softcoded
        self.code = Code()
        self.locals: frozenset[str] = frozenset()
        self.borrowed: dict[str, None] = {}
        self.elements: dict[str, int | None] = {p: dict(scope.sizes).get(p, DEFAULT_BYTES) for p in scope.parameters}
        self.written: tree.Written | None = None

    def here(self, written: tree.Written) -> tree.Expression:
        """The expression; what is emitted from now on comes from it."""
        self.written = written
        self.code.at(written.text, self.source.span(written.start, written.start + max(1, len(written.text))))
        return written.expression

    # --- names and pointers -----------------------------------------------------------------------------

    def is_address(self, name: tree.Name) -> bool:
        """Whether a name is a parameter that the thread never changes."""
        return name.name in self.scope.parameters and name.name not in self.locals

    def local(self, pointer: tree.Expression) -> str | None:
        """The local variable whose address `&r` is, None for other expressions."""
        if isinstance(pointer, tree.Prefixed) and pointer.op == "&" and isinstance(pointer.argument, tree.Name):
            return pointer.argument.name if pointer.argument.name in self.locals else None
        return None

    def element(self, expression: tree.Expression) -> int | None:
        """The size of what a pointer expression points to; None for numbers, and where it is not known."""
        match expression:
            case tree.Name(name):
                return self.elements.get(name)
            case tree.Cast(size, _):
                return size
            case tree.Infix("+" | "-", left, right):
                return self.element(left) or self.element(right)
            case tree.Prefixed("&", tree.Index(base, _)) | tree.Prefixed("&", tree.Prefixed("*", base)):
                return self.element(base)
        return None

    # --- errors -----------------------------------------------------------------------------------------

    def error(
        self,
        message: str,
        hint: str,
        node: tree.Expression | None = None,
        kind: type[InputError] = InputError,
    ) -> InputError:
        """An error at the expression at hand, or at a name or call in it."""
        written = self.written
        assert written is not None, "errors come from expressions"
        if isinstance(node, tree.Name | tree.Call) and node.end:
            span = self.source.span(written.start + node.start, written.start + node.end)
        else:
            span = self.source.span(written.start, written.start + max(1, len(written.text)))
        return kind(message, span, hint)
