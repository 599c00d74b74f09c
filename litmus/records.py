"""Frozen dataclasses that are cheap to define and to make: `from litmus.records import dataclass`.

`dataclasses.dataclass` compiles six functions for a frozen class with slots, and its `__init__` sets every field by a
call of `object.__setattr__`.  A process that checks one test defines more than a hundred such classes, a third of its
time.  Here `__init__` and `__hash__` are compiled together, and set the slots themselves; the other functions are the
same for all classes.  In use nothing differs: `fields`, `replace`, `match`, `copy` and `pickle` work as ever.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass"]


def _dataclass(cls: Any = None, /, *, eq: bool = True, **options: bool) -> Any:
    """The decorator: what is not simply frozen with slots is left to `dataclasses`."""
    if options == {"frozen": True, "slots": True}:
        return lambda made: _record(made, eq)
    return dataclasses.dataclass(cls, eq=eq, **options)


if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    dataclass = _dataclass


def _record(cls: Any, eq: bool) -> Any:
    """The class with slots for its fields, and with the functions that it does not define itself."""
    own = set(vars(cls))
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True)(cls)
    fields = dataclasses.fields(made)
    compared = [field.name for field in fields if field.compare]
    functions: dict[str, Any] = {**_compiled(made, fields, compared), "__repr__": _repr(fields), **_FROZEN}
    if eq:
        functions["__eq__"] = _equality(compared)
    else:
        del functions["__hash__"]
    for name, function in functions.items():
        if name not in own:
            setattr(made, name, function)
    return made


def _compiled(made: Any, fields: Iterable[dataclasses.Field[Any]], compared: Iterable[str]) -> dict[str, Any]:
    """`__init__`, which sets each slot and then calls `__post_init__` if there is one, and `__hash__`."""
    scope: dict[str, Any] = {"MISSING": dataclasses.MISSING}
    positional, named, body = ["self"], list[str](), list[str]()
    for field in fields:
        scope["set_" + field.name] = getattr(made, field.name).__set__
        (named if field.kw_only else positional).append(_parameter(field, scope))
        body.append(f" set_{field.name}(self, {_value(field, scope)})")
    if hasattr(made, "__post_init__"):
        body.append(" self.__post_init__()")
    parameters = ", ".join([*positional, *(["*", *named] if named else [])])
    values = "".join(f"self.{name}, " for name in compared)
    lines = [f"def __init__({parameters}):", *(body or [" pass"]), f"def __hash__(self): return hash(({values}))"]
    exec("\n".join(lines), scope)
    scope["__init__"].__annotations__ = {field.name: field.type for field in fields}
    return {name: scope[name] for name in ("__init__", "__hash__")}


def _parameter(field: dataclasses.Field[Any], scope: dict[str, Any]) -> str:
    """A parameter of `__init__`, with its default value if there is one."""
    if field.default_factory is not dataclasses.MISSING:
        return f"{field.name}=MISSING"
    if field.default is dataclasses.MISSING:
        return field.name
    scope["default_" + field.name] = field.default
    return f"{field.name}=default_{field.name}"


def _value(field: dataclasses.Field[Any], scope: dict[str, Any]) -> str:
    """What `__init__` sets a field to."""
    if field.default_factory is dataclasses.MISSING:
        return field.name
    scope["new_" + field.name] = field.default_factory
    return f"new_{field.name}() if {field.name} is MISSING else {field.name}"


def _equality(compared: list[str]) -> Callable[[Any, Any], Any]:
    """`__eq__`: of the same class, with equal fields."""
    values = attrgetter(*compared) if compared else lambda _: ()

    def equal(self: Any, other: Any) -> Any:
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    return equal


def _repr(fields: Iterable[dataclasses.Field[Any]]) -> Callable[[Any], str]:
    """`__repr__`: `Name(field=value, ...)`."""
    names = [field.name for field in fields if field.repr]

    def shown(self: Any) -> str:
        return f"{self.__class__.__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"

    return shown


def _refuse_set(_self: Any, name: str, _value: Any) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_delete(_self: Any, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, name) for name in _names(self)]


def _set_state(self: Any, state: list[Any]) -> None:
    for name, value in zip(_names(self), state, strict=True):
        object.__setattr__(self, name, value)


def _names(self: Any) -> Iterator[str]:
    return (field.name for field in dataclasses.fields(self))


_FROZEN = {
    "__setattr__": _refuse_set, "__delattr__": _refuse_delete, "__getstate__": _state, "__setstate__": _set_state,
}  # fmt: skip
"""What is the same for all classes: no field is set but by `__init__` and when a copy is made."""
