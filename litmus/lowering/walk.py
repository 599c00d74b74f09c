"""One native thread as assembly cells of a target: the walk that every target shares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from litmus.lowering.cells import Cell, TooFewRegisters
from litmus.lowering.desugar import desugared
from litmus.lowering.needs import assigned, index, pointers, pool
from litmus.lowering.target import OUT, Cells, Target
from litmus.lowering.values import Values
from litmus.program import Pointer
from litmus.syntax.native import tree as ast

RETRY = "Retry"
"""How the labels of retry loops begin."""

DONE = "Done"
"""How the labels behind the loops begin that retry whole statements; the number is the loop's."""


@dataclass(frozen=True, slots=True)
class Column:
    """A lowered thread: its cells, where its native registers live, what its registers point to at the start.

    `retries` are the labels of its retry loops, each with the label where the branch back to it goes on: the one behind
    the loop if there is one, so that nothing is done twice, else itself.
    """

    cells: tuple[Cell, ...]
    registers: Mapping[str, str]
    pointers: Mapping[str, Pointer]
    retries: Mapping[str, str]


def lower_thread(thread: ast.Thread, target: Target, labels: Iterator[int]) -> Column:
    """The cells of a thread; `labels` numbers labels across the test.

    Raises UnsupportedError, at the statement, for what the target has no instruction for.
    """
    body = desugared(thread.body)
    names = tuple(dict.fromkeys(assigned(body)))
    fixed = tuple(dict.fromkeys(pointers(body, target)))
    free = pool(body, target)
    if len(names) + len(fixed) > len(free):
        message = f"thread {thread.name} needs more registers than {target.arch} has"
        raise TooFewRegisters(message, thread.span, "use fewer registers, or split the thread")
    registers = dict(zip(names, free, strict=False))
    homes = dict(zip(fixed, free[len(names) :], strict=False))
    walk = _Walk(target, registers, homes, tuple(free[len(names) + len(fixed) :]), labels)
    walk.block(body)
    walk.close()
    return Column(tuple(walk.cells), registers, {home: pointer for pointer, home in homes.items()}, walk.retries)


class _Walk(Values):
    """Makes the cells of statements."""

    def block(self, block: Iterable[ast.Statement]) -> None:
        """Adds a block."""
        for statement in block:
            self.start(statement.span)
            match statement:
                case ast.Compute():
                    self.compute(statement.value, self.registers[statement.register])
                case ast.Read():
                    cells = self.target.read[statement.ordering]
                    self.emit(cells, d=self.registers[statement.register], **self._place(statement.place))
                case ast.Write():
                    self._write(statement)
                case ast.Update():
                    self._update(statement)
                case ast.Barrier():
                    self.emit(self.target.fences[statement.kind])
                case ast.If():
                    self._if(statement)
                case ast.While():
                    self._while(statement)
                case ast.Retry():
                    self._again(statement)

    def _write(self, statement: ast.Write) -> None:
        operand = self.operand(statement.value)
        self.emit(self.target.write[statement.ordering], s=operand, **self._place(statement.place))

    def _if(self, statement: ast.If) -> None:
        other, end = self.label(), self.label()
        self.jump(statement.condition, other, False)
        self.block(statement.then)
        if statement.otherwise:
            self.emit((self.target.jump,), label=end)
        self.here(other)
        self.block(statement.otherwise)
        if statement.otherwise:
            self.here(end)

    def _while(self, statement: ast.While) -> None:
        head, end = self.label(), self.label()
        self.here(head)
        self.jump(statement.condition, end, False)
        self.block(statement.body)
        self.emit((self.target.jump,), label=head)
        self.here(end)

    def _again(self, statement: ast.Retry) -> None:
        """A retry loop; its labels say so."""
        number = next(self.labels)
        again, done = f"{RETRY}{number}", f"{DONE}{number}"
        self.retries[again] = done
        self.here(again)
        self.block(statement.body)
        self.free = list(self.scratch)
        self.jump(statement.condition, again, False)
        self.here(done)

    def _update(self, statement: ast.Update) -> None:
        """An atomic read-modify-write between the barriers that its ordering needs."""
        target, ordering = self.target, statement.ordering
        cells = target.updates.get(statement.kind)
        if statement.register is None and ordering in target.dropping:
            cells = target.dropped.get(statement.kind, cells)
        if cells is None:
            hint = "drop its result, or use fetch_add, xchg or cmpxchg"
            raise self.refusal(f"{target.arch} has no {statement.kind} that gives the old value", hint)
        holes = self._operands(statement, cells)
        kept = self.registers[statement.register] if statement.register else None
        result = self.fresh() if kept is None or kept in holes.values() else kept
        holes |= self.scratches(cells, "t", "u")
        holes |= {"d": result, "o": target.suffix.get(ordering, ""), "retry": self._retry(cells), "out": self.label()}
        after = target.after.get(ordering, ())
        holes["conditional"], success = target.paired.get(ordering, ("", after))
        self.emit(target.before.get(ordering, ()))
        self.emit((*cells[:-1], *success, OUT) if cells[-1] == OUT else (*cells, *after), **holes)
        if kept is not None and kept != result:
            self.move(kept, result)

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
        self.compute(value, home)
        return home

    def _retry(self, cells: Cells) -> str:
        """The label of the retry loop that some cells are; empty if they are none."""
        if "{retry}" not in "".join(cells):
            return ""
        label = f"{RETRY}{next(self.labels)}"
        self.retries[label] = label
        return label

    def _place(self, place: ast.Place) -> dict[str, str]:
        """The memory operand `a` and, if the address is in a register, that register `b`."""
        if isinstance(place, ast.Variable) and self.target.direct is not None:
            return {"a": self.target.direct.format(name=place.name)}
        if isinstance(place, ast.Target):
            base = self.value(place.pointer)
        else:
            base = self.address(place.name, index(place))
        return {"a": self.target.indirect.format(b=base), "b": base}
