"""From lark's tree of a native test to the native syntax tree: which names are variables, which words exist."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NoReturn, TypeVar, get_args

from litmus.errors import InputError
from litmus.program import Expected
from litmus.source import Source, Span
from litmus.syntax.native import tree as ast
from litmus.syntax.native.barriers import BarrierKind
from litmus.syntax.native.question import Questions, number_of, span_of
from litmus.syntax.reading import suggestion

READ: tuple[ast.Ordering, ...] = ("once", "acquire")
WRITE: tuple[ast.Ordering, ...] = ("once", "release")
UPDATE: tuple[ast.Ordering, ...] = ("once", "acquire", "release", "acq_rel", "full")
BARRIERS: tuple[BarrierKind, ...] = get_args(BarrierKind)
UPDATES: tuple[ast.UpdateKind, ...] = get_args(ast.UpdateKind)
VERDICTS: tuple[Expected, ...] = get_args(Expected)
OPERATORS = {"/\\": "&&", "\\/": "||"}
LOCKS: dict[str, type[ast.Lock | ast.Unlock]] = {"lock": ast.Lock, "unlock": ast.Unlock}
OPERANDS = {"cmpxchg": ("expected", "new"), "add_unless": ("amount", "unless")}
"""The operands of the atomic operations that have more than one."""


Word = TypeVar("Word", bound=str)


def build(parsed: Any, source: Source) -> ast.Test:
    """The native syntax tree of lark's tree `parsed`; raises InputError on a wrong word or a misplaced access."""
    name, description, *rest = parsed.children
    sections = [section for section in rest if section is not None]
    declarations = [node for section in _named(sections, "shared") for node in section.children]
    threads = _named(sections, "thread")
    statements = Statements(source, tuple(str(node.children[0]) for node in declarations))
    questions = Questions(source, tuple(str(node.children[0]) for node in threads))
    return ast.Test(
        name=name.strip('"'),
        description=description[1:-1] if description is not None else None,
        shared=tuple(statements.shared(node) for node in declarations),
        threads=tuple(statements.thread(node) for node in threads),
        condition=questions.condition(_named(sections, "question")),
        locations=questions.locations(_named(sections, "locations")),
        filter=questions.filter(_named(sections, "filter")),
        expectations=tuple(statements.expect(node) for node in _named(sections, "expect")),
        mentions=tuple(questions.mentions),
        span=span_of(source, parsed),
    )


def _named(sections: Sequence[Any], rule: str) -> list[Any]:
    """The sections of one kind, in order."""
    return [section for section in sections if section.data == rule]


@dataclass(frozen=True)
class Access:
    """A shared place with its ordering as written, before it is known to be read or written."""

    place: ast.Place
    ordering: Any
    span: Span


