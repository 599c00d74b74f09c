"""The setting that a command line asks for: `-m -I --bell --macros --conf --variant`."""

from __future__ import annotations

import re
import sys
from argparse import Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING

from litmus.batch import DEFAULT_UNROLL, Setting
from litmus.errors import UsageError, close_names
from litmus.files import read

if TYPE_CHECKING:
    from litmus.cat import Model
    from litmus.files.config import Config

_VARIANT = re.compile(r'(?:\bif|\bnot|\bvariant|&&|\|\||\()\s*"([^"\n]+)"')
"""A test of a model for a variant."""


def setting(arguments: Namespace) -> Setting:
    """What the arguments say, and the configuration that they name.

    Raises InputError or UsageError for a configuration or a model that cannot be read.
    """
    config = _configuration(arguments)
    found = Setting(
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
            close = close_names(name, known) or known
            hint = f"did you mean {' or '.join(close)}?" if close else 'a .cat file asks for one with if "NAME"'
            raise UsageError(f"no model has the variant {name!r}", hint=hint)


def _configuration(arguments: Namespace) -> Config:
    """What `--conf` says, or nothing; keys that have no meaning here are reported once."""
    from litmus.files.config import Config
    from litmus.files.config import read as read_config

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
