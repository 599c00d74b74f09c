"""Configuration files of the reference simulator."""

from __future__ import annotations

from pathlib import Path

import pytest

from litmus.errors import InputError
from litmus.files.config import read
from litmus.source import Source


def config(folder: Path, text: str) -> Source:
    return Source(str(folder / "linux-kernel.cfg"), text)


def test_files_variants_and_what_is_ignored(tmp_path: Path) -> None:
    for name in ("m.cat", "m.bell", "m.def"):
        (tmp_path / name).write_text("")
    text = (
        "macros m.def\nbell m.bell # annotations\nmodel m.cat\nvariant lkmmv2\nunroll 3\n"
        "graph columns\npad 0.1\npad 0.2\n"
    )
    found = read(config(tmp_path, text))
    assert found.files == {key: str(tmp_path / f"m.{end}") for key, end in
                           (("macros", "def"), ("bell", "bell"), ("model", "cat"))}  # fmt: skip
    assert (found.variants, found.unroll, found.ignored) == (("lkmmv2",), 3, ("graph", "pad"))


def test_a_file_is_also_looked_for_in_the_include_folders(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "m.cat").write_text("")
    assert read(config(tmp_path, "model m.cat\n"), (str(other),)).files == {"model": str(other / "m.cat")}


@pytest.mark.parametrize(
    ("text", "message"),
    [("model\n", "no value"), ("\nmodel absent.cat\n", "not found"), ("unroll many\n", "wants a number")],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as error:
        read(config(tmp_path, text))
    assert error.value.span is not None and error.value.span.describe().endswith(f":{text.count(chr(10))}:1")
