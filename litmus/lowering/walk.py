"""One native thread as assembly cells of a target: the walk that every target shares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field

from litmus.errors import UnsupportedError
from litmus.lowering.desugar import desugared
from litmus.lowering.target import OUT, Cells, Target
from litmus.native import tree as ast
from litmus.native.names import operands, parts
from litmus.program import Pointer
from litmus.records import dataclass
from litmus.source import Span

NEGATED = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", "<=": ">", ">": "<="}
COMMUTATIVE = frozenset("+&|^")
ZERO = ast.Number(0)

RETRY = "Retry"
"""How the labels of retry loops begin."""

DONE = "Done"
"""How the labels behind the loops begin that retry whole statements; the number is the loop's."""


class TooFewRegisters(UnsupportedError):
    """A thread needs more registers than the target has."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One instruction's text, the labels in front of it, and the native statement it comes from."""

    text: str
    labels: tuple[str, ...]
    span: Span | None


@dataclass(frozen=True, slots=True)
class Column:
    """A lowered thread: its cells, where its native registers live, and what its registers point to at the start."""

    cells: tuple[Cell, ...]
    registers: Mapping[str, str]
    pointers: Mapping[str, Pointer]


def lower_thread(thread: ast.Thread, target: Target, labels: Iterator[int]) -> Column:
    """The cells of a thread; `labels` numbers labels across the test.

    Raises UnsupportedError, at the statement, for what the target has no instruction for.
    """
    body = desugared(thread.body)
    names = tuple(dict.fromkeys(_assigned(body)))
    pointers = tuple(dict.fromkeys(_pointers(body, target)))
    pool = _pool(body, target)
    if len(names) + len(pointers) > len(pool):
        message = f"thread {thread.name} needs more registers than {target.arch} has"
        raise TooFewRegisters(message, thread.span, "use fewer registers, or split the thread")
    registers = dict(zip(names, pool, strict=False))
    homes = dict(zip(pointers, pool[len(names) :], strict=False))
    walk = _Walk(target, registers, homes, tuple(pool[len(names) + len(pointers) :]), labels)
    walk.block(body)
    walk.close()
    return Column(tuple(walk.cells), registers, {home: pointer for pointer, home in homes.items()})


# --- what a thread needs ----------------------------------------------------------------------------------


def statements(block: Iterable[ast.Statement]) -> Iterator[ast.Statement]:
    """Every statement of a block, at any depth, in order."""
    for statement in block:
        yield statement
        match statement:
            case ast.If():
                yield from statements((*statement.then, *statement.otherwise))
            case ast.While() | ast.Retry():
                yield from statements(statement.body)


def _assigned(block: Iterable[ast.Statement]) -> Iterator[str]:
    """The native registers that a block assigns."""
    for statement in statements(block):
        if isinstance(statement, ast.Compute | ast.Read | ast.Update) and statement.register:
            yield statement.register


def _pool(block: Iterable[ast.Statement], target: Target) -> tuple[str, ...]:
    """The registers that may be given out: not the one that compare-and-exchange takes, if the thread has one."""
    kinds = [statement.kind for statement in statements(block) if isinstance(statement, ast.Update)]
    return tuple(name for name in target.registers if "cmpxchg" not in kinds or name != target.expected)


def _pointers(block: Iterable[ast.Statement], target: Target) -> Iterator[Pointer]:
    """The constant addresses that a block needs in registers."""
    for statement in statements(block):
        place = getattr(statement, "place", None)
        if isinstance(place, ast.Variable | ast.Element) and not _direct(place, target):
            yield _base(place.name, _index(place), target)
        for value in operands(statement):
            for part in parts(value):
                if isinstance(part, ast.Address):
                    yield _base(part.name, part.index, target)


def _direct(place: ast.Place, target: Target) -> bool:
    """Whether the target names this place in a memory operand."""
    return target.direct is not None and isinstance(place, ast.Variable)


