"""The files that a model is made of: its own, what they include, and what is bundled."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib import resources
from os.path import isfile, normpath
from pathlib import Path

from litmus.cat.interpret import BUILT_IN_FILES
from litmus.errors import InputError
from litmus.files import text
from litmus.source import Source, Span
from litmus.syntax.cat.tree import CatFile

_INCLUDE = re.compile(r'include\s*"([^"]*)"')


class Includes:
    """Finds included files: beside the including one, then in some folders, then the bundled ones."""

    def __init__(self, folders: tuple[Path, ...] = ()) -> None:
        self.folders = folders
        self._read: dict[Path, CatFile] = {}

    def resolve(self, name: str, span: Span) -> CatFile:
        """The tree of an included file; raises InputError, at the include, where it is not found.

        A bundled file includes bundled files only, whatever lies in the working directory.  `lock.cat` is always
        ours: its head says why it stands for the kernel's.
        """
        if name == "lock.cat":
            return own(name)
        of_bundled = bundled_source(span.source.name) is span.source
        folders = () if of_bundled else (Path(span.source.name).parent, *self.folders)
        for folder in folders:
            path = Path(normpath(folder / name))
            if isfile(path):
                return self._file(path)
        found = _bundled(name)
        if found is None:
            looked = ", ".join(str(folder) for folder in folders)
            raise InputError(f"the included file '{name}' is not found", span, f"looked in {looked}; add -I DIR")
        return found

    def _file(self, path: Path) -> CatFile:
        if path not in self._read:
            self._read[path] = parsed(Source(str(path), read_model_text(path)))
        return self._read[path]

    def closure(self, first: Sequence[CatFile]) -> tuple[CatFile, ...]:
        """Some files and everything they include, as far as it is found."""
        files = list(first)
        pending = list(first)
        while pending:
            file = pending.pop()
            for match in _INCLUDE.finditer(file.source.text):
                try:
                    found = self.resolve(match.group(1), file.source.span(match.start(), match.end()))
                except InputError:
                    continue
                if found not in files and match.group(1) not in BUILT_IN_FILES:
                    files.append(found)
                    pending.append(found)
        return tuple(files)


def read_model_text(path: Path) -> str:
    """The text of a model file; UsageError when it cannot be read, InputError when it is no text or empty."""
    found = text(str(path))
    if not found.strip():
        raise InputError(f"the model '{path}' is empty", hint="write a title and what it demands: acyclic po | com")
    return found


def parsed(source: Source) -> CatFile:
    """The tree of a cat file; raises InputError at what it does not understand."""
    from litmus.syntax.cat.front import parse

    return parse(source)


def prelude() -> CatFile:
    """What every model may use."""
    return own("prelude.cat")


@cache
def own(name: str) -> CatFile:
    """A file of litmus/cat."""
    return parsed(Source(name, resources.files("litmus.cat").joinpath(name).read_text(encoding="utf-8")))


@lru_cache(maxsize=64)
def _bundled(name: str) -> CatFile | None:
    source = bundled_source(name)
    return None if source is None else parsed(source)


@lru_cache(maxsize=64)
def bundled_source(name: str) -> Source | None:
    """A file in litmus/models, or None; the same object each time."""
    files = {file.name: file for file in resources.files("litmus").joinpath("models").iterdir()}
    return Source(name, files[name].read_text(encoding="utf-8")) if name in files else None
