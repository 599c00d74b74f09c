"""Which calls on the stack are those of the machinery, and not of a routine.

A processor finds the place in a routine where a primitive is at work on the stack: the innermost call that is not its
own.  What is its own is marked where it is defined, so that a place does not depend on where the machinery lies.
"""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Iterator
from types import CodeType, FrameType
from typing import TypeVar

_MARKED: dict[int, CodeType] = {}
"""The code of the machinery, by identity: two copies of a function are two."""

_WITH = vars(contextlib)
"""The globals of what runs between `with` and the block of a generator: nobody's call."""

_Marked = TypeVar("_Marked", bound="type | Callable[..., object]")


def machinery(marked: _Marked) -> _Marked:
    """Marks a function, or all functions that a class defines itself, with the functions inside of them."""
    for member in vars(marked).values() if isinstance(marked, type) else (marked,):
        for code in _codes(member):
            _MARKED[id(code)] = code
    return marked


def is_machinery(frame: FrameType) -> bool:
    """Whether a call is one of the machinery."""
    return id(frame.f_code) in _MARKED or frame.f_globals is _WITH


def _codes(member: object) -> Iterator[CodeType]:
    """The code of a function, a method, or a property, under its decorators; nothing for anything else."""
    if isinstance(member, staticmethod | classmethod):
        member = member.__func__
    elif isinstance(member, property):
        member = member.fget
    code = getattr(inspect.unwrap(member), "__code__", None) if callable(member) else None
    waiting = [code] if isinstance(code, CodeType) else []
    while waiting:
        found = waiting.pop()
        yield found
        waiting += [constant for constant in found.co_consts if isinstance(constant, CodeType)]
