"""The interpreter of cat: from a model's text to a `Theory`.

Names, functions, includes, tests and matches are all decided here and in `litmus.cat.expressions`, once for each
signature (the sets that are not empty); what remains are relational operators, which `Builder` makes into a graph.
A construct whose meaning would depend on more than the signature is refused, by name, with its line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from litmus.cat.built_in import set_of_tag
from litmus.cat.expressions import Expressions, bind
from litmus.cat.folding import Builder
from litmus.cat.functions import items
from litmus.cat.graph import Node
from litmus.cat.recognize import is_atomicity, is_coherence, is_only_coherence
from litmus.cat.schedule import is_static, schedule
from litmus.cat.scope import Orders, ProcedureValue, Scope, TagValue, ValueSet, describe
from litmus.cat.theory import CheckRole, Theory, TheoryCheck
from litmus.cat.vocabulary import UNDEFINED
from litmus.errors import InputError, UnsupportedError
from litmus.source import Span
from litmus.syntax.cat import tree as cat

Resolve: TypeAlias = Callable[[str, Span], cat.CatFile]
"""Finds an included file: (name as written, where) to its tree."""

BUILT_IN_FILES = frozenset({"stdlib.cat", "cross.cat", "cos.cat", "cos-opt.cat", "cos-ok-opt.cat", "cos-no-opt.cat"})
"""Library files whose meaning is built in: the prelude, and co as any total order of each location's writes."""


# --- the interpreter ------------------------------------------------------------------------------------


def interpret(
    name: str,
    files: Iterable[cat.CatFile],
    resolve: Resolve,
    signature: frozenset[str],
    variants: frozenset[str] = frozenset(),
) -> Theory:
    """The theory of a model: `files` in order (the prelude first), for tests with the given signature."""
    interpreter = _Interpreter(resolve, signature, variants)
    try:
        for file in files:
            interpreter.file(file)
        return interpreter.theory(name)
    except RecursionError:
        raise InputError(
            f"the definitions of the model '{name}' are nested too deeply",
            interpreter.expressions.called,
            "does a function or a procedure call itself without end?",
        ) from None


