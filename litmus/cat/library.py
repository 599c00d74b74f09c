"""Models by name or by file, and their theories."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from litmus.cat.included import Includes, bundled_source, parsed, prelude, read_model_text
from litmus.cat.interpret import interpret
from litmus.cat.theory import Theory
from litmus.errors import UsageError, close_names
from litmus.program import BY_TITLE
from litmus.source import Source
from litmus.syntax.cat.tree import CatFile

BUNDLED = (
    "sc", "x86-tso", "pso", "armv8", "riscv", "power", "armv7", "itanium", "alpha", "weak", "lkmm", "rc11",
)  # fmt: skip
"""The bundled models, strongest first."""

MOST_THEORIES = 256
"""So many theories are kept, those used last: one for each model and set of event kinds."""

_TARGET = re.compile(r"\(\*\s*target:\s*([\w-]+)\s*\*\)")
_WORD = re.compile(r"[A-Za-z_][\w.-]*")


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A bundled model: its name, the architecture it is for (`any`: every language), and its title."""

    name: str
    target: str
    title: str


@dataclass(frozen=True, eq=False)
class Model:
    """A model, ready to be made into theories.

    `target`: the architecture whose programs it judges (`any` for all; a native program is lowered to it).
    `bell`: annotations and definitions that come before it.  `variants`: the `if` tests that are true.  `texts`: the
    texts of its files, with all that they include: what it depends on.  `words`: all the words in them.
    `registers`: it computes dependencies from register events, which then have to be in the event structures.
    """

    name: str
    target: str
    title: str
    file: CatFile
    bell: CatFile | None
    includes: Includes
    variants: frozenset[str]
    texts: tuple[str, ...]
    words: frozenset[str]
    registers: bool

    @property
    def files(self) -> tuple[CatFile, ...]:
        """The trees to interpret, in order: what every model may use, the bell file, the model."""
        return (prelude(), *(() if self.bell is None else (self.bell,)), self.file)

    def theory(self, signature: frozenset[str]) -> Theory:
        """The model for tests whose non-empty sets are `signature`; names it never mentions are ignored."""
        return _theory(self, signature & self.words)


@lru_cache(maxsize=MOST_THEORIES)
def _theory(model: Model, signature: frozenset[str]) -> Theory:
    return interpret(model.name, model.files, model.includes.resolve, signature, model.variants)


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
        first = None if bell is None else parsed(Source(bell, read_model_text(Path(bell))))
        return make_model(path.stem, Source(name, read_model_text(path)), folders, chosen, first)
    close = close_names(name, BUNDLED)
    hint = f"did you mean {close[0]}?" if close else f"known models: {', '.join(BUNDLED)}; or give a .cat file"
    raise UsageError(f"there is no model '{name}'", hint=hint)


@lru_cache(maxsize=64)
def _bundled_model(name: str, variants: frozenset[str]) -> Model:
    source = bundled_source(f"{name}.cat")
    assert source is not None, "a bundled model without a file"
    return make_model(name, source, (), variants)


def make_model(
    name: str,
    source: Source,
    include: tuple[Path, ...] = (),
    variants: frozenset[str] = frozenset(),
    bell: CatFile | None = None,
) -> Model:
    """The model of a text; the arguments are those of `load_model`."""
    file, includes = parsed(source), Includes(include)
    files = includes.closure([one for one in (file, bell) if one is not None])
    target = _TARGET.search(source.text)
    return Model(
        name=name,
        target=target.group(1) if target else _guess_target(source),
        title=file.title or name,
        file=file,
        bell=bell,
        includes=includes,
        variants=variants,
        texts=tuple(one.source.text for one in files),
        words=frozenset(word for one in (prelude(), *files) for word in _WORD.findall(one.source.text)),
        registers=any("catdep" in one.options for one in files),
    )


def _guess_target(source: Source) -> str:
    """The architecture of a user's model, from its title line; `any` when it does not say."""
    first = source.text.lstrip().split("\n", 1)[0].lower()
    known = {word: row.name for row in BY_TITLE for word in row.title_words}
    return next((arch for word, arch in known.items() if re.search(rf"\b{word}", first)), "any")


@cache
def _describe(name: str) -> ModelInfo:
    source = bundled_source(f"{name}.cat")
    text = "" if source is None else source.text
    target = _TARGET.search(text)
    title = text.lstrip().split("\n", 1)[0].strip().strip('"')
    return ModelInfo(name, target.group(1) if target else "any", title)
