"""A traced scenario as a litmus test in the kernel's C dialect, which `litmus`, herd7 and klitmus read.

Source of the dialect: tools/memory-model/Documentation/litmus-tests.txt of Linux 6.12.
"""

from __future__ import annotations

import linecache
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from litmus import InternalError
from mmcore.cpu.expression import (
    Address,
    ArrayAddress,
    Binary,
    CellAddress,
    Complement,
    Element,
    Expression,
    Final,
    Key,
    Register,
    Reported,
    finals,
    is_comparison,
    negated,
    registers,
)
from mmcore.errors import ScenarioError, assert_never
from mmcore.traced.explore import Exploration, Values
from mmcore.traced.join import join
from mmcore.traced.names import Names, addresses, unique
from mmcore.traced.proposition import constant, proposition, results
from mmcore.traced.step import Assign, Branch, Cut, Fence, Item, Load, Locking, Modify, Observe, Rcu, Step, Store

INDENT = "\t"
UNTYPED = ("xchg", "cmpxchg")
"""Updates of words of any type; those of counters have names of their own."""

UNUSED = "unused"
"""The local variable for all results that nobody looks at."""

_PAIRS = re.compile(r"# .*?(pairs with .*)$")
_ASSIGNED = re.compile(r"^\s*(\w+)\s*(?::[^=]*)?=[^=]")


def render(name: str, comment: str, threads: Sequence[Exploration], values: Values, bad: Expression) -> str:
    """The text of a litmus test."""
    trees = [join(exploration.paths) for exploration in threads]
    names = Names((*(found for tree in trees for found in addresses(tree)), *map(CellAddress, finals(bad))), values)
    kinds = _kinds(trees)
    columns = [_Column(i, *pair, names, kinds) for i, pair in enumerate(zip(trees, threads, strict=True))]
    for thread, result in results(bad):
        columns[thread].observed[result] = None
    bodies = [column.lines() for column in columns]
    first = {variable: next(iter(values[cell])) for cell, variable in names.cells.items()}
    initial = "".join(f"{INDENT}{variable}={constant(value, names)};\n" for variable, value in first.items())
    text = [f"C {name}\n\n(*\n{_quoted(comment)} *)\n\n{{\n{initial}}}\n"]
    for column, body in zip(columns, bodies, strict=True):
        used = [cell for cell in names.cells if names.cells[cell] in column.parameters]
        parameters = ", ".join(_declared(cell, kinds, values, names) for cell in used)
        text.append(f"\nP{column.number}({parameters})\n{{\n" + "".join(body) + "}\n")
    cut = [f"{column.number}:{column.cut}=0" for column in columns if column.cut]
    if cut:
        text.append("\nfilter (" + " /\\ ".join(cut) + ")")
    return "".join(text) + f"\nexists ({proposition(bad, names)})\n"


