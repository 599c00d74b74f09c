"""Expressions of a C thread as native ones: every read becomes a statement of its own, into a temporary register."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from litmus.errors import UnsupportedError
from litmus.lowering.from_c import calls as c_calls
from litmus.source import Source, Span
from litmus.syntax.c import tree as tree
from litmus.syntax.c.macros import Macros, expand
from litmus.syntax.native import tree as ast

CONSTANTS = {"NULL": 0, "true": 1, "false": 0}
NATIVE = ("+", "-", "&", "|", "^", "==", "!=", "<", "<=", ">", ">=")
ZERO, ONE = ast.Number(0), ast.Number(1)


@dataclass(frozen=True, slots=True)
class Shape:
    """A shared variable (`size` None) or array, and the bytes of an element in the C test."""

    size: int | None
    bytes: int


@dataclass(frozen=True, slots=True)
class Around:
    """What is the same for all threads of a test: its text, its shared variables, what calls mean."""

    source: Source
    shapes: Mapping[str, Shape]
    macros: Macros


class Values:
    """The statements made so far, in `out`; satisfies `litmus.lowering.from_c.calls.Caller`.

    Places in the trees are counted from `at` in the source.
    """

    def __init__(self, around: Around, at: int, locals_: frozenset[str]) -> None:
        self.source = around.source
        self.at = at
        self.shapes = around.shapes
        self.locals = locals_
        self.macros = around.macros
        self.out: list[ast.Statement] = []
        self.span: Span | None = None
        self.own: set[str] = set()
        self._temporaries = 0

    def emit(self, statement: ast.Statement) -> None:
        """Adds a statement, with the place of what is compiled."""
        self.out.append(replace(statement, span=self.span))

    def temporary(self) -> ast.Register:
        """A register that this statement of C does not use yet."""
        while (name := f"tmp{self._temporaries}") in self.locals or name in self.shapes:
            self._temporaries += 1
        self._temporaries += 1
        self.own.add(name)
        return ast.Register(name)

    def refuse(self, message: str, hint: str) -> UnsupportedError:
        """The error for what has no native form."""
        return UnsupportedError(message, self.span, hint)

    # --- expressions for their effect ---

    def effect(self, expression: tree.Expression) -> None:
        """Evaluates an expression whose value is not used."""
        match expression:
            case tree.Sequence(parts):
                for part in parts:
                    self.effect(part)
            case tree.Cast(_, argument):
                self.effect(argument)
            case tree.Stepped(op, target):
                self._change(tree.Assigned(op[0], target, tree.Number(1)))
            case tree.Call():
                before = len(self.out)
                self._call(expression)
                self._drop(before)
            case _:
                self.value(expression)

    def _drop(self, before: int) -> None:
        """The result of an atomic operation that is the only statement since `before` goes nowhere."""
        if len(self.out) == before + 1 and isinstance(self.out[-1], ast.Update):
            self.out[-1] = replace(self.out[-1], register=None)

    def assign(self, name: str, value: tree.Expression) -> None:
        """`name = value`, where a read may go straight into the register."""
        before = len(self.out)
        result = self.value(value)
        last = self.out[-1] if len(self.out) > before else None
        if isinstance(last, ast.Read | ast.Update) and result == ast.Register(last.register or ""):
            self.out[-1] = replace(last, register=name)
        else:
            self.emit(ast.Compute(name, result))

    def _change(self, assigned: tree.Assigned) -> ast.Expression:
        """`target = value` or `target op= value`; gives the value."""
        target, value = assigned.target, assigned.value
        if isinstance(target, tree.Name) and target.name in self.locals:
            self.assign(target.name, tree.Infix(assigned.op, target, value) if assigned.op else value)
            return ast.Register(target.name)
        place, result = self.place(target), self.value(value)
        if assigned.op is not None:
            result = self.binary(assigned.op, self._read(place), result)
        self.emit(ast.Write(place, "plain", result))
        return result

    # --- values ---

    def value(self, expression: tree.Expression) -> ast.Expression:
        """The value of an expression, after its accesses."""
        match expression:
            case tree.Number(value):
                return ast.Number(value)
            case tree.Name():
                return self._name(expression.name)
            case tree.Cast(_, argument):
                return self.value(argument)
            case tree.Prefixed(op, argument):
                return self._prefixed(op, argument)
            case tree.Infix("&&" | "||" as op, left, right):
                return self._short(op, left, right)
            case tree.Infix(op, left, right):
                return self._infix(op, left, right)
            case tree.Choice(condition, then, otherwise):
                result = self.temporary()
                self._either(self.value(condition), result, then, otherwise)
                return result
            case tree.Index():
                return self._read(self.place(expression))
            case tree.Assigned():
                return self._change(expression)
            case tree.Stepped(op, target):
                before = self.temporary()
                self.emit(ast.Compute(before.name, self.value(target)))
                self._change(tree.Assigned(op[0], target, tree.Number(1)))
                return before
            case tree.Sequence(parts):
                for part in parts[:-1]:
                    self.effect(part)
                return self.value(parts[-1])
            case tree.Call():
                result_of = self._call(expression)
                assert result_of is not None, "the front end has checked that it has a value"
                return result_of
        raise self.refuse("this operator stands alone", "write an expression here")

    def _name(self, name: str) -> ast.Expression:
        """A register, the address of a shared variable, or a constant."""
        if name in self.locals:
            return ast.Register(name)
        return ast.Address(name) if name in self.shapes else ast.Number(CONSTANTS[name])

    def _prefixed(self, op: str, argument: tree.Expression) -> ast.Expression:
        """A unary operator."""
        match op:
            case "*":
                return self._read(self.pointed(argument))
            case "&":
                return address(self.place(argument))
            case "++" | "--":
                return self._change(tree.Assigned(op[0], argument, tree.Number(1)))
        value = self.value(argument)
        if op == "-" and isinstance(value, ast.Number):
            return ast.Number(-value.value)
        if op == "~":
            return ast.Binary("^", value, ast.Number(-1))
        return value if op == "+" else ast.Unary(op, value)

    def _infix(self, op: str, left: tree.Expression, right: tree.Expression) -> ast.Expression:
        """A binary operator; an element of an array is found by its index."""
        base = self.value(left)
        if op == "+" and isinstance(base, ast.Address) and self.shapes[base.name].size is not None:
            index = self.value(right)
            return ast.Address(base.name, index if base.index is None else self.binary("+", base.index, index))
        return self.binary(op, base, self.value(right))

    def binary(self, op: str, left: ast.Expression, right: ast.Expression) -> ast.Expression:
        """A binary operator on values."""
        if op == "&~":
            return ast.Binary("&", left, ast.Binary("^", right, ast.Number(-1)))
        if op not in NATIVE:
            raise self.refuse(f"the operator '{op}' cannot be compiled", f"use one of {' '.join(NATIVE)}")
        return ast.Binary(op, left, right)

    def _short(self, op: str, left: tree.Expression, right: tree.Expression) -> ast.Expression:
        """`&&` or `||`: a branch, if the right side has statements of its own."""
        first = self.value(left)
        outer, self.out = self.out, []
        second = self.value(right)
        inner, self.out = self.out, outer
        if not inner:
            return ast.Binary(op, first, second)
        result = self.temporary()
        told = ast.If(second, (ast.Compute(result.name, ONE),), (ast.Compute(result.name, ZERO),), span=self.span)
        known: ast.Statement = ast.Compute(result.name, ZERO if op == "&&" else ONE, span=self.span)
        sides: tuple[tuple[ast.Statement, ...], ...] = ((*inner, told), (known,))
        self.emit(ast.If(first, *(sides if op == "&&" else sides[::-1])))
        return result

    def _either(
        self, condition: ast.Expression, result: ast.Register, then: tree.Expression, otherwise: tree.Expression
    ) -> None:
        """`if condition { result = then } else { result = otherwise }`."""
        sides = []
        for side in (then, otherwise):
            outer, self.out = self.out, []
            self.assign(result.name, side)
            sides.append(tuple(self.out))
            self.out = outer
        self.emit(ast.If(condition, *sides))

    # --- memory ---

    def _read(self, place: ast.Place) -> ast.Register:
        """A plain read."""
        result = self.temporary()
        self.emit(ast.Read(result.name, place, "plain"))
        return result

    def place(self, expression: tree.Expression) -> ast.Place:
        """A place in memory such as `*x` or `x[1]`."""
        match expression:
            case tree.Prefixed("*", pointer):
                return self.pointed(pointer)
            case tree.Index(base, index):
                return self.pointed(tree.Infix("+", base, index))
            case tree.Cast(_, argument):
                return self.place(argument)
        raise self.refuse("this is no place in memory", "write '*x', where x is a parameter")

    def pointed(self, pointer: tree.Expression) -> ast.Place:
        """The place that a pointer points to."""
        value = self.value(pointer)
        if isinstance(value, ast.Address):
            size = self.shapes[value.name].size
            index = value.index or ZERO
            return ast.Variable(value.name) if size is None else ast.Element(value.name, index)
        if isinstance(value, ast.Binary) and value.op == "+":
            if value.right == ZERO:
                return place_at(value.left)
            arrays = any(shape.size is not None for shape in self.shapes.values())
            if arrays or isinstance(value.right, ast.Number):
                hint = "write 'a[r1]', where a is a parameter with initial values such as 'int a[2] = {0, 0};'"
                raise self.refuse("computing with pointers to elements cannot be compiled", hint)
        return ast.Target(value)

    # --- calls ---

    def _call(self, call: tree.Call) -> ast.Expression | None:
        """Adds the statements of a call; its value, if it has one."""
        macro = self.macros.table.get(call.name)
        if macro is None and call.name not in c_calls.PRIMITIVES:
            raise self.refuse(f"'{call.name}' cannot be compiled", "use the kernel's own primitives")
        if macro is None:
            return c_calls.PRIMITIVES[call.name](self, call)
        body = expand(macro, call)
        if macro.value:
            return self.value(body[0])
        for part in body:
            self.effect(part)
        return None


def place_at(pointer: ast.Expression) -> ast.Place:
    """The place that an address or a register points to."""
    return ast.Variable(pointer.name) if isinstance(pointer, ast.Address) else ast.Target(pointer)


def address(place: ast.Place) -> ast.Expression:
    """The address of a place."""
    match place:
        case ast.Variable():
            return ast.Address(place.name)
        case ast.Element():
            return ast.Address(place.name, place.index)
    return place.pointer
