"""Configuration files of the reference simulator (`.cfg`), as the Linux kernel has one: which files make a model.

A line is a key and a value; `#` begins a comment.  `model`, `bell`, `macros`, `variant` and `unroll` are read; all
other keys (mostly about pictures) are listed as ignored.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from litmus.errors import InputError
from litmus.source import Source, Span

FILES = ("model", "bell", "macros")
"""The keys whose value is a file, looked for beside the configuration and then in the include folders."""


@dataclass(slots=True)
class Config:
    """What a configuration says.  `files` maps a key of `FILES` to a path that exists; `ignored` are other keys."""

    files: dict[str, str] = field(default_factory=dict)
    variants: tuple[str, ...] = ()
    unroll: int | None = None
    ignored: tuple[str, ...] = ()


def read(source: Source, include: tuple[str, ...] = ()) -> Config:
    """The configuration in a text; `source.name` is its path.

    Raises InputError for a key without a value, a file that is not there, a number that is none.
    """
    config = Config()
    offset = 0
    for line in source.text.splitlines(keepends=True):
        words = line.split("#", 1)[0].split(None, 1)
        if words:
            start = offset + line.index(words[0])
            span = source.span(start, start + len(words[0]))
            _set(config, words[0], words[1].strip() if words[1:] else "", span, include)
        offset += len(line)
    return config


def _set(config: Config, key: str, value: str, span: Span, include: tuple[str, ...]) -> None:
    if key in (*FILES, "variant", "unroll") and not value:
        raise InputError(f"'{key}' has no value", span, f"write '{key} VALUE'")
    if key in FILES:
        config.files[key] = _find(value, span, include)
    elif key == "variant":
        config.variants += tuple(value.replace(",", " ").split())
    elif key == "unroll":
        if not value.isdigit():
            raise InputError(f"'unroll' wants a number, not '{value}'", span, "write 'unroll 2'")
        config.unroll = int(value)
    elif key not in config.ignored:
        config.ignored += (key,)


def _find(name: str, span: Span, include: tuple[str, ...]) -> str:
    """The path of a file named in a configuration."""
    folders = (str(Path(span.source.name).parent), *include)
    for folder in folders:
        path = Path(folder) / name
        if path.is_file():
            return str(path)
    raise InputError(f"the file '{name}' is not found", span, f"looked in {', '.join(folders)}; add -I DIR")