class _Column:
    """One thread as C."""

    def __init__(
        self,
        number: int,
        tree: tuple[Item, ...],
        exploration: Exploration,
        names: Names,
        kinds: Mapping[Expression, str],
    ) -> None:
        self.number = number
        self.tree = tree
        self.names = names
        self.kinds = kinds
        self.parameters: dict[str, None] = {}
        self.registers: dict[Key, str] = {}
        self.cut = ""
        self.observed = _observed(tree)
        self.pointers = {*exploration.pointers, *_merged_pointers(tree)}
        self.used = set(_used(tree))

    def lines(self) -> list[str]:
        """The body: declarations, then statements."""
        body = list(self.statements(self.tree, INDENT))
        return [*self.declarations(), "\n", *body]

    def declarations(self) -> Iterator[str]:
        """The local variables."""
        for key, name in self.registers.items():
            yield f"{INDENT}int {'*' if key in self.pointers else ''}{name};\n"
        for name in (*self.observed, *([self.cut] if self.cut else [])):
            yield f"{INDENT}int {name};\n"

    def statements(self, items: Iterable[Item], indent: str) -> Iterator[str]:
        """The lines of some items."""
        for item in items:
            if isinstance(item, Branch):
                yield from self.branch(item, indent)
            else:
                yield f"{indent}{self.step(item, indent)};{_remark(item)}\n"

    def branch(self, branch: Branch, indent: str) -> Iterator[str]:
        """The lines of an `if`; one with nothing to do but else is turned round."""
        condition, then, otherwise = branch.condition, branch.then, branch.otherwise
        if not then:
            condition, then, otherwise = negated(condition), otherwise, ()
        yield f"{indent}if ({self.text(condition)}) {{\n"
        yield from self.statements(then, indent + INDENT)
        if otherwise:
            yield f"{indent}}} else {{\n"
            yield from self.statements(otherwise, indent + INDENT)
        yield f"{indent}}}\n"

    def step(self, step: Step, indent: str) -> str:
        """One statement."""
        arguments = step.arguments
        target = "" if step.result is None else f"{self.register(step.result, step)} = "
        match step:
            case Load(order):
                return target + self.load(order, arguments[0])
            case Store(order):
                return self.store(order, *arguments)
            case Modify(update):
                operand, against = (*map(self.text, arguments[1:]), "")[:2]
                prefix = "atomic_" if self.counts(arguments[0]) and update.operation in UNTYPED else ""
                return f"{target}{prefix}{update.spelled(self.text(arguments[0]), operand, against)}"
            case Observe(name) if is_comparison(arguments[0]):  # not every machine has an instruction for its value
                return f"if ({self.text(arguments[0])})\n{indent}{INDENT}{name} = 1"
            case Observe(name):
                return f"{name} = {self.text(arguments[0])}"
            case Assign():
                return f"{target}{self.text(arguments[0])}"
            case Locking(name):
                return f"{name}({self.text(arguments[0])})"
            case Cut():
                self.cut = self.cut or unique("unfinished", self.observed)
                return f"{self.cut} = 1"
            case Fence(name) | Rcu(name):
                return f"{name}()"
        raise InternalError(f"no statement for {step!r}")

    def counts(self, address: Expression) -> bool:
        """Whether a counter is at an address."""
        return self.kinds.get(address) == "atomic_t"

    def load(self, order: str, address: Expression) -> str:
        """A read of a word or of a counter."""
        if self.counts(address):
            return f"atomic_read{'_acquire' if order == 'acquire' else ''}({self.text(address)})"
        return f"smp_load_acquire({self.text(address)})" if order == "acquire" else f"READ_ONCE(*{self.text(address)})"

    def store(self, order: str, address: Expression, value: Expression) -> str:
        """A write of a word or of a counter."""
        if self.counts(address):
            return f"atomic_set{'_release' if order == 'release' else ''}({self.text(address)}, {self.text(value)})"
        place = self.text(address)
        call = f"smp_store_release({place}" if order == "release" else f"WRITE_ONCE(*{place}"
        return f"{call}, {self.text(value)})"

    def register(self, key: Key, step: Step | None = None) -> str:
        """The local variable of a register, named after that of the routine where it has one."""
        if key not in self.used:
            key = UNUSED
        if key not in self.registers:
            wish = UNUSED if key == UNUSED else _wish(step) if step else "r"
            self.registers[key] = unique(wish, (*self.registers.values(), *self.names.cells.values(), *self.observed))
        return self.registers[key]

    def text(self, expression: Expression) -> str:
        """An expression in C."""
        match expression:
            case int():
                return str(expression)
            case Register(key):
                return self.register(key)
            case CellAddress() | ArrayAddress():
                name = self.names.address(expression)
                self.parameters[name] = None
                return name
            case Element(array):
                return self.text(array)
            case Complement(operand):  # what reads these tests knows neither ~ nor !
                return f"{_bracketed(self.text(operand))} ^ -1"
            case Binary(symbol, left, right):
                return f"{_bracketed(self.text(left))} {symbol} {_bracketed(self.text(right))}"
            case Reported() | Final():
                raise ScenarioError("a thread computes from its own reads, and not from results")
        assert_never(expression)


def _used(items: Iterable[Item]) -> Iterator[Key]:
    """The registers that something is computed from."""
    for item in items:
        if isinstance(item, Branch):
            yield from registers(item.condition)
            yield from _used((*item.then, *item.otherwise))
        else:
            for argument in item.arguments:
                yield from registers(argument)


def _merged_pointers(tree: Iterable[Item]) -> Iterator[Key]:
    """The local variables that the arms of branches set to addresses."""
    return (step.result for step in _steps(tree) if isinstance(step, Assign) and isinstance(step.arguments[0], Address))


def _kinds(trees: Iterable[Iterable[Item]]) -> dict[Expression, str]:
    """The C types of cells that are more than words: those that locks and counters are at."""
    found: dict[Expression, str] = {}
    for step in (step for tree in trees for step in _steps(tree)):
        if isinstance(step, Locking):
            found[step.arguments[0]] = "spinlock_t"
        elif isinstance(step, Modify) and step.update.operation not in UNTYPED:
            found[step.arguments[0]] = "atomic_t"
    return found


def _steps(items: Iterable[Item]) -> Iterator[Step]:
    for item in items:
        if isinstance(item, Branch):
            yield from _steps((*item.then, *item.otherwise))
        else:
            yield item


def _observed(items: Iterable[Item]) -> dict[str, None]:
    """The names of the results that a thread reports."""
    return dict.fromkeys(step.name for step in _steps(items) if isinstance(step, Observe))


def _declared(cell: str, kinds: dict[Expression, str], values: Values, names: Names) -> str:
    """The declaration of a parameter."""
    pointer = any(isinstance(value, Address) for value in values[cell])
    kind = "int *" if pointer else kinds.get(CellAddress(cell), "int")
    return f"{kind} *{names.cells[cell]}" if not pointer else f"{kind}*{names.cells[cell]}"


def _wish(step: Step) -> str:
    """The name of the variable that the routine's own line assigns to, or `r`."""
    match = _ASSIGNED.match(_line(step))
    return match[1] if match else "r"


def _remark(step: Step) -> str:
    """What the routine's own line says the step pairs with."""
    match = None if isinstance(step, Observe) else _PAIRS.search(_line(step))
    return f" /* {match[1]} */" if match else ""


def _line(step: Step) -> str:
    """The routine's own line of a step; empty if it is not known."""
    if not step.point:
        return ""
    place, line = step.point[-1]
    return linecache.getline(place.rpartition(":")[0], line)


def _bracketed(text: str) -> str:
    return f"({text})" if " " in text else text


def _quoted(comment: str) -> str:
    """The lines of a comment, indented; nothing in it ends it."""
    return "".join(f" * {line}\n" if line else " *\n" for line in comment.replace("*)", "* )").splitlines())
