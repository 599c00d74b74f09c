"""Native expressions as cells: values in registers, comparisons, jumps."""

from __future__ import annotations

from litmus.lowering.cells import Writer
from litmus.lowering.needs import base
from litmus.syntax.native import tree as ast
from litmus.syntax.native.names import parts

NEGATED = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", "<=": ">", ">": "<="}
COMMUTATIVE = frozenset("+&|^")
ZERO = ast.Number(0)


class Values(Writer):
    """Makes the cells of expressions."""

    def value(self, value: ast.Expression, room: str | None = None) -> str:
        """A register that holds the value: its own, or `room`, by default a scratch register."""
        match value:
            case ast.Register():
                return self.registers[value.name]
            case ast.Address():
                return self.address(value.name, value.index)
            case ast.Number(value=0) if self.target.zero is not None:
                return self.target.zero
        result = room or self.fresh()
        self.compute(value, result)
        return result

    def operand(self, value: ast.Expression, room: str | None = None) -> str:
        """A literal, where the target has them, or a register."""
        if isinstance(value, ast.Number) and self.target.literal is not None:
            return self.target.literal.format(n=value.value)
        return self.value(value, room)

    def address(self, name: str, index: ast.Expression | None) -> str:
        """A register that holds the address of a variable or of an element."""
        home = self.homes[base(name, index, self.target)]
        if index is None or isinstance(index, ast.Number):
            return home
        result = self.fresh()
        unscaled = self.value(index, result)
        self._binary("+", unscaled, unscaled, result)
        for _ in range(self.target.element.bit_length() - 2):
            self._binary("+", result, result, result)
        self._binary("+", result, home, result)
        return result

    def compute(self, value: ast.Expression, into: str) -> None:
        """Puts a value into a register."""
        match value:
            case ast.Number():
                self.emit((self.target.number,), d=into, n=str(value.value))
            case ast.Register() | ast.Address():
                self.move(into, self.value(value))
            case ast.Unary(op="-"):
                self.compute(ast.Binary("-", ZERO, value.argument, span=value.span), into)
            case ast.Unary():
                self._test("==", value.argument, ZERO, into)
            case ast.Binary() if value.op in NEGATED:
                self._test(value.op, value.left, value.right, into)
            case ast.Binary() if value.op in ("&&", "||"):
                sides = (ast.Binary("!=", side, ZERO, span=side.span) for side in (value.left, value.right))
                self.compute(ast.Binary(value.op[0], *sides, span=value.span), into)
            case ast.Binary():
                self._arithmetic(value, into)

    def _arithmetic(self, value: ast.Binary, into: str) -> None:
        """`left op right` into a register, which also has room for one of them unless the value uses it."""
        used = {self.registers[part.name] for part in parts(value) if isinstance(part, ast.Register)}
        room, free = None if into in used else into, list(self.free)
        left = self.value(value.left, room)
        form = self._immediate(value.op, value.right)
        if form is not None:
            self.emit((form,), d=into, l=left, n=str(self._number(value.right)))
        else:
            self._binary(value.op, left, self.operand(value.right, None if left == room else room), into)
        self.free = free

    def _binary(self, op: str, left: str, right: str, into: str) -> None:
        """`into = left op right`; by way of a scratch register if `into` is overwritten too early."""
        cells = self.target.binary[op]
        if into == right and op in COMMUTATIVE:
            left, right = right, left
        early = len(cells) > 1 and into == right and into != left
        result = self.fresh() if early else into
        self.emit(cells, d=result, l=left, r=right)
        if early:
            self.move(into, result)

    def _test(self, op: str, left: ast.Expression, right: ast.Expression, into: str) -> None:
        """The 0 or 1 of a comparison into a register."""
        if op not in self.target.test:
            message = f"{self.target.arch} has no instruction for the value of a comparison"
            raise self.refusal(message, "use the comparison as the condition of an `if`")
        cells, operands = self.target.test[op], self._compare(left, right)
        self.emit(cells, d=into, **self.scratches(cells, "t"), **operands)

    def _compare(self, left: ast.Expression, right: ast.Expression) -> dict[str, str]:
        """Sets the flags, where the target has any; its operands, for a target that has none."""
        first = self.value(left)
        form = self._immediate("compare", right)
        if form is not None:
            self.emit((form,), l=first, n=str(self._number(right)))
            return {}
        holes = {"l": first, "r": self.operand(right)}
        self.emit((self.target.compare,), **holes)
        return holes

    def _immediate(self, op: str, right: ast.Expression) -> str | None:
        """The cell with a number as its right operand, if there is one for this number."""
        fits = isinstance(right, ast.Number) and right.value in self.target.immediates
        return self.target.immediate.get(op) if fits else None

    def _number(self, value: ast.Expression) -> int:
        """The value of a number."""
        assert isinstance(value, ast.Number)
        return value.value

    def jump(self, condition: ast.Expression, label: str, sense: bool) -> None:
        """Jumps to `label` if the truth of the condition is `sense`."""
        match condition:
            case ast.Unary(op="!"):
                self.jump(condition.argument, label, not sense)
            case ast.Binary() if condition.op in ("&&", "||"):
                self._jump_either(condition, label, sense)
            case ast.Binary() if condition.op in NEGATED:
                jump = self.target.jumps[condition.op if sense else NEGATED[condition.op]]
                self.emit((jump,), label=label, **self._compare(condition.left, condition.right))
            case _:
                self.jump(ast.Binary("!=", condition, ZERO, span=condition.span), label, sense)

    def _jump_either(self, condition: ast.Binary, label: str, sense: bool) -> None:
        """Jumps on `&&` or `||`: where one side decides, the other is not looked at."""
        if (condition.op == "||") == sense:
            self.jump(condition.left, label, sense)
            self.jump(condition.right, label, sense)
            return
        past = self.label()
        self.jump(condition.left, past, not sense)
        self.jump(condition.right, label, sense)
        self.here(past)
