"""Models by name or by file: finding, reading and caching them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache, lru_cache
from importlib import resources
from os.path import isfile, normpath
from pathlib import Path

from litmus.cat.interpret import BUILT_IN_FILES, interpret
from litmus.cat.theory import Theory
from litmus.errors import InputError, UsageError
from litmus.files import text
from litmus.source import Source, Span
from litmus.syntax.cat.tree import CatFile

BUNDLED = (
    "sc", "x86-tso", "pso", "armv8", "riscv", "power", "armv7", "itanium", "alpha", "weak", "lkmm", "rc11",
)  # fmt: skip
"""The bundled models, strongest first."""

_TARGET = re.compile(r"\(\*\s*target:\s*([\w-]+)\s*\*\)")
_WORD = re.compile(r"[A-Za-z_][\w.-]*")
_INCLUDE = re.compile(r'include\s*"([^"]*)"')


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A bundled model: its name, the architecture it is for (`any`: every language), and its title."""

    name: str
    target: str
    title: str


@dataclass(eq=False)
class Model:
    """A model, ready to be made into theories.

    `target`: the architecture whose programs it judges (`any` for all; a native program is lowered to it).
    `bell`: annotations and definitions that come before it.
    `registers`: it computes dependencies from register events, which then have to be in the event structures.
    """

    name: str
    target: str
    title: str
    file: CatFile
    bell: CatFile | None = None
    include: tuple[Path, ...] = ()
    registers: bool = False
    variants: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    _files: dict[Path, CatFile] = field(default_factory=dict)
    _theories: dict[frozenset[str], Theory] = field(default_factory=dict)

    @property
    def files(self) -> tuple[CatFile, ...]:
        """The trees to interpret, in order: what every model may use, the bell file, the model."""
        return (_prelude(), *(() if self.bell is None else (self.bell,)), self.file)

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts of the model's own files, with all that they include: what it depends on."""
        return tuple(file.source.text for file in _all_files(self))

    def theory(self, signature: frozenset[str]) -> Theory:
        """The model for tests whose non-empty sets are `signature`; names it never mentions are ignored."""
        relevant = signature & self.words
        theory = self._theories.get(relevant)
        if theory is None:
            theory = interpret(self.name, self.files, self.resolve, relevant, self.variants)
            self._theories[relevant] = theory
        return theory

    def resolve(self, name: str, span: Span) -> CatFile:
        """The tree of an included file: beside the including one, then `include`, then the bundled ones.

        A bundled file includes bundled files only, whatever lies in the working directory.  `lock.cat` is always
        ours: its head says why it stands for the kernel's.
        """
        if name == "lock.cat":
            return _own(name)
        of_bundled = _bundled_source(span.source.name) is span.source
        folders = () if of_bundled else (Path(span.source.name).parent, *self.include)
        for folder in folders:
            path = Path(normpath(folder / name))
            if isfile(path):
                return self._read(path)
        bundled = _bundled(name)
        if bundled is None:
            looked = ", ".join(str(folder) for folder in folders)
            raise InputError(f"the included file '{name}' is not found", span, f"looked in {looked}; add -I DIR")
        return bundled

    def _read(self, path: Path) -> CatFile:
        if path not in self._files:
            self._files[path] = _parse(Source(str(path), read_model_text(path)))
        return self._files[path]


def model_names() -> tuple[ModelInfo, ...]:
    """The bundled models, strongest first."""
    return tuple(_describe(name) for name in BUNDLED)


