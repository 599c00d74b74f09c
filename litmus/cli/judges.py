"""The models that a command line asks, with the files that go with them: `-m -I --bell --macros --conf --variant`."""

from __future__ import annotations

import re
import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from litmus.cli.run import ALL, macro_file, model, named_models, parse_source
from litmus.errors import UsageError
from litmus.inputs import read
from litmus.library import BUNDLED
from litmus.program import Program
from litmus.source import Source

if TYPE_CHECKING:
    from litmus.config import Config
    from litmus.library import Model

DEFAULT_UNROLL = 2

_VARIANT = re.compile(r'(?:\bif|\bnot|\bvariant|&&|\|\||\()\s*"([^"\n]+)"')
"""A test of a model for a variant."""


@dataclass(frozen=True, slots=True)
class Judges:
    """Which models are asked, and how they and the tests are read.

    Without `models`, each test is asked under those of its language.  `include`: folders of included files.
    `bell` and `variants` go with the models; `macros` says what the primitives of C tests mean.  `unroll`: how often
    a loop is unrolled where the command line does not say.
    """

    models: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    bell: str | None = None
    macros: str | None = None
    unroll: int = DEFAULT_UNROLL

    @property
    def own(self) -> tuple[str, ...]:
        """The models that are files of the user."""
        return tuple(name for name in self.models if name not in (ALL, *BUNDLED))

    def model(self, name: str) -> Model:
        """A model of this run; raises InputError or UsageError."""
        return model(name, self.include, self.variants, self.bell)

    def program(self, source: Source) -> Program:
        """The program of the text of a test; raises InputError or UsageError."""
        return parse_source(source, self.macros)

    def names(self, program: Program) -> tuple[str, ...]:
        """The models that a test is asked under, each once; raises InputError or UsageError."""
        return named_models(self.models, program)

    def macro_text(self) -> str:
        """The text of the macros, if there are any; raises InputError or UsageError."""
        return "" if self.macros is None else macro_file(self.macros).text


def judges(arguments: Namespace) -> Judges:
    """What the arguments of `litmus.cli.arguments.add_models` say, and the configuration that they name.

    Raises InputError or UsageError for a configuration or a model that cannot be read.
    """
    config = _configuration(arguments)
    found = Judges(
        models=tuple(dict.fromkeys(arguments.models)) or _file(None, config, "model"),
        include=tuple(arguments.include),
        variants=(*arguments.variants, *config.variants),
        bell=next(iter(_file(arguments.bell, config, "bell")), None),
        macros=next(iter(_file(arguments.macros, config, "macros")), None),
        unroll=arguments.unroll or config.unroll or DEFAULT_UNROLL,
    )
    own = [found.model(name) for name in found.own]
    if arguments.bell and not own:
        raise UsageError("--bell is read before a .cat file, and there is none", hint="give one with -m")
    _check_variants(arguments.variants, own)
    return found


def _check_variants(asked: Sequence[str], models: Sequence[Model]) -> None:
    """Refuses a variant that no model has: most likely it is written in another way."""
    known = sorted({name for model in models for text in model.texts for name in _VARIANT.findall(text)})
    for name in asked:
        if name not in known:
            close = get_close_matches(name, known, n=1) or known
            hint = f"did you mean {' or '.join(close)}?" if close else 'a .cat file asks for one with if "NAME"'
            raise UsageError(f"no model has the variant {name!r}", hint=hint)


def _configuration(arguments: Namespace) -> Config:
    """What `--conf` says, or nothing; keys that have no meaning here are reported once."""
    from litmus.config import Config
    from litmus.config import read as read_config

    if arguments.conf is None:
        return Config()
    config = read_config(read(arguments.conf), tuple(arguments.include))
    if config.ignored:
        print(f"note: {arguments.conf}: ignored: {', '.join(config.ignored)}", file=sys.stderr)
    return config


def _file(given: str | None, config: Config, key: str) -> tuple[str, ...]:
    """The file given on the command line, or else by the configuration; empty if by neither."""
    chosen = given or config.files.get(key)
    return () if chosen is None else (chosen,)
