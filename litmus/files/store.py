"""A folder of texts that were costly to make, kept between runs: see `Store`.

It lies in the user's cache folder, or where the environment variable `LITMUS_CACHE` says (`off`: nowhere).
Processes may share it: a text is written beside its place and then moved there, so a reader sees all of it or
nothing.  Whatever is damaged counts as not there; what cannot be written is not kept.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from time import time

OFF = ("off", "0", "")
"""The values of `LITMUS_CACHE` that turn it off."""

MOST_IN_SHELF = 64
"""More entries than this in one of the 256 shelves of a store, and the older half of them goes."""

MOST_CHARACTERS = 200_000
"""Longer texts are not kept."""

LOADED = time()
"""When this process loaded this module, and about when the others."""

MARGIN = 2.0
"""Seconds that loading may have taken, with what the clocks of files leave open."""

_ENTRY = re.compile(r"[0-9a-f]{62}(\.\d+)?")
"""The name of an entry, or of one that is being written by a process."""

_KINDS = (".py", ".cat", ".lark")
_SOLVER = "z3_solver-"


@dataclass(frozen=True, slots=True)
class Store:
    """At most about 16,000 texts, each in a file named by its key, a `digest`, with a checksum before it.

    Files with other names are left alone, whatever folder it is.
    """

    folder: Path

    def get(self, key: str) -> str | None:
        """The text of a key; None when there is none, or it is damaged."""
        try:
            checksum, _, text = self._place(key).read_text(encoding="utf-8").partition("\n")
        except (OSError, ValueError):
            return None
        return text if checksum == digest(text) else None

    def put(self, key: str, text: str) -> None:
        """Keeps a text, unless it is too long or the folder cannot be written."""
        place = self._place(key)
        new = place.with_suffix(f".{os.getpid()}")
        if len(text) > MOST_CHARACTERS:
            return
        try:
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            new.write_text(f"{digest(text)}\n{text}", encoding="utf-8")
            new.replace(place)
            _thin(place.parent)
        except OSError:
            with suppress(OSError):
                new.unlink()

    def clear(self) -> int:
        """Removes all entries and gives their number."""
        files = list(self._files())
        for file in files:
            file.unlink(missing_ok=True)
        return len(files)

    def size(self) -> tuple[int, int]:
        """The number of entries, and their bytes."""
        sizes = [file.stat().st_size for file in self._files()]
        return len(sizes), sum(sizes)

    def _place(self, key: str) -> Path:
        return self.folder / key[:2] / key[2:]

    def _files(self) -> Iterator[Path]:
        return (file for file in sorted(self.folder.glob("[0-9a-f][0-9a-f]/*")) if _ENTRY.fullmatch(file.name))


def open_store() -> Store | None:
    """The store of the user; None where there is to be none."""
    chosen = os.environ.get("LITMUS_CACHE")
    if chosen is not None:
        return None if chosen in OFF else Store(Path(chosen).absolute())
    home = user_folder()
    return None if home is None else Store(home / "answers")


def user_folder() -> Path | None:
    """The folder `litmus` in the user's cache folder (XDG Base Directory Specification); None if it has no home."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser(os.path.join("~", ".cache"))
    return Path(home) / "litmus" if os.path.isabs(home) else None


def digest(text: str) -> str:
    """The SHA-256 of a text, in hexadecimal digits."""
    from hashlib import sha256

    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@cache
def stamp() -> str | None:
    """A digest of this package, as it is on the disk, and of the version of the solver: any change changes it.

    None if a file has changed since this process began, so that what runs may not be what is on the disk.
    """
    from hashlib import sha256

    package = Path(__file__).parent.parent
    found = sha256("".join(_solver(package)).encode())
    for entry in _sources(str(package)):
        if entry.stat().st_mtime > LOADED - MARGIN:
            return None
        found.update(f"\0{entry.path[len(str(package)):]}\0".encode())
        found.update(Path(entry.path).read_bytes())
    return found.hexdigest()


def _sources(folder: str) -> Iterator[os.DirEntry[str]]:
    """The files that decide about answers, in a folder and below, in order."""
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.is_dir() and entry.name != "__pycache__":
            yield from _sources(entry.path)
        elif entry.name.endswith(_KINDS):
            yield entry


def _solver(package: Path) -> list[str]:
    """What the installed solver is called, with its version; without loading it or searching its metadata."""
    from importlib.util import find_spec

    found = find_spec("z3")
    place = Path(found.origin).parent.parent if found and found.origin else package.parent
    return sorted(entry.name for entry in os.scandir(place) if entry.name.startswith(_SOLVER))


def _thin(shelf: Path) -> None:
    """Removes the older half of the entries of a shelf that has too many."""
    names = [name for name in os.listdir(shelf) if _ENTRY.fullmatch(name)]
    if len(names) <= MOST_IN_SHELF:
        return
    aged = sorted((_age(shelf / name), name) for name in names)
    for _, name in aged[: len(aged) // 2]:
        (shelf / name).unlink(missing_ok=True)


def _age(file: Path) -> float:
    """When a file was written; 0 when another process has removed it."""
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0
