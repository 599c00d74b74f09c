"""One thread of a kernel C test as native statements: its control flow, and the registers that it needs.

The front end has accepted the thread, so names and numbers of arguments are right.
"""

from __future__ import annotations

from collections.abc import Mapping

from litmus import program as ir
from litmus.lowering.from_c.adjacent import misplaced
from litmus.lowering.from_c.names import names, settled
from litmus.lowering.from_c.values import ONE, ZERO, Around, Shape, Values
from litmus.syntax.c import tree as tree
from litmus.syntax.c.walk import assigned
from litmus.syntax.c.written import ThreadTree
from litmus.syntax.native import tree as ast
from litmus.syntax.native.names import REGISTER


def thread(
    written: ThreadTree, start: Mapping[str, ir.Value], observed: frozenset[str], around: Around
) -> ast.Thread:
    """The native thread; registers that are read or `observed` before they are surely assigned start as 0.

    `start` are the initial values of its registers.  Raises UnsupportedError at an expression that has no native form.
    """
    body = written.body
    walk = _Thread(around, written.body_at, frozenset((*assigned(body), *start)))
    walk.check_barriers(body)
    walk.statement(body)
    code = tuple(walk.out)
    first = [ast.Compute(name, _constant(value, around.shapes)) for name, value in start.items()]
    used = [name for name in dict.fromkeys(names(code)) if name not in start]
    asked = (*(name for name in used if name not in walk.own), *sorted(observed - {*used, *start}))
    unsure = [name for name in asked if not settled(name, code)]
    known = tuple(dict.fromkeys((*start, *used, *unsure)))
    local = tuple(name for name in known if not REGISTER.fullmatch(name))
    return ast.Thread(f"P{written.index}", local, (*first, *(ast.Compute(name, ZERO) for name in unsure), *code))


def _constant(value: ir.Value, shapes: Mapping[str, Shape]) -> ast.Number | ast.Address:
    """An initial value of a register."""
    if isinstance(value, int):
        return ast.Number(value)
    index = value.offset // shapes[value.base].bytes
    return ast.Address(value.base, ast.Number(index) if index else None)


class _Thread(Values):
    """Makes the statements of a thread."""

    def check_barriers(self, body: tree.Block) -> None:
        """Refuses a barrier that belongs beside an atomic operation and is not."""
        wrong = misplaced(body, self.macros)
        if wrong is not None:
            self._here(wrong)
            raise self.refuse(f"'{wrong.text}' is not beside an atomic operation: on x86 it is no barrier then",
                              "move it there, or write smp_mb()")  # fmt: skip

    def statement(self, statement: tree.Statement) -> None:
        """Adds a statement."""
        match statement:
            case tree.Block(parts):
                for part in parts:
                    self.statement(part)
            case tree.Written():
                self.effect(self._here(statement))
            case tree.Declared(name, _, value):
                if value is not None:
                    self.assign(name, self._here(value))
            case tree.If():
                condition = self.value(self._here(statement.condition))
                otherwise = statement.otherwise or tree.Block(())
                self.emit(ast.If(condition, self._inside(statement.then), self._inside(otherwise)))
            case tree.Loop():
                self._loop(statement)
            case tree.Jump(word, start):
                self.span = self.source.span(self.at + start, self.at + start + len(word))
                raise self.refuse(f"'{word}' cannot be compiled", "write the loop or the branch without it")

    def _here(self, written: tree.Written) -> tree.Expression:
        """The expression; what is added from now on comes from it."""
        start = self.at + written.start
        self.span = self.source.span(start, start + max(1, len(written.text)))
        self._temporaries = 0
        return written.expression

    def _inside(self, statement: tree.Statement) -> tuple[ast.Statement, ...]:
        """The statements of a branch or a body."""
        outer, span, self.out = self.out, self.span, []
        self.statement(statement)
        inner, self.out, self.span = self.out, outer, span
        return tuple(inner)

    def _loop(self, loop: tree.Loop) -> None:
        """A loop: what the condition reads is read before it and again at the end of the body."""
        if loop.body_first:
            self.statement(loop.body)
        condition = self._condition(loop)
        outer, self.out = self.out, []
        self.statement(loop.body)
        if loop.step is not None:
            self.effect(self._here(loop.step))
        self._condition(loop)
        inner, self.out = tuple(self.out), outer
        self.emit(ast.While(condition, inner))

    def _condition(self, loop: tree.Loop) -> ast.Expression:
        """The condition of a loop, after its reads."""
        return ONE if loop.condition is None else self.value(self._here(loop.condition))