def load_model(
    name: str, include: tuple[str, ...] = (), variants: tuple[str, ...] = (), bell: str | None = None
) -> Model:
    """The bundled model of that name, or the model in a `.cat` file.

    `include`: folders to look for included files in.  `variants`: the `if "name"` tests that are true.  `bell`: a
    file of annotations and definitions to read before the model, for a `.cat` file only.

    Raises UsageError for an unknown name or a missing file, InputError for a file that is no cat model.
    """
    folders, chosen = tuple(map(Path, include)), frozenset(variants)
    if name in BUNDLED:
        return _bundled_model(name, chosen)
    path = Path(name)
    if path.suffix == ".cat" or path.is_file():
        first = None if bell is None else _parse(Source(bell, read_model_text(Path(bell))))
        return _model(path.stem, Source(name, read_model_text(path)), folders, chosen, first)
    close = get_close_matches(name, BUNDLED, 1)
    hint = f"did you mean {close[0]}?" if close else f"known models: {', '.join(BUNDLED)}; or give a .cat file"
    raise UsageError(f"there is no model '{name}'", hint=hint)


def read_model_text(path: Path) -> str:
    """The text of a model file; UsageError when it cannot be read, InputError when it is no text or empty."""
    found = text(str(path))
    if not found.strip():
        raise InputError(f"the model '{path}' is empty", hint="write a title and what it demands: acyclic po | com")
    return found


@lru_cache(maxsize=64)
def _bundled_model(name: str, variants: frozenset[str]) -> Model:
    source = _bundled_source(f"{name}.cat")
    assert source is not None, "a bundled model without a file"
    return _model(name, source, (), variants)


def _model(
    name: str, source: Source, include: tuple[Path, ...], variants: frozenset[str], bell: CatFile | None = None
) -> Model:
    file = _parse(source)
    target = _TARGET.search(source.text)
    model = Model(name, target.group(1) if target else _guess_target(source), file.title or name, file, bell, include)
    files = _all_files(model)
    model.registers = any("catdep" in f.options for f in files)
    model.words = frozenset(word for f in (_prelude(), *files) for word in _WORD.findall(f.source.text))
    model.variants = variants
    return model


def _all_files(model: Model) -> list[CatFile]:
    """The model's files and everything they include, as far as it is found."""
    files = [file for file in (model.file, model.bell) if file is not None]
    pending = list(files)
    while pending:
        file = pending.pop()
        for match in _INCLUDE.finditer(file.source.text):
            try:
                found = model.resolve(match.group(1), file.source.span(match.start(), match.end()))
            except InputError:
                continue
            if found not in files and match.group(1) not in BUILT_IN_FILES:
                files.append(found)
                pending.append(found)
    return files


def _guess_target(source: Source) -> str:
    """The architecture of a user's model, from its title line; `any` when it does not say."""
    first = source.text.lstrip().split("\n", 1)[0].lower()
    known = {"x86": "x86", "aarch64": "aarch64", "arm v8": "aarch64", "armv8": "aarch64", "ppc": "ppc", "power": "ppc",
             "risc": "riscv", "arm": "arm"}  # fmt: skip
    return next((arch for word, arch in known.items() if re.search(rf"\b{word}", first)), "any")


def _parse(source: Source) -> CatFile:
    from litmus.syntax.cat.front import parse

    return parse(source)


def _prelude() -> CatFile:
    return _own("prelude.cat")


@cache
def _own(name: str) -> CatFile:
    """A file of litmus/cat."""
    text = resources.files("litmus.cat").joinpath(name).read_text(encoding="utf-8")
    return _parse(Source(name, text))


@lru_cache(maxsize=64)
def _bundled(name: str) -> CatFile | None:
    source = _bundled_source(name)
    return None if source is None else _parse(source)


@lru_cache(maxsize=64)
def _bundled_source(name: str) -> Source | None:
    """A file in litmus/models, or None; the same object each time."""
    text = _bundled_text(name)
    return None if text is None else Source(name, text)


def _bundled_text(name: str) -> str | None:
    """The text of a file in litmus/models, or None."""
    files = {file.name: file for file in resources.files("litmus").joinpath("models").iterdir()}
    return files[name].read_text(encoding="utf-8") if name in files else None


@cache
def _describe(name: str) -> ModelInfo:
    text = _bundled_text(f"{name}.cat") or ""
    target = _TARGET.search(text)
    title = text.lstrip().split("\n", 1)[0].strip().strip('"')
    return ModelInfo(name, target.group(1) if target else "any", title)