@dataclass(frozen=True)
class Statements:
    """Builds everything but conditions; `known` are the shared names, all other names are registers."""

    source: Source
    known: tuple[str, ...]

    # --- declarations ---

    def shared(self, node: Any) -> ast.Shared:
        """A shared variable or array."""
        name, size, initial = node.children
        values = tuple(self._constant(child) for child in initial.children) if initial else ()
        return ast.Shared(str(name), None if size is None else number_of(size), values, span=self._span(node))

    def thread(self, node: Any) -> ast.Thread:
        """A thread; its `local` lines come first."""
        name, *rest = (child for child in node.children if child is not None)
        local = tuple(str(word) for child in rest if child.data == "local" for word in child.children)
        body = self._statements(child for child in rest if child.data != "local")
        return ast.Thread(str(name), local, body, span=self._span(node))

    def expect(self, node: Any) -> ast.Expect:
        """An `expect` line."""
        *models, verdict = node.children
        return ast.Expect(tuple(map(str, models)), self._word(verdict, VERDICTS, "verdict"), span=self._span(node))

    def _constant(self, node: Any) -> ast.Number | ast.Address:
        """An initial value."""
        built = self.expression(node)
        if isinstance(built, ast.Address) and isinstance(built.index, ast.Number | None):
            return built
        return built if isinstance(built, ast.Number) else self._refuse(node, "an initial value must be constant")

    # --- statements ---

    def _statements(self, nodes: Any) -> tuple[ast.Statement, ...]:
        """The statements of a block."""
        return tuple(self.statement(node) for node in nodes if node is not None)

    def statement(self, node: Any) -> ast.Statement:
        """Any statement."""
        match node.data:
            case "assignment":
                return self._assignment(node)
            case "update":
                locks = node.children[0] in LOCKS
                return self._locking(node) if locks else self._update(node, None, node)
            case "barrier":
                return ast.Barrier(self._word(node.children[0], BARRIERS, "barrier"), span=self._span(node))
            case "while":
                condition, body = node.children
                return ast.While(self.expression(condition), self._block(body), span=self._span(node))
            case "if":
                condition, then, otherwise = node.children
                built = self.expression(condition), self._block(then), self._otherwise(otherwise)
                return ast.If(*built, span=self._span(node))
        raise AssertionError(node.data)

    def _block(self, node: Any) -> tuple[ast.Statement, ...]:
        """The statements between braces."""
        return self._statements(node.children)

    def _otherwise(self, node: Any) -> tuple[ast.Statement, ...]:
        """The `else` side: nothing, a block, or a further `if`."""
        if node is None:
            return ()
        return (self.statement(node),) if node.data == "if" else self._block(node)

    def _assignment(self, node: Any) -> ast.Statement:
        """`r0 = ...`, or a write to a shared place."""
        left, right = node.children
        target = self._access(left)
        if isinstance(target, ast.Register):
            return self._to_register(node, target.name, right)
        if right.data == "update":
            self._refuse(right, "an atomic operation gives its old value to a register", "`r0 = xchg(x, 1)`")
        ordering = self._ordering(target, WRITE, "a write")
        return ast.Write(target.place, ordering, self.expression(right), span=self._span(node))

    def _to_register(self, node: Any, register: str, right: Any) -> ast.Statement:
        """`r0 = ...`: a read, an atomic operation, or a computation."""
        if right.data == "update":
            return self._update(right, register, node)
        if right.data == "access":
            access = self._access(right)
            if isinstance(access, Access):
                return ast.Read(register, access.place, self._ordering(access, READ, "a read"), span=self._span(node))
        return ast.Compute(register, self.expression(right), span=self._span(node))

    def _locking(self, node: Any) -> ast.Lock | ast.Unlock:
        """`lock(l)` or `unlock(l)`."""
        word, place, *arguments = node.children
        access = self._access(place)
        if isinstance(access, ast.Register):
            self._refuse(place, f"{access.name} is not a shared variable", f"declare it: `shared {access.name}`")
        if arguments or access.ordering is not None:
            self._refuse(node, f"{word} has a shared variable as its only operand", f"write `{word}(l)`")
        return LOCKS[word](access.place, span=self._span(node))

    def _update(self, node: Any, register: str | None, whole: Any) -> ast.Update:
        """An atomic read-modify-write; without an ordering it is full."""
        word, place, *arguments = node.children
        if word in LOCKS:
            self._refuse(node, f"{word} has no value", f"write `{word}(...)` alone")
        kind = self._word(word, UPDATES, "atomic operation")
        access = self._access(place)
        if isinstance(access, ast.Register):
            self._refuse(place, f"{access.name} is not a shared variable", f"declare it: `shared {access.name}`")
        wanted = len(OPERANDS.get(kind, ("operand",)))
        if len(arguments) != wanted:
            form = f"{kind}(x, {', '.join(OPERANDS.get(kind, ('operand',)))})"
            self._refuse(node, f"{kind} has {len(arguments)} operands, expected {wanted}", f"write `{form}`")
        ordering = self._ordering(access, UPDATE, "an atomic operation") if access.ordering else "full"
        values = tuple(self.expression(argument) for argument in arguments)
        return ast.Update(register, kind, access.place, ordering, values, span=self._span(whole))

    # --- accesses ---

    def _access(self, node: Any) -> Access | ast.Register:
        """A place with its ordering, or a register, which has none."""
        place, ordering = node.children
        built = self._place(place)
        if not isinstance(built, ast.Register):
            return Access(built, ordering, self._span(node))
        if ordering is not None:
            self._refuse(place, f"{built.name} is a register, which has no ordering", self._undeclared(built.name))
        return built

    def _place(self, node: Any) -> ast.Place | ast.Register:
        """The place or register of a `name`, `element` or `target` tree."""
        if node.data == "target":
            return ast.Target(self._pointer(node.children[0]), span=self._span(node))
        name = str(node.children[0])
        if node.data == "element":
            return ast.Element(name, self.expression(node.children[1]), span=self._span(node))
        kind = ast.Variable if name in self.known else ast.Register
        return kind(name, span=self._span(node))

    def _pointer(self, node: Any) -> ast.Expression:
        """What stands behind `*`: a register or a parenthesised expression."""
        if node.data == "group":
            return self.expression(node)
        place = self._place(node)
        if not isinstance(place, ast.Register):
            name = node.children[0]
            hint = f"read a pointer first: `r9 = {name}`, then `*r9`; for the variable itself write `{name}`"
            self._refuse(node, f"*{name} would be two reads", hint)
        return place

    def _ordering(self, access: Access, allowed: tuple[ast.Ordering, ...], use: str) -> ast.Ordering:
        """The ordering of an access, checked against its use."""
        if access.ordering is None:
            return "plain"
        return self._word(access.ordering, allowed, f"ordering of {use}")

    def _undeclared(self, name: str) -> str:
        """The hint for a name that is not shared."""
        return suggestion(name, list(self.known)) or f"if it is meant to be shared, declare it: `shared {name}`"

    # --- expressions ---

    def expression(self, node: Any) -> ast.Expression:
        """An expression over registers; a shared variable inside is an error."""
        match node.data:
            case "number" | "negative":
                return ast.Number(number_of(node), span=self._span(node))
            case "group":
                return replace(self.expression(node.children[0]), span=self._span(node))
            case "access":
                return self._register(node)
            case "address":
                _, name, index = node.children
                built = None if index is None else self.expression(index)
                return ast.Address(str(name), built, span=self._span(node))
            case "unary":
                return self._unary(node)
        return self._binary(node)

    def _register(self, node: Any) -> ast.Register:
        """A register in an expression."""
        access = self._access(node)
        if isinstance(access, ast.Register):
            return access
        text = access.span.text
        hint = f"read it into a register first: `r9 = {text}`, then use r9"
        raise InputError(f"`{text}` reads shared memory inside an expression", access.span, hint)

    def _unary(self, node: Any) -> ast.Expression:
        """`-1` is a number; any other sign is an operation."""
        sign, argument = node.children
        built = self.expression(argument)
        if sign == "-" and argument.data == "number" and isinstance(built, ast.Number):
            return ast.Number(-built.value, span=self._span(node))
        return ast.Unary(str(sign), built, span=self._span(node))

    def _binary(self, node: Any) -> ast.Expression:
        """A chain of operators of one strength, grouped to the left."""
        first, *rest = node.children
        built = self.expression(first)
        for sign, operand in zip(rest[::2], rest[1::2], strict=True):
            op = OPERATORS.get(sign.strip(), sign.strip())
            built = ast.Binary(op, built, self.expression(operand), span=self._span(node))
        return built

    # --- words and errors ---

    def _word(self, word: Any, allowed: tuple[Word, ...], what: str) -> Word:
        """The word among the allowed ones, or an error that lists them."""
        for known in allowed:
            if word == known:
                return known
        from litmus.syntax.native.hints import for_word

        hint = for_word(str(word), allowed) or suggestion(str(word), list(allowed))
        listed = ", ".join(allowed)
        raise InputError(f"`{word}` is no {what}, expected one of {listed}", span_of(self.source, word), hint)

    def _refuse(self, node: Any, message: str, hint: str | None = None) -> NoReturn:
        """An error at the place of a tree."""
        raise InputError(message, self._span(node), hint)

    def _span(self, node: Any) -> Span:
        """The place of a tree."""
        return span_of(self.source, node)