def _index(place: ast.Variable | ast.Element) -> ast.Expression | None:
    """The index of a place, if it has one."""
    return place.index if isinstance(place, ast.Element) else None


def _base(name: str, index: ast.Expression | None, target: Target) -> Pointer:
    """The constant part of an address: all of it if the index is a number."""
    return Pointer(name, index.value * target.element if isinstance(index, ast.Number) else 0)


# --- the walk ---------------------------------------------------------------------------------------------


@dataclass
class _Walk:
    """The cells made so far; `waiting` labels go to the next cell, `scratch` is free again in each statement."""

    target: Target
    registers: Mapping[str, str]
    homes: Mapping[Pointer, str]
    scratch: tuple[str, ...]
    labels: Iterator[int]
    cells: list[Cell] = field(default_factory=list)
    waiting: tuple[str, ...] = ()
    free: list[str] = field(default_factory=list)
    span: Span | None = None

    # --- statements ---

    def block(self, block: Iterable[ast.Statement]) -> None:
        """Adds a block."""
        for statement in block:
            self.span, self.free = statement.span, list(self.scratch)
            match statement:
                case ast.Compute():
                    self._compute(statement.value, self.registers[statement.register])
                case ast.Read():
                    cells = self.target.read[statement.ordering]
                    self._emit(cells, d=self.registers[statement.register], **self._place(statement.place))
                case ast.Write():
                    self._write(statement)
                case ast.Update():
                    self._update(statement)
                case ast.Barrier():
                    self._emit(self.target.fences[statement.kind])
                case ast.If():
                    self._if(statement)
                case ast.While():
                    self._while(statement)
                case ast.Retry():
                    self._again(statement)

    def close(self) -> None:
        """Gives labels at the end of the thread a place."""
        if self.waiting:
            self._add("")

    def _write(self, statement: ast.Write) -> None:
        operand = self.operand(statement.value)
        self._emit(self.target.write[statement.ordering], s=operand, **self._place(statement.place))

    def _if(self, statement: ast.If) -> None:
        other, end = self._label(), self._label()
        self.jump(statement.condition, other, False)
        self.block(statement.then)
        if statement.otherwise:
            self._emit((self.target.jump,), label=end)
        self._here(other)
        self.block(statement.otherwise)
        if statement.otherwise:
            self._here(end)

    def _while(self, statement: ast.While) -> None:
        head, end = self._label(), self._label()
        self._here(head)
        self.jump(statement.condition, end, False)
        self.block(statement.body)
        self._emit((self.target.jump,), label=head)
        self._here(end)

    def _again(self, statement: ast.Retry) -> None:
        """A retry loop; its labels say so."""
        number = next(self.labels)
        again = f"{RETRY}{number}"
        self._here(again)
        self.block(statement.body)
        self.free = list(self.scratch)
        self.jump(statement.condition, again, False)
        self._here(f"{DONE}{number}")

    def _update(self, statement: ast.Update) -> None:
        """An atomic read-modify-write between the barriers that its ordering needs."""
        target, ordering = self.target, statement.ordering
        cells = target.updates.get(statement.kind)
        if statement.register is None and ordering in target.dropping:
            cells = target.dropped.get(statement.kind, cells)
        if cells is None:
            hint = "drop its result, or use fetch_add, xchg or cmpxchg"
            raise self._refusal(f"{target.arch} has no {statement.kind} that gives the old value", hint)
        holes = self._operands(statement, cells)
        kept = self.registers[statement.register] if statement.register else None
        result = self._fresh() if kept is None or kept in holes.values() else kept
        holes |= self._scratch(cells, "t", "u")
        holes |= {"d": result, "o": target.suffix.get(ordering, ""), "retry": self._retry(cells), "out": self._label()}
        after = target.after.get(ordering, ())
        holes["conditional"], success = target.paired.get(ordering, ("", after))
        self._emit(target.before.get(ordering, ()))
        self._emit((*cells[:-1], *success, OUT) if cells[-1] == OUT else (*cells, *after), **holes)
        if kept is not None and kept != result:
            self._move(kept, result)

    def _operands(self, statement: ast.Update, cells: Cells) -> dict[str, str]:
        """The registers and literals that the cells of an atomic operation work on."""
        holes = self._place(statement.place)
        *expected, new = statement.arguments
        if expected:
            holes["e"] = self._expected(expected[0])
        if "{S}" in "".join(cells):
            return holes | {"S": self.value(new)}
        return holes | {"s": self.operand(new)}

    def _expected(self, value: ast.Expression) -> str:
        """The expected value of a compare-and-exchange, in the register that the target wants it in."""
        home = self.target.expected
        if home is None:
            return self.value(value)
        self._compute(value, home)
        return home

    def _retry(self, cells: Cells) -> str:
        """The label of a retry loop."""
        return f"{RETRY}{next(self.labels)}" if "{retry}" in "".join(cells) else ""

    def _place(self, place: ast.Place) -> dict[str, str]:
        """The memory operand `a` and, if the address is in a register, that register `b`."""
        if isinstance(place, ast.Variable) and self.target.direct is not None:
            return {"a": self.target.direct.format(name=place.name)}
        if isinstance(place, ast.Target):
            base = self.value(place.pointer)
        else:
            base = self._address(place.name, _index(place))
        return {"a": self.target.indirect.format(b=base), "b": base}

    # --- values ---

    def value(self, value: ast.Expression, room: str | None = None) -> str:
        """A register that holds the value: its own, or `room`, by default a scratch register."""
        match value:
            case ast.Register():
                return self.registers[value.name]
            case ast.Address():
                return self._address(value.name, value.index)
            case ast.Number(value=0) if self.target.zero is not None:
                return self.target.zero
        result = room or self._fresh()
        self._compute(value, result)
        return result

    def operand(self, value: ast.Expression, room: str | None = None) -> str:
        """A literal, where the target has them, or a register."""
        if isinstance(value, ast.Number) and self.target.literal is not None:
            return self.target.literal.format(n=value.value)
        return self.value(value, room)

    def _address(self, name: str, index: ast.Expression | None) -> str:
        """A register that holds the address of a variable or of an element."""
        home = self.homes[_base(name, index, self.target)]
        if index is None or isinstance(index, ast.Number):
            return home
        result = self._fresh()
        unscaled = self.value(index, result)
        self._binary("+", unscaled, unscaled, result)
        for _ in range(self.target.element.bit_length() - 2):
            self._binary("+", result, result, result)
        self._binary("+", result, home, result)
        return result

    def _compute(self, value: ast.Expression, into: str) -> None:
        """Puts a value into a register."""
        match value:
            case ast.Number():
                self._emit((self.target.number,), d=into, n=str(value.value))
            case ast.Register() | ast.Address():
                self._move(into, self.value(value))
            case ast.Unary(op="-"):
                self._compute(ast.Binary("-", ZERO, value.argument, span=value.span), into)
            case ast.Unary():
                self._test("==", value.argument, ZERO, into)
            case ast.Binary() if value.op in NEGATED:
                self._test(value.op, value.left, value.right, into)
            case ast.Binary() if value.op in ("&&", "||"):
                sides = (ast.Binary("!=", side, ZERO, span=side.span) for side in (value.left, value.right))
                self._compute(ast.Binary(value.op[0], *sides, span=value.span), into)
            case ast.Binary():
                self._arithmetic(value, into)

    def _arithmetic(self, value: ast.Binary, into: str) -> None:
        """`left op right` into a register, which also has room for one of them unless the value uses it."""
        used = {self.registers[part.name] for part in parts(value) if isinstance(part, ast.Register)}
        room, free = None if into in used else into, list(self.free)
        left = self.value(value.left, room)
        form = self._immediate(value.op, value.right)
        if form is not None:
            self._emit((form,), d=into, l=left, n=str(self._number(value.right)))
        else:
            self._binary(value.op, left, self.operand(value.right, None if left == room else room), into)
        self.free = free

    def _binary(self, op: str, left: str, right: str, into: str) -> None:
        """`into = left op right`; by way of a scratch register if `into` is overwritten too early."""
        cells = self.target.binary[op]
        if into == right and op in COMMUTATIVE:
            left, right = right, left
        early = len(cells) > 1 and into == right and into != left
        result = self._fresh() if early else into
        self._emit(cells, d=result, l=left, r=right)
        if early:
            self._move(into, result)

    def _test(self, op: str, left: ast.Expression, right: ast.Expression, into: str) -> None:
        """The 0 or 1 of a comparison into a register."""
        if op not in self.target.test:
            message = f"{self.target.arch} has no instruction for the value of a comparison"
            raise self._refusal(message, "use the comparison as the condition of an `if`")
        cells, operands = self.target.test[op], self._compare(left, right)
        self._emit(cells, d=into, **self._scratch(cells, "t"), **operands)

    def _scratch(self, cells: Cells, *names: str) -> dict[str, str]:
        """The scratch registers that some cells need."""
        return {name: self._fresh() for name in names if f"{{{name}}}" in "".join(cells)}

    def _compare(self, left: ast.Expression, right: ast.Expression) -> dict[str, str]:
        """Sets the flags, where the target has any; its operands, for a target that has none."""
        first = self.value(left)
        form = self._immediate("compare", right)
        if form is not None:
            self._emit((form,), l=first, n=str(self._number(right)))
            return {}
        holes = {"l": first, "r": self.operand(right)}
        self._emit((self.target.compare,), **holes)
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
                self._emit((jump,), label=label, **self._compare(condition.left, condition.right))
            case _:
                self.jump(ast.Binary("!=", condition, ZERO, span=condition.span), label, sense)

    def _jump_either(self, condition: ast.Binary, label: str, sense: bool) -> None:
        """Jumps on `&&` or `||`: where one side decides, the other is not looked at."""
        if (condition.op == "||") == sense:
            self.jump(condition.left, label, sense)
            self.jump(condition.right, label, sense)
            return
        past = self._label()
        self.jump(condition.left, past, not sense)
        self.jump(condition.right, label, sense)
        self._here(past)

    # --- cells ---

    def _move(self, into: str, source: str) -> None:
        self._emit((self.target.move,), d=into, l=source)

    def _emit(self, cells: Cells, **holes: str) -> None:
        """Adds cells with their holes filled; a register is not moved to itself."""
        for cell in cells:
            label, colon, rest = cell.partition(":")
            if colon:
                self._here(label.format(**holes))
            text = (rest if colon else cell).strip().format(**holes)
            if text and not self._idle(text, holes):
                self._add(text)

    def _idle(self, text: str, holes: Mapping[str, str]) -> bool:
        """Whether a cell moves a register to itself."""
        return "d" in holes and text == self.target.move.format(d=holes["d"], l=holes["d"])

    def _add(self, text: str) -> None:
        self.cells.append(Cell(text, self.waiting, self.span))
        self.waiting = ()

    def _label(self) -> str:
        return f"L{next(self.labels)}"

    def _here(self, label: str) -> None:
        self.waiting = (*self.waiting, label)

    def _fresh(self) -> str:
        """A scratch register that nothing in this statement uses yet."""
        if not self.free:
            hint = "use fewer registers, or a simpler expression"
            raise TooFewRegisters(f"{self.target.arch} has too few registers for this", self.span, hint)
        return self.free.pop(0)

    def _refusal(self, message: str, hint: str) -> UnsupportedError:
        return UnsupportedError(message, self.span, hint)
