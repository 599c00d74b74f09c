"""What this process has remembered, listed and emptied: the caches of functions, of all of our modules that are loaded.

    from litmus.files.caches import caches, empty

    for cache in caches():
        print(cache.name, cache.size, cache.limit)
    empty()

A command ends before its caches matter.  A process that lives long may empty them: a model, macros or a configuration
whose file has changed is then read again, and all else is computed again, to the same answers.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

PACKAGES = ("litmus", "mmcore", "pytest_litmus")


@dataclass(frozen=True, slots=True)
class Cache:
    """What one function remembers.

    `name`: of the function, with its module.  `size`: how many results it has.  `limit`: how many at most; None where
    there is no limit, as the arguments are few.
    """

    name: str
    size: int
    limit: int | None


def caches() -> tuple[Cache, ...]:
    """The caches of all modules that are loaded, sorted by name; those inside a function end with it."""
    infos = {name: function.cache_info() for name, function in _functions().items()}
    return tuple(Cache(name, infos[name].currsize, infos[name].maxsize) for name in sorted(infos))


def empty() -> None:
    """Forgets all results of all of them."""
    for function in _functions().values():
        function.cache_clear()


def _functions() -> dict[str, Any]:
    """The functions that remember, by their full names."""
    found: dict[str, Any] = {}
    for module in list(sys.modules.values()):
        if isinstance(module, ModuleType) and module.__name__.partition(".")[0] in PACKAGES:
            found |= {f"{module.__name__}.{f.__qualname__}": f for f in _in(vars(module), module.__name__)}
    return found


def _in(names: Mapping[str, Any], module: str, outer: str = "") -> Iterator[Any]:
    """The functions in a module or in a class of it; what it imports, or calls by another name, belongs elsewhere."""
    for name, value in list(names.items()):
        function = getattr(value, "__func__", value)  # a static method or a method of a class
        if getattr(function, "__module__", None) != module:
            continue
        if hasattr(function, "cache_info"):
            yield function
        elif isinstance(value, type) and value.__qualname__ == f"{outer}{name}":
            yield from _in(vars(value), module, f"{outer}{name}.")
