"""The values of cat expressions: names, functions, `let rec`, matches and tests are decided here.

What remains are relational operators, which `Builder` makes into a graph.  What would depend on more than the
signature of a test is refused, by name, with its line.
"""

from __future__ import annotations

from litmus.cat.built_in import NAMES, BuiltIn
from litmus.cat.folding import Builder
from litmus.cat.functions import argument, functions, items
from litmus.cat.graph import FixGroup, Node
from litmus.cat.operators import combine
from litmus.cat.recursion import define, is_monotone, sets_among
from litmus.cat.scope import Closure, Primitive, Scope, TagValue, Value, ValueSet, describe
from litmus.errors import InputError, UnsupportedError, close_names
from litmus.source import Span
from litmus.syntax.cat import tree as cat


class UndefinedName(InputError):
    """A name that nothing defines; `try` catches it."""


def bind(parameters: tuple[str, ...], argument: Value, span: Span) -> dict[str, Value]:
    """The parts of a tuple by the names that they are given; raises InputError if there are more or fewer."""
    values = argument if isinstance(argument, tuple) else (argument,)
    if len(values) != len(parameters):
        raise InputError(f"{len(parameters)} arguments are wanted here, not {len(values)}", span)
    return dict(zip(parameters, values, strict=True))


class Expressions:
    """Evaluates expressions for one signature; `variants` are the tests of `if` that hold.

    `called`: where a function or a procedure was called last.
    """

    def __init__(self, build: Builder, signature: frozenset[str], variants: frozenset[str]) -> None:
        self.build = build
        self.variants = variants
        self.built_in = BuiltIn(build, signature)
        self.functions = functions(self.built_in)
        self.called: Span | None = None

    # --- bindings ---------------------------------------------------------------------------------------

    def let(self, bindings: tuple[cat.Binding, ...], recursive: bool, scope: Scope) -> None:
        """Gives the names of a `let` or `let rec` their values in a scope."""
        if recursive and all(isinstance(b.body, cat.Function) for b in bindings):
            self._recursive_functions(bindings, scope)
        elif recursive:
            scope.bind(self._recursive(bindings, scope))
        else:
            values = [self.value(b.body, scope) for b in bindings]
            for binding, value in zip(bindings, values, strict=True):
                single = len(binding.names) == 1
                scope.bind({binding.names[0]: value} if single else bind(binding.names, value, binding.span))

    def _recursive_functions(self, bindings: tuple[cat.Binding, ...], scope: Scope) -> None:
        scope.bind({b.names[0]: () for b in bindings})
        here = scope.now()
        for b in bindings:
            assert isinstance(b.body, cat.Function)
            here.names[b.names[0]] = Closure(b.body, here)

    def _recursive(self, bindings: tuple[cat.Binding, ...], scope: Scope) -> dict[str, Value]:
        group = FixGroup()
        names = [b.names[0] for b in bindings]
        sets = sets_among(bindings, lambda name: self._known(name, scope))
        nodes: dict[str, Value] = {name: self.build.fix(group, name in sets, name) for name in names}
        inner = Scope(scope, dict(nodes))
        bodies = [self._recursive_body(b, b.names[0] in sets, inner) for b in bindings]
        defined = define(self.build, group, bodies)
        for binding, body in zip(bindings, bodies, strict=True):
            if not (group.static or is_monotone(body, group)):
                raise UnsupportedError(
                    f"'{binding.names[0]}' is defined by its own complement, and depends on rf or co", binding.span
                )
        return dict(zip(names, defined, strict=True))

    def _recursive_body(self, binding: cat.Binding, is_set: bool, scope: Scope) -> Node:
        body = self.relation_or_set(binding.body, scope)
        if body.op == "empty":
            return self.build.nothing(is_set)
        if body.is_set != is_set:
            raise UnsupportedError("a recursive definition of this set is not supported", binding.span)
        return body

    # --- expressions ------------------------------------------------------------------------------------

    def relation_or_set(self, expression: cat.Expression, scope: Scope) -> Node:
        """The value of an expression that has to be a relation or a set of events; raises InputError otherwise."""
        value = self.value(expression, scope)
        return self.build.zero if value == ValueSet(()) else argument(value, expression.span)

    def value(self, expression: cat.Expression, scope: Scope) -> Value:
        """The value of an expression, whatever it is."""
        match expression:
            case cat.Name(name, span):
                return self._name(name, span, scope)
            case cat.Operator():
                return self._operator(expression, scope)
            case cat.Apply(function, argument, span):
                return self._apply(self.value(function, scope), self.value(argument, scope), span)
            case cat.Function():
                return Closure(expression, scope.now())
            case cat.LetIn(bindings, recursive, body, _):
                return self._let_in(bindings, recursive, body, scope)
            case cat.EmptyRelation():
                return self.build.zero
            case cat.Universe():
                return self.build.all
            case cat.SetLiteral(items, _):
                values = tuple(self.value(item, scope) for item in items)
                return ValueSet(values) if values else self.build.zero
            case cat.TupleLiteral(items, _):
                return tuple(self.value(item, scope) for item in items)
            case cat.Tag(name, _):
                return TagValue(name)
            case cat.Try(body, handler, _):
                return self._try(body, handler, scope)
            case cat.If(test, then, otherwise, _):
                return self.value(then if self.test(test, scope) else otherwise, scope)
            case cat.MatchSet():
                return self._match_set(expression, scope)
            case cat.MatchTag():
                return self._match_tag(expression, scope)

    def _name(self, name: str, span: Span, scope: Scope) -> Value:
        value = self._known(name, scope)
        if value is None:
            raise UndefinedName(f"'{name}' is not defined", span, self.similar(name, scope))
        return value

    def _known(self, name: str, scope: Scope) -> Value | None:
        """What a name stands for: what the model defines, then what is built in."""
        value = scope.find(name)
        if value is None:
            value = self.functions.get(name)
        return self.built_in.find(name) if value is None else value

    def similar(self, name: str, scope: Scope) -> str:
        """A hint for a name that is not defined."""
        known = {*scope.known(), *self.functions, *NAMES}
        close = close_names(name, sorted(known), 3)
        return f"did you mean {' or '.join(close)}?" if close else "define it with `let`, or include the file that does"

    def _operator(self, expression: cat.Operator, scope: Scope) -> Value:
        values = [self.value(a, scope) for a in expression.arguments]
        if expression.op == "++":
            return ValueSet((values[0], *items(values[1], expression.span)))
        if expression.op == "|" and any(isinstance(v, ValueSet) for v in values):
            return ValueSet(tuple(item for v in values for item in items(v, expression.span)))
        nodes = [argument(v, a.span) for v, a in zip(values, expression.arguments, strict=True)]
        return combine(self.build, expression, nodes)

    def _apply(self, function: Value, argument: Value, span: Span) -> Value:
        if isinstance(function, Primitive):
            return function.apply(argument, span)
        if not isinstance(function, Closure):
            raise InputError(f"this is applied like a function, but it is {describe(function)}", span)
        self.called = span
        f = function.function
        names = {f.parameters[0]: argument} if f.single else bind(f.parameters, argument, span)
        return self.value(f.body, Scope(function.scope, names))

    def _let_in(
        self, bindings: tuple[cat.Binding, ...], recursive: bool, body: cat.Expression, scope: Scope
    ) -> Value:
        inner = Scope(scope)
        self.let(bindings, recursive, inner)
        return self.value(body, inner)

    def _try(self, body: cat.Expression, handler: cat.Expression, scope: Scope) -> Value:
        try:
            return self.value(body, scope)
        except UndefinedName:
            return self.value(handler, scope)

    def _match_set(self, match: cat.MatchSet, scope: Scope) -> Value:
        elements = items(self.value(match.subject, scope), match.span)
        if not elements:
            return self.value(match.empty, scope)
        return self.value(match.step, Scope(scope, {match.element: elements[0], match.rest: ValueSet(elements[1:])}))

    def _match_tag(self, match: cat.MatchTag, scope: Scope) -> Value:
        subject = self.value(match.subject, scope)
        for tag, body in match.clauses:
            if tag is None or subject == TagValue(tag):
                return self.value(body, scope)
        raise InputError(f"no clause matches {describe(subject)}", match.span, "add a clause `|| _ -> ...`")

    def test(self, test: cat.Test, scope: Scope) -> bool:
        """Whether a test of `if` holds."""
        match test:
            case cat.Variant(name, _):
                return name in self.variants
            case cat.NotTest(inner, _):
                return not self.test(inner, scope)
            case cat.Connective("&&", left, right, _):
                return self.test(left, scope) and self.test(right, scope)
            case cat.Connective(_, left, right, _):
                return self.test(left, scope) or self.test(right, scope)
            case cat.CompareTest(op, left, right, span):
                return self._compare(op, self.value(left, scope), self.value(right, scope), span)

    def _compare(self, op: str, left: Value, right: Value, span: Span) -> bool:
        """Equality and inclusion, as far as they do not depend on the test."""
        if isinstance(left, Node) and isinstance(right, Node):
            if left is right or left.op == right.op == "empty" or (op == "subset" and left.op == "empty"):
                return True
        elif op == "=" and isinstance(left, TagValue):
            return left == right
        raise UnsupportedError("this comparison depends on the events of the test: it is not supported here", span)
