"""C expressions to values and events, in the order of evaluation.

Every memory event gets an instruction of its own, so that program order is the order of evaluation.  Where C leaves
that order open, the test is refused.  A parameter `x` is the address of the shared variable x; other names are local
variables.
"""

from __future__ import annotations

from litmus.errors import UnsupportedError
from litmus.program import Assign, Binary, Branch, Const, Expression, Load, Pointer, Reg, Store, Unary
from litmus.syntax import reading
from litmus.syntax.assembly.initial import DEFAULT_BYTES
from litmus.syntax.c import tree as tree
from litmus.syntax.c.code import Meaning
from litmus.syntax.c.macros import expand
from litmus.syntax.c.thread import Thread
from litmus.syntax.c.walk import accesses

CONSTANTS = {"NULL": 0, "true": 1, "false": 0}
ZERO = Const(0)
ONE_NUMBER = tree.Number(1)


class Values(Thread):
    """The expressions of a thread under construction; satisfies `litmus.syntax.c.code.Evaluator`."""

    # --- expressions for their effect -------------------------------------------------------------------

    def effect(self, expression: tree.Expression) -> None:
        """Evaluates an expression whose value is not used."""
        match expression:
            case tree.Call():
                self.call(expression)
            case tree.Sequence(parts):
                for part in parts:
                    self.effect(part)
            case tree.Cast(_, argument):
                self.effect(argument)
            case tree.Stepped(op, target):
                self.change(tree.Assigned(op[0], target, ONE_NUMBER))
            case _:
                self.value(expression)

    def assign(self, name: str, value: tree.Expression) -> None:
        """`name = value`, where a read goes straight into the variable."""
        result = self.value(value)
        if not isinstance(result, Reg) or not self.code.redirect(result, name):
            self.code.emit(Assign(name, result))

    def change(self, assigned: tree.Assigned) -> Expression:
        """`target = value` or `target op= value`; gives the value stored."""
        target, value = assigned.target, assigned.value
        if assigned.op is not None:
            value = tree.Infix(assigned.op, target, value)
        if isinstance(target, tree.Name) and not self.is_address(target):
            self.assign(target.name, value)
            return Reg(target.name)
        if assigned.op is None:
            address, result = self.values(tree.Prefixed("&", target), value)
        else:
            address, amount = self.values(tree.Prefixed("&", target), assigned.value)
            result = Binary(assigned.op, self.read(address), amount)
        self.code.emit(Store(address, result, self.dialect.plain))
        return result

    # --- values -----------------------------------------------------------------------------------------

    def value(self, expression: tree.Expression) -> Expression:
        """The value of an expression, after its events."""
        match expression:
            case tree.Number(value):
                return Const(value)
            case tree.Name():
                return self.name_value(expression)
            case tree.Cast(_, argument):
                return self.value(argument)
            case tree.Prefixed(op, argument):
                return self.prefixed(op, argument)
            case tree.Infix(op, left, right):
                return self.infix(op, left, right)
            case tree.Choice():
                return self.choice(expression)
            case tree.Index():
                return self.read(self.address(expression))
            case tree.Assigned():
                return self.change(expression)
            case tree.Stepped(op, target):
                before = self.kept(self.value(target))
                self.change(tree.Assigned(op[0], target, ONE_NUMBER))
                return before
            case tree.Sequence(parts):
                for part in parts[:-1]:
                    self.effect(part)
                return self.value(parts[-1])
            case tree.Call():
                return self.called(expression)
            case tree.Operator(op):
                raise self.error(f"the operator '{op}' stands alone", "write an expression here")

    def values(self, *expressions: tree.Expression) -> list[Expression]:
        """The values of expressions whose order is not fixed: at most one may access memory."""
        if sum(map(accesses, expressions)) > 1:
            raise self.error(
                "this has several memory accesses whose order is not fixed",
                "put the value of each into a local variable first",
                kind=UnsupportedError,
            )
        return [self.value(expression) for expression in expressions]

    def name_value(self, name: tree.Name) -> Expression:
        """The value of a name: a local variable, or the address of a shared one."""
        if name.name in self.locals:
            return Reg(name.name)
        if name.name in self.scope.parameters:
            return Const(Pointer(name.name))
        if name.name in CONSTANTS:
            return Const(CONSTANTS[name.name])
        known = (*self.scope.parameters, *sorted(self.locals))
        raise self.error(
            f"{self.name} uses '{name.name}', which is neither one of its parameters nor a local variable of it",
            reading.suggestion(name.name, known)
            or f"add it to the parameters, as in '{self.name}(int *{name.name})', or declare it: 'int {name.name};'",
            name,
        )

    def prefixed(self, op: str, argument: tree.Expression) -> Expression:
        """A unary operator."""
        if op == "*":
            return self.read(self.value(argument))
        if op == "&":
            return self.address(argument)
        if op in ("++", "--"):
            return self.change(tree.Assigned(op[0], argument, ONE_NUMBER))
        value = self.value(argument)
        if op == "-" and isinstance(value, Const) and isinstance(value.value, int):
            return Const(-value.value)
        return negated(value) if op == "!" else value if op == "+" else Unary(op, value)

    def infix(self, op: str, left: tree.Expression, right: tree.Expression) -> Expression:
        """A binary operator; an amount added to a pointer counts elements."""
        if op in ("&&", "||"):
            return self.short(op, left, right)
        one, other = self.values(left, right)
        if op in ("+", "-"):
            size, amount = self.element(left), self.element(right)
            if size and amount is None:
                other = scaled(other, size)
            elif amount and size is None:
                one = scaled(one, amount)
        return Binary(op, one, other)

    def short(self, op: str, left: tree.Expression, right: tree.Expression) -> Expression:
        """`&&` or `||`: a branch if the right side has events, else an operation on truth values."""
        first = truth(self.value(left))
        sign = "&" if op == "&&" else "|"
        if not accesses(right):
            return Binary(sign, first, truth(self.value(right)))
        result, done = self.kept(first), self.code.fresh("short'")
        self.code.emit(Branch(negated(result) if op == "&&" else result, done, done))
        second = truth(self.value(right))
        self.code.emit(Assign(result.name, Binary(sign, result, second)))
        self.code.label(done)
        return result

    def choice(self, choice: tree.Choice) -> Expression:
        """`?:`, as an `if` whose branches assign."""
        result = self.code.temporary()
        otherwise, done = self.code.fresh("else'"), self.code.fresh("done'")
        self.code.emit(Branch(negated(self.value(choice.condition)), otherwise, done))
        self.code.emit(Assign(result.name, self.value(choice.then)))
        self.code.emit(Branch(None, done))
        self.code.label(otherwise)
        self.code.emit(Assign(result.name, self.value(choice.otherwise)))
        self.code.label(done)
        return result

    def kept(self, value: Expression) -> Reg:
        """A register of its own with a value."""
        result = self.code.temporary()
        self.code.emit(Assign(result.name, value))
        return result

    # --- memory -----------------------------------------------------------------------------------------

    def read(self, address: Expression) -> Reg:
        """A plain read."""
        result = self.code.temporary()
        self.code.emit(Load(result.name, address, self.dialect.plain))
        return result

    def address(self, place: tree.Expression) -> Expression:
        """The address of a place in memory such as `*x` or `x[1]`."""
        match place:
            case tree.Prefixed("*", pointer):
                return self.value(pointer)
            case tree.Index(base, index):
                start, at = self.values(base, index)
                offset = scaled(at, self.element(base) or DEFAULT_BYTES)
                return start if offset == ZERO else Binary("+", start, offset)
            case tree.Cast(_, argument):
                return self.address(argument)
            case tree.Name() if self.is_address(place):
                raise self.error(f"'{place.name}' is an address already, expected a place in memory",
                                 f"write '*{place.name}' for the variable, or '{place.name}' for its address",
                                 place)  # fmt: skip
            case tree.Name():
                self.name_value(place)
                raise self.error(f"'{place.name}' is a local variable, expected a place in memory",
                                 "local variables are registers here; use '*x' with a parameter x", place)  # fmt: skip
        raise self.error("expected a place in memory, such as '*x'", "write '*x', where x is a parameter")

    # --- calls ------------------------------------------------------------------------------------------

    def called(self, call: tree.Call) -> Expression:
        """The value of a call."""
        value = self.call(call)
        if value is None:
            raise self.error(f"'{call.name}' has no value", "make it a statement of its own", call)
        return value

    def call(self, call: tree.Call) -> Expression | None:
        """The events of a call, and its value if it has one."""
        macro = self.dialect.macros.table.get(call.name)
        if macro is None:
            counts, meaning = self.primitive(call)
            self.counted(call, counts)
            return meaning(self, call)
        if call.name in self.dialect.macros.borrowed:
            self.borrowed[call.name] = None
        self.counted(call, (len(macro.formals),))
        body = expand(macro, call)
        if macro.value:
            return self.value(body[0])
        for part in body:
            self.effect(part)
        return None

    def primitive(self, call: tree.Call) -> tuple[tuple[int, ...], Meaning]:
        """The primitive of a name."""
        found = self.dialect.primitives.get(call.name)
        if found is None:
            known = (*self.dialect.macros.table, *self.dialect.primitives)
            raise self.error(f"unknown function '{call.name}', expected one such as {known[0]} or {known[1]}",
                             reading.suggestion(call.name, known) or "the primitives are listed in the documentation",
                             call)  # fmt: skip
        return found

    def counted(self, call: tree.Call, counts: tuple[int, ...]) -> None:
        """Refuses a wrong number of arguments."""
        if len(call.arguments) not in counts:
            wanted = " or ".join(map(str, counts))
            raise self.error(f"'{call.name}' has {len(call.arguments)} arguments, expected {wanted}",
                             f"give it {wanted}", call)  # fmt: skip


def negated(value: Expression) -> Expression:
    """`!value`."""
    return Unary("!", value)


def truth(value: Expression) -> Expression:
    """0 or 1, by whether a value is 0."""
    if isinstance(value, Binary) and value.op in ("==", "!=", "<", "<=", ">", ">="):
        return value
    return value if isinstance(value, Unary) and value.op == "!" else Binary("!=", value, ZERO)


def scaled(amount: Expression, size: int) -> Expression:
    """A number of elements in bytes."""
    if isinstance(amount, Const) and isinstance(amount.value, int):
        return Const(amount.value * size)
    return amount if size == 1 else Binary("*", amount, Const(size))