class _Interpreter:
    def __init__(self, resolve: Resolve, signature: frozenset[str], variants: frozenset[str]) -> None:
        self.build = Builder()
        self.expressions = Expressions(self.build, signature, variants)
        self.resolve = resolve
        self.globals = Scope()
        self.checks: list[TheoryCheck] = []
        self.including: list[str] = []

    def theory(self, name: str) -> Theory:
        """What has been read, ready to be evaluated."""
        definitions = {n: v for n, v in self.globals.names.items() if isinstance(v, Node)}
        steps = schedule(c.node for c in self.checks)
        rmw = self.expressions.built_in.relation("rmw")
        ordered = any(is_coherence(self.build, c, rmw) for c in self.checks)
        return Theory(
            name=name,
            checks=tuple(self.checks),
            definitions=definitions,
            static=tuple(step for step in steps if is_static(step)),
            dynamic=tuple(step for step in steps if not is_static(step)),
            coherent=any(is_coherence(self.build, c) for c in self.checks),
            ordered=ordered,
            atomic=any(is_atomicity(self.build, c) for c in self.checks),
            implied=tuple(c for c in self.checks if is_only_coherence(self.build, c, *([rmw] if ordered else []))),
            node_count=self.build.count,
        )

    # --- instructions -----------------------------------------------------------------------------------

    def file(self, file: cat.CatFile) -> None:
        """Reads a file's instructions, in the global scope."""
        self.including.append(file.source.name)
        self._instructions(file.instructions, self.globals)
        self.including.pop()

    def _instructions(self, instructions: Iterable[cat.Instruction], scope: Scope) -> None:
        for instruction in instructions:
            self._instruction(instruction, scope)

    def _instruction(self, instruction: cat.Instruction, scope: Scope) -> None:
        match instruction:
            case cat.Let(bindings, recursive, _):
                self.expressions.let(bindings, recursive, scope)
            case cat.Include(file, span):
                self._include(file, span)
            case cat.Check():
                self._check(instruction, scope)
            case cat.With():
                self._with(instruction, scope)
            case cat.Procedure(name):
                scope.bind({name: ()})
                here = scope.now()
                here.names[name] = ProcedureValue(instruction, here)
            case cat.Call():
                self._call(instruction, scope)
            case cat.IfInstructions(test, then, otherwise, _):
                self._instructions(then if self.expressions.test(test, scope) else otherwise, scope)
            case cat.ForAll():
                self._for_all(instruction, scope)
            case cat.Enum(name, tags, _):
                scope.bind({name: ValueSet(tuple(map(TagValue, tags)))})
            case cat.Annotations():
                self._annotations(instruction, scope)

    def _include(self, file: str, span: Span) -> None:
        if file in BUILT_IN_FILES:
            return
        found = self.resolve(file, span)
        if found.source.name in self.including:
            chain = " -> ".join([*self.including, found.source.name])
            raise InputError(f"'{file}' includes itself: {chain}", span, "remove one of the includes")
        self.file(found)

    def _annotations(self, instruction: cat.Annotations, scope: Scope) -> None:
        """`instructions K[{'tag, ...}]`: each tag names the set of events that carry it, capitalised."""
        for group in instruction.groups:
            for item in items(self.expressions.value(group, scope), instruction.span):
                if not isinstance(item, TagValue):
                    raise InputError(f"a set of tags is wanted here, not of {describe(item)}", instruction.span)
                scope.bind({set_of_tag(item.name): self.expressions.built_in.tagged(item.name)})

    def _check(self, check: cat.Check, scope: Scope) -> None:
        node = self.expressions.relation_or_set(check.expression, scope)
        if not node.is_a(False) and check.kind != "empty":
            raise InputError(
                f"'{check.kind}' needs a relation, and this is a set", check.expression.span, "write [S] for a relation"
            )
        self._record(check.role, check.kind, check.negated, node, check.name, check.span)

    def _record(
        self, role: CheckRole, kind: cat.CheckKind, negated: bool, node: Node, name: str | None, span: Span | None
    ) -> None:
        label = UNDEFINED if role == "undefined" else name or (f"{kind} at line {span.line}" if span else kind)
        self.checks.append(TheoryCheck(role, kind, negated, node, label, span))

    def _with(self, instruction: cat.With, scope: Scope) -> None:
        value = self.expressions.value(instruction.expression, scope)
        name = instruction.name
        if isinstance(value, Orders) and name == "co":
            self._record("axiom", "empty", False, self._lost(value.partial), "co", instruction.span)
            return
        if isinstance(value, ValueSet) and len(value.items) == 1:
            scope.bind({name: value.items[0]})
            return
        raise UnsupportedError(
            f"`with {name} from` is supported for co from all coherence orders, and for a set with one element",
            instruction.span,
        )

    def _lost(self, partial: Node) -> Node:
        """The pairs that co should have and does not; the reads of fused operations are in W, but not in co."""
        build, base = self.build, self.expressions.built_in.relation
        reads = build.domain(base("amo"))
        outside = (build.cross(reads, build.all), build.cross(build.all, reads))
        return build.difference(partial, build.union((base("co"), *outside)))

    def _call(self, call: cat.Call, scope: Scope) -> None:
        procedure = scope.find(call.procedure)
        if not isinstance(procedure, ProcedureValue):
            hint = self.expressions.similar(call.procedure, scope)
            raise InputError(f"'{call.procedure}' is no procedure", call.span, hint)
        self.expressions.called = call.span
        arguments = self.expressions.value(call.argument, scope)
        inner = Scope(procedure.scope, bind(procedure.procedure.parameters, arguments, call.span))
        before = len(self.checks)
        self._instructions(procedure.procedure.body, inner)
        if call.name is not None:
            self.checks[before:] = [
                TheoryCheck(c.role, c.kind, c.negated, c.node, call.name, call.span) for c in self.checks[before:]
            ]

    def _for_all(self, loop: cat.ForAll, scope: Scope) -> None:
        for item in items(self.expressions.value(loop.expression, scope), loop.span):
            self._instructions(loop.body, Scope(scope, {loop.element: item}))
