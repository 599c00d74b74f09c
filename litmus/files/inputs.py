"""Finding tests and reading them: files, directories, `@list` files, and `-` for standard input.

Finding never fails: what cannot be read stays in the list, and `read` says why.  So one bad name in a long
list costs one error and no answers.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from litmus.errors import InputError, UsageError, close_names
from litmus.source import Source

MOST_BYTES = 1_000_000
"""A larger file is refused unread: no test is near this size."""

DEEPEST = 100
"""Brackets nested deeper than this are refused before parsing."""

MOST_DIGITS = 100
"""Longer numbers are refused: no value of a machine has so many digits, and Python does not convert thousands."""

SUFFIX = ".litmus"
STDIN = "-"

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_LONG_NUMBER = re.compile(rf"[0-9]{{{MOST_DIGITS + 1},}}")
_BRACKET = re.compile(r"[()\[\]{}]")


def find(names: Iterable[str]) -> tuple[str, ...]:
    """The tests that the names stand for, in the order of the names; a directory's tests are sorted by path.

    A file stands for itself, a directory for all `.litmus` files in it and below, `@list` for the lines of
    the file `list` (empty lines and lines that begin with `#` left out), each relative to the list's directory.
    """
    return tuple(path for name in names for path in _expand(name, ()))


def read(path: str) -> Source:
    """The text of a test, with lines that end in `\\n`.

    Raises UsageError if there is no such file, InputError if it is no UTF-8 text, is empty, is larger than
    `MOST_BYTES`, nests brackets deeper than `DEEPEST`, or has a number of more than `MOST_DIGITS` digits.
    """
    source = Source(_shown(path), text(path))
    _check_text(source)
    _check_nesting(source)
    return source


def text(path: str) -> str:
    """The text of any file, with lines that end in `\\n`.

    Raises UsageError if there is no such file, InputError if it is no UTF-8 text or is larger than `MOST_BYTES`.
    """
    data = _bytes(path)
    if len(data) > MOST_BYTES:
        raise InputError(
            f"{_shown(path)} is too large: more than {MOST_BYTES:,} bytes", hint="a litmus test is a few hundred bytes"
        )
    return _decoded(_shown(path), data)


def _expand(name: str, lists: tuple[Path, ...]) -> Iterator[str]:
    """The tests that one name stands for; `lists` are the list files being read."""
    if name.startswith("@"):
        yield from _listed(name, lists)
    elif name not in (STDIN, "") and Path(name).is_dir():
        yield from _below(Path(name)) or (name,)
    else:
        yield name


def _listed(name: str, lists: tuple[Path, ...]) -> Iterator[str]:
    """The tests of a list file; the list itself when it cannot be read, is empty, or includes itself."""
    path = Path(name[1:])
    real = path.resolve()
    lines = _lines(path)
    if not lines or real in lists:
        yield name
        return
    for line in lines:
        mark, entry = ("@", line[1:]) if line.startswith("@") else ("", line)
        yield from _expand(mark + str(path.parent / entry), (*lists, real))


def _lines(path: Path) -> list[str]:
    """The entries of a list file; none when it cannot be read."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return []
    return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]


def _below(directory: Path) -> tuple[str, ...]:
    """The tests in a directory and below, sorted."""
    return tuple(sorted(str(path) for path in directory.rglob(f"*{SUFFIX}") if not path.is_dir()))


def _shown(path: str) -> str:
    """How messages name a file."""
    return "<stdin>" if path == STDIN else path


def _bytes(path: str) -> bytes:
    """At most one byte more than `MOST_BYTES` of a file."""
    if path == STDIN:
        return sys.stdin.buffer.read(MOST_BYTES + 1)
    if path.startswith("@"):
        raise UsageError(_unlisted(path[1:]), hint="a list is a text file with the path of one test a line")
    try:
        with open(path, "rb") as file:
            return file.read(MOST_BYTES + 1)
    except IsADirectoryError:
        if _below(Path(path)):
            raise UsageError(f"{path!r} is a directory, expected a file") from None
        raise UsageError(f"no tests in the directory {path!r}", hint=f"tests are files named *{SUFFIX}") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"cannot read {path!r}: {reason}", hint=_missing_hint(path)) from None


def _unlisted(path: str) -> str:
    """What is wrong with a list that names no tests."""
    try:
        Path(path).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        return f"cannot read the list {path!r}: {getattr(error, 'strerror', None) or 'not UTF-8 text'}"
    return f"no tests in the list {path!r}"


def _missing_hint(path: str) -> str | None:
    """`did you mean X?` for the name most like a missing one in the same directory."""
    try:
        names = sorted(item.name for item in Path(path).parent.iterdir())
    except (OSError, ValueError):
        return "give a file, a directory, @list, or - for standard input"
    close = close_names(Path(path).name, names)
    return f"did you mean {str(Path(path).parent / close[0])!r}?" if close else None


def _decoded(name: str, data: bytes) -> str:
    """The text of UTF-8 bytes, without a byte order mark, with lines that end in `\\n`."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        readable = error.object[: error.start].decode("utf-8")
        source = Source(name, readable + error.object[error.start :].decode("utf-8", "replace"))
        raise InputError(
            f"not UTF-8 text: byte 0x{error.object[error.start]:02x}",
            source.span(len(readable)),
            "save the file as UTF-8",
        ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _check_text(source: Source) -> None:
    """Refuses empty texts, control characters and endless numbers."""
    if not source.text.strip():
        raise InputError(f"{source.name} is empty", hint="a test begins with the name of its language, such as X86")
    found = _CONTROL.search(source.text)
    if found:
        raise InputError(
            f"not a text file: control character 0x{ord(found.group()):02x}",
            source.span(found.start()),
            "a litmus test is plain text",
        )
    found = _LONG_NUMBER.search(source.text)
    if found:
        raise InputError(
            f"a number of more than {MOST_DIGITS} digits", source.span(*found.span()), "values have at most 64 bits"
        )


def _check_nesting(source: Source) -> None:
    """Refuses brackets that are nested deeper than `DEEPEST`."""
    depth = 0
    for bracket in _BRACKET.finditer(source.text):
        depth = depth + 1 if bracket.group() in "([{" else max(depth - 1, 0)
        if depth > DEEPEST:
            raise InputError(
                f"nested too deeply: more than {DEEPEST} open brackets",
                source.span(bracket.start()),
                "take out brackets that are not needed",
            )
