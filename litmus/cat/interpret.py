"""The interpreter of cat: from a model's text to a `Theory`.

Names, functions, includes, tests and matches are all decided here, once for each signature (the sets that
are not empty); what remains are relational operators, which `Builder` makes into a graph.  A construct whose
meaning would depend on more than the signature is refused, by name, with its line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import TypeAlias

from litmus.cat import syntax as cat
from litmus.cat.recognize import is_atomicity, is_coherence, is_only_coherence
from litmus.cat.recursion import is_monotone, sets_among
from litmus.cat.scope import (
    Closure,
    Orders,
    Partition,
    Primitive,
    ProcedureValue,
    Scope,
    TagValue,
    Value,
    ValueSet,
    describe,
)
from litmus.cat.theory import (
    DIFFERENT_VALUES,
    Builder,
    FixGroup,
    Node,
    Theory,
    TheoryCheck,
    define,
    is_static,
    schedule,
)
from litmus.cat.vocabulary import (
    ABSENT_RELATIONS,
    ABSENT_SETS,
    BASE_RELATIONS,
    EVENT_SETS,
    REGISTER_RELATIONS,
    TAGS,
    UNDEFINED,
)
from litmus.errors import InputError, UnsupportedError
from litmus.source import Span

Resolve: TypeAlias = Callable[[str, Span], cat.CatFile]
"""Finds an included file: (name as written, where) to its tree."""

BUILT_IN_FILES = frozenset({"stdlib.cat", "cross.cat", "cos.cat", "cos-opt.cat", "cos-ok-opt.cat", "cos-no-opt.cat"})
"""Library files whose meaning is built in: the prelude, and co as any total order of each location's writes."""


def set_of_tag(tag: str) -> str:
    """The name of the set of the events with a tag: `'before-atomic` is `Before-atomic`, `'MB` is `MB`."""
    return tag[:1].upper() + tag[1:]


class UndefinedName(InputError):
    """A name that nothing defines; `try` catches it."""


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
            interpreter.called,
            "does a function or a procedure call itself without end?",
        ) from None


