"""Whether a bell file knows the annotations that a test's events carry.

A bell file lists them: `instructions R[{'once, 'acquire}]`.  An event with another annotation would be taken for a
plain one, so a test and a bell file that do not belong together would get a verdict that says nothing.  This happens
with the kernel's files since Linux 6.15, whose annotations are spelled in capitals, without their table of macros.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from litmus.cat.built_in import set_of_tag
from litmus.cat.library import Model
from litmus.cat.vocabulary import TAGS
from litmus.errors import InputError
from litmus.program import Instruction, Program, language_of
from litmus.syntax.cat import tree as cat

OWN = frozenset({"Plain", "RMW", "LKR", "LKW", "UL", "LF", "RL", "RU"})
"""Tags of C tests that no bell file declares: plain accesses, updates, locks."""


def require_declared(program: Program, model: Model) -> None:
    """Raises InputError, at the instruction, for a tag of a C test that the model's bell file does not declare.

    Without a bell file that declares any, only a tag that the model spells with other capitals is refused.
    """
    if not language_of(program.arch).kernel:
        return
    known = declared(model)
    for instruction in _instructions(program):
        for tag in sorted(_tags(instruction) - known - OWN):
            twin = _twin(tag, known or TAGS & model.words)
            if known or twin:
                raise _undeclared(tag, twin, instruction, model)


@lru_cache(maxsize=16)
def declared(model: Model) -> frozenset[str]:
    """The sets that the annotations in a model's bell file stand for; empty without a bell file."""
    instructions = model.bell.instructions if model.bell else ()
    enums = {item.name: item.tags for item in instructions if isinstance(item, cat.Enum)}
    groups = (group for item in instructions if isinstance(item, cat.Annotations) for group in item.groups)
    return frozenset(set_of_tag(tag) for group in groups for tag in _named(group, enums))


def _named(expression: cat.Expression, enums: dict[str, tuple[str, ...]]) -> Iterable[str]:
    """The annotations in `Accesses`, `{'once, 'acquire}` or a union of such."""
    match expression:
        case cat.Name(name):
            yield from enums.get(name, ())
        case cat.Tag(name):
            yield name
        case cat.SetLiteral(items):
            for item in items:
                yield from _named(item, enums)
        case cat.Operator():
            for argument in expression.arguments:
                yield from _named(argument, enums)


def _instructions(program: Program) -> Iterator[Instruction]:
    """Every instruction, in the order of the threads."""
    return (instruction for thread in program.threads for instruction in thread.instructions)


def _tags(instruction: Instruction) -> frozenset[str]:
    """The tags of an instruction's events."""
    return frozenset(tag for operation in instruction.operations for tag in getattr(operation, "tags", ()))


def _twin(tag: str, known: frozenset[str]) -> str | None:
    """The known set that differs from a tag in capitals only."""
    return next((name for name in sorted(known - {tag}) if name.lower() == tag.lower()), None)


def _undeclared(tag: str, twin: str | None, instruction: Instruction, model: Model) -> InputError:
    """The error for a tag; one that is declared with other capitals comes from the wrong table of macros."""
    where = model.bell.source.name if model.bell else f"the model '{model.name}'"
    if twin:
        hint = "give --macros the .def file that lies beside the bell file" if model.bell else "leave --macros out"
        return InputError(f"this is annotated '{tag}', and {where} spells it '{twin}'", instruction.span, hint)
    hint = f"declare it with `instructions`, or use one of {', '.join(sorted(declared(model)))}"
    return InputError(f"this is annotated '{tag}', which {where} does not declare", instruction.span, hint)