class _Interpreter:
    def __init__(self, resolve: Resolve, signature: frozenset[str], variants: frozenset[str]) -> None:
        self.build = Builder()
        self.resolve = resolve
        self.signature = signature
        self.variants = variants
        self.globals = Scope()
        self.checks: list[TheoryCheck] = []
        self.including: list[str] = []
        self.called: Span | None = None
        """Where a function or a procedure was called last."""
        self.primitives = self._primitives()

    def theory(self, name: str) -> Theory:
        """What has been read, ready to be evaluated."""
        definitions = {n: v for n, v in self.globals.names.items() if isinstance(v, Node)}
        steps = schedule(c.node for c in self.checks)
        rmw = self._base("rmw")
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
                self._let(bindings, recursive, scope)
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
                self._instructions(then if self._test(test, scope) else otherwise, scope)
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
            for item in self._items(self._value(group, scope), instruction.span):
                if not isinstance(item, TagValue):
                    raise InputError(f"a set of tags is wanted here, not of {describe(item)}", instruction.span)
                scope.bind({set_of_tag(item.name): self._tagged(item.name)})

    def _tagged(self, tag: str) -> Node:
        """The events that carry a tag."""
        name = set_of_tag(tag)
        return self.build.base(name, True) if name in self.signature else self.build.empty_set

    def _check(self, check: cat.Check, scope: Scope) -> None:
        node = self._relation_or_set(check.expression, scope)
        if node.is_set and check.kind != "empty":
            raise InputError(
                f"'{check.kind}' needs a relation, and this is a set", check.expression.span, "write [S] for a relation"
            )
        self._record(check.role, check.kind, check.negated, node, check.name, check.span)

    def _record(
        self, role: str, kind: cat.CheckKind, negated: bool, node: Node, name: str | None, span: Span | None
    ) -> None:
        label = UNDEFINED if role == "undefined" else name or (f"{kind} at line {span.line}" if span else kind)
        self.checks.append(TheoryCheck(role, kind, negated, node, label, span))

    def _with(self, instruction: cat.With, scope: Scope) -> None:
        value = self._value(instruction.expression, scope)
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
        build = self.build
        reads = build.domain(self._base("amo"))
        outside = (build.cross(reads, build.all), build.cross(build.all, reads))
        return build.difference(partial, build.union((self._base("co"), *outside)))

    def _call(self, call: cat.Call, scope: Scope) -> None:
        procedure = scope.find(call.procedure)
        if not isinstance(procedure, ProcedureValue):
            raise InputError(f"'{call.procedure}' is no procedure", call.span, self._similar(call.procedure, scope))
        self.called = call.span
        arguments = self._value(call.argument, scope)
        inner = Scope(procedure.scope, self._bind(procedure.procedure.parameters, arguments, call.span))
        before = len(self.checks)
        self._instructions(procedure.procedure.body, inner)
        if call.name is not None:
            self.checks[before:] = [
                TheoryCheck(c.role, c.kind, c.negated, c.node, call.name, call.span) for c in self.checks[before:]
            ]

    def _for_all(self, loop: cat.ForAll, scope: Scope) -> None:
        for item in self._items(self._value(loop.expression, scope), loop.span):
            self._instructions(loop.body, Scope(scope, {loop.element: item}))

    # --- bindings ---------------------------------------------------------------------------------------

    def _let(self, bindings: tuple[cat.Binding, ...], recursive: bool, scope: Scope) -> None:
        if recursive and all(isinstance(b.body, cat.Function) for b in bindings):
            self._recursive_functions(bindings, scope)
        elif recursive:
            scope.bind(self._recursive(bindings, scope))
        else:
            values = [self._value(b.body, scope) for b in bindings]
            for binding, value in zip(bindings, values, strict=True):
                single = len(binding.names) == 1
                scope.bind({binding.names[0]: value} if single else self._bind(binding.names, value, binding.span))

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
        body = self._relation_or_set(binding.body, scope)
        if body.op == "empty":
            return self.build.nothing(is_set)
        if body.is_set != is_set:
            raise UnsupportedError("a recursive definition of this set is not supported", binding.span)
        return body

    def _bind(self, parameters: tuple[str, ...], argument: Value, span: Span) -> dict[str, Value]:
        values = argument if isinstance(argument, tuple) else (argument,)
        if len(values) != len(parameters):
            raise InputError(f"{len(parameters)} arguments are wanted here, not {len(values)}", span)
        return dict(zip(parameters, values, strict=True))

    # --- expressions ------------------------------------------------------------------------------------

    def _relation_or_set(self, expression: cat.Expression, scope: Scope) -> Node:
        value = self._value(expression, scope)
        if isinstance(value, Node):
            return value
        if value == ValueSet(()):
            return self.build.empty_set
        raise InputError(f"a set or a relation is wanted here, not {describe(value)}", expression.span)

    def _value(self, expression: cat.Expression, scope: Scope) -> Value:
        match expression:
            case cat.Name(name, span):
                return self._name(name, span, scope)
            case cat.Operator():
                return self._operator(expression, scope)
            case cat.Apply(function, argument, span):
                return self._apply(self._value(function, scope), self._value(argument, scope), span)
            case cat.Function():
                return Closure(expression, scope.now())
            case cat.LetIn(bindings, recursive, body, _):
                return self._let_in(bindings, recursive, body, scope)
            case cat.EmptyRelation():
                return self.build.empty
            case cat.Universe():
                return self.build.all
            case cat.SetLiteral(items, _):
                values = tuple(self._value(item, scope) for item in items)
                return ValueSet(values) if values else self.build.empty_set
            case cat.TupleLiteral(items, _):
                return tuple(self._value(item, scope) for item in items)
            case cat.Tag(name, _):
                return TagValue(name)
            case cat.Try(body, handler, _):
                return self._try(body, handler, scope)
            case cat.If(test, then, otherwise, _):
                return self._value(then if self._test(test, scope) else otherwise, scope)
            case cat.MatchSet():
                return self._match_set(expression, scope)
            case cat.MatchTag():
                return self._match_tag(expression, scope)

    def _name(self, name: str, span: Span, scope: Scope) -> Value:
        value = self._known(name, scope)
        if value is None:
            raise UndefinedName(f"'{name}' is not defined", span, self._similar(name, scope))
        return value

    def _known(self, name: str, scope: Scope) -> Value | None:
        """What a name stands for: what the model defines, then what is built in."""
        value = scope.find(name)
        if value is not None:
            return value
        if name in self.primitives:
            return self.primitives[name]
        if name == "id":
            return self.build.identity
        if name in BASE_RELATIONS or name in REGISTER_RELATIONS:
            return self._base(name)
        if name in self.signature:
            return self.build.base(name, True)
        if name in EVENT_SETS or name in TAGS or name in ABSENT_SETS:
            return self.build.empty_set
        if name in ABSENT_RELATIONS:
            return self.build.empty
        return None

    def _base(self, name: str) -> Node:
        return self.build.base(name, False)

    def _similar(self, name: str, scope: Scope) -> str:
        known = [*scope.known(), *self.primitives, *BASE_RELATIONS, *EVENT_SETS, *TAGS, "id"]
        close = get_close_matches(name, sorted(set(known)), 3)
        return f"did you mean {' or '.join(close)}?" if close else "define it with `let`, or include the file that does"

    def _operator(self, expression: cat.Operator, scope: Scope) -> Value:
        values = [self._value(a, scope) for a in expression.arguments]
        if expression.op == "++":
            return self._add(values[0], values[1], expression.span)
        if expression.op == "|" and any(isinstance(v, ValueSet) for v in values):
            return ValueSet(tuple(item for v in values for item in self._items(v, expression.span)))
        nodes = [self._as_node(v, a) for v, a in zip(values, expression.arguments, strict=True)]
        return self._combine(expression, nodes)

    def _as_node(self, value: Value, expression: cat.Expression) -> Node:
        if isinstance(value, Node):
            return value
        raise InputError(f"a set or a relation is wanted here, not {describe(value)}", expression.span)

    def _combine(self, expression: cat.Operator, nodes: list[Node]) -> Node:
        build = self.build
        match expression.op:
            case "|":
                return build.union(self._alike(nodes, expression))
            case "&":
                return build.intersection(self._alike(nodes, expression))
            case "\\":
                return build.difference(*self._alike(nodes, expression))
            case "~":
                return build.complement(nodes[0])
            case "*":
                return build.cross(*self._all(nodes, expression, True))
            case "[]":
                return build.toid(*self._all(nodes, expression, True))
        relations = self._all(nodes, expression, False)
        match expression.op:
            case ";":
                result = relations[0]
                for relation in relations[1:]:
                    result = build.sequence(result, relation)
                return result
            case "^-1":
                return build.inverse(relations[0])
            case "^+":
                return build.plus(relations[0])
            case "^*":
                return build.star(relations[0])
        assert expression.op == "?"
        return build.optional(relations[0])

    def _alike(self, nodes: list[Node], expression: cat.Operator) -> list[Node]:
        """The nodes, all sets or all relations; the empty one is both."""
        kinds = {n.is_set for n in nodes if n.op != "empty"}
        if len(kinds) > 1:
            raise InputError(
                f"'{expression.op}' combines a set with a relation", expression.span, "write [S] for a relation"
            )
        is_set = kinds.pop() if kinds else nodes[0].is_set
        return [self.build.nothing(is_set) if n.op == "empty" else n for n in nodes]

    def _all(self, nodes: list[Node], expression: cat.Operator, sets: bool) -> list[Node]:
        """The nodes, all sets (or all relations), as the operator wants them."""
        for node, argument in zip(nodes, expression.arguments, strict=True):
            if node.is_set != sets and node.op != "empty":
                wanted, given = ("set", "relation") if sets else ("relation", "set")
                raise InputError(
                    f"'{expression.op}' wants a {wanted}, and this is a {given}",
                    argument.span,
                    "domain(r) and range(r) are sets" if sets else "write [S] for a relation",
                )
        return [self.build.nothing(sets) if n.op == "empty" else n for n in nodes]

    def _add(self, element: Value, rest: Value, span: Span) -> Value:
        """`e ++ S`: the set S with one more element."""
        return ValueSet((element, *self._items(rest, span)))

    def _items(self, value: Value, span: Span) -> tuple[Value, ...]:
        """The elements of a set of values."""
        if isinstance(value, ValueSet):
            return value.items
        if isinstance(value, Node) and value.op == "empty":
            return ()
        raise UnsupportedError(f"going through the elements of {describe(value)} is not supported", span)

    def _apply(self, function: Value, argument: Value, span: Span) -> Value:
        if isinstance(function, Primitive):
            return function.apply(argument, span)
        if not isinstance(function, Closure):
            raise InputError(f"this is applied like a function, but it is {describe(function)}", span)
        self.called = span
        f = function.function
        names = {f.parameters[0]: argument} if f.single else self._bind(f.parameters, argument, span)
        return self._value(f.body, Scope(function.scope, names))

    def _let_in(
        self, bindings: tuple[cat.Binding, ...], recursive: bool, body: cat.Expression, scope: Scope
    ) -> Value:
        inner = Scope(scope)
        self._let(bindings, recursive, inner)
        return self._value(body, inner)

    def _try(self, body: cat.Expression, handler: cat.Expression, scope: Scope) -> Value:
        try:
            return self._value(body, scope)
        except UndefinedName:
            return self._value(handler, scope)

    def _match_set(self, match: cat.MatchSet, scope: Scope) -> Value:
        items = self._items(self._value(match.subject, scope), match.span)
        if not items:
            return self._value(match.empty, scope)
        return self._value(match.step, Scope(scope, {match.element: items[0], match.rest: ValueSet(items[1:])}))

    def _match_tag(self, match: cat.MatchTag, scope: Scope) -> Value:
        subject = self._value(match.subject, scope)
        for tag, body in match.clauses:
            if tag is None or subject == TagValue(tag):
                return self._value(body, scope)
        raise InputError(f"no clause matches {describe(subject)}", match.span, "add a clause `|| _ -> ...`")

    def _test(self, test: cat.Test, scope: Scope) -> bool:
        match test:
            case cat.Variant(name, _):
                return name in self.variants
            case cat.NotTest(inner, _):
                return not self._test(inner, scope)
            case cat.Connective("&&", left, right, _):
                return self._test(left, scope) and self._test(right, scope)
            case cat.Connective(_, left, right, _):
                return self._test(left, scope) or self._test(right, scope)
            case cat.CompareTest(op, left, right, span):
                return self._compare(op, self._value(left, scope), self._value(right, scope), span)

    def _compare(self, op: str, left: Value, right: Value, span: Span) -> bool:
        """Equality and inclusion, as far as they do not depend on the test."""
        if isinstance(left, Node) and isinstance(right, Node):
            if left is right or left.op == right.op == "empty" or (op == "subset" and left.op == "empty"):
                return True
        elif op == "=" and isinstance(left, TagValue):
            return left == right
        raise UnsupportedError("this comparison depends on the events of the test: it is not supported here", span)

    # --- built-in functions -----------------------------------------------------------------------------

    def _primitives(self) -> dict[str, Primitive]:
        build = self.build

        def end(name: str, make: Callable[[Node], Node]) -> Primitive:
            return Primitive(name, lambda value, span: make(self._related(name, value, span)))

        made = [
            end("domain", build.domain),
            end("range", build.range),
            Primitive("partition", lambda value, span: Partition(self._argument(value, span))),
            Primitive("classes-loc", lambda value, span: Partition(self._argument(value, span))),
            Primitive("linearisations", self._linearisations),
            Primitive("co_locs", self._co_locs),
            Primitive("tag2events", self._tag2events),
            Primitive("generate_orders", self._linearisations),
            Primitive("generate_cos", lambda value, span: Orders(self._argument(value, span))),
            Primitive("cross", self._cross),
            end(DIFFERENT_VALUES, lambda pairs: build.intersection((pairs, self._base(DIFFERENT_VALUES)))),
            *(Primitive(name, lambda _, __: build.empty) for name in ("same-oa", "at-least-one-writable")),
            Primitive("inter_transitive", lambda _, __: build.empty),
        ]
        return {p.name: p for p in made}

    def _related(self, name: str, value: Value, span: Span) -> Node:
        """The argument of `domain` and `range`."""
        node = self._argument(value, span)
        if node.is_set and node.op != "empty":
            raise InputError(f"'{name}' wants a relation, and this is a set", span, "write [S] for a relation")
        return node

    def _argument(self, value: Value, span: Span) -> Node:
        if isinstance(value, Node):
            return value
        raise InputError(f"a set or a relation is wanted here, not {describe(value)}", span)

    def _linearisations(self, value: Value, span: Span) -> Value:
        """`linearisations(S, r)` and `generate_orders(S, r)`: for S = W these are the coherence orders."""
        match value:
            case (Node() as members, Node() as partial) if members is self.build.base("W", True):
                return Orders(partial)
        raise UnsupportedError("linearisations are supported for the writes (W) only", span)

    def _tag2events(self, value: Value, span: Span) -> Value:
        if isinstance(value, TagValue):
            return self._tagged(value.name)
        raise InputError(f"a tag is wanted here, not {describe(value)}", span)

    def _co_locs(self, value: Value, span: Span) -> Value:
        match value:
            case (Node() as partial, Partition(members)):
                return self._linearisations((members, partial), span)
        raise InputError("co_locs wants a relation and a partition of a set", span)

    def _cross(self, value: Value, span: Span) -> Value:
        """`cross`: one relation from each set, united."""
        if isinstance(value, Orders):
            return value
        combined: list[Node] = [self.build.empty]
        for choices in self._items(value, span):
            options = [self._argument(item, span) for item in self._items(choices, span)]
            combined = [self.build.union((left, right)) for left in combined for right in options]
        return ValueSet(tuple(combined))
