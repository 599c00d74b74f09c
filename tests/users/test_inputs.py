"""Finding tests and reading them."""

import io
import os
import sys
from pathlib import Path
from time import perf_counter

import pytest

from litmus.errors import InputError, UsageError
from litmus.files.inputs import DEEPEST, MOST_BYTES, MOST_DIGITS, find, read


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with b.litmus, a.litmus, sub/c.litmus and a note."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    for name in ("b.litmus", "a.litmus", "sub/c.litmus", "note.txt"):
        (tmp_path / name).write_text(f"text of {name}", encoding="utf-8")
    return tmp_path


def test_a_file_stands_for_itself_whatever_its_name(folder: Path) -> None:
    assert find(["note.txt", "a.litmus", "missing", "-"]) == ("note.txt", "a.litmus", "missing", "-")


def test_a_directory_stands_for_its_tests_sorted(folder: Path) -> None:
    assert find(["."]) == ("a.litmus", "b.litmus", os.path.join("sub", "c.litmus"))
    assert find(["sub", "a.litmus"]) == (os.path.join("sub", "c.litmus"), "a.litmus")


def test_a_list_names_tests_relative_to_itself(folder: Path) -> None:
    (folder / "sub" / "list").write_text("# mine\n\n c.litmus \n../a.litmus\n..\n@inner\n", encoding="utf-8")
    (folder / "sub" / "inner").write_text("c.litmus\n", encoding="utf-8")
    found = [os.path.normpath(path) for path in find(["@sub/list"])]
    c = os.path.join("sub", "c.litmus")
    assert found == [c, "a.litmus", "a.litmus", "b.litmus", c, c]


def test_a_list_that_includes_itself_ends(folder: Path) -> None:
    (folder / "list").write_text("a.litmus\n@list\n", encoding="utf-8")
    assert find(["@list"]) == ("a.litmus", "@list")
    with pytest.raises(UsageError, match="no tests in the list"):
        read("@list")


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        ("missing/x", "cannot read 'missing/x': No such file or directory", "give a file"),
        ("a.litmsu", "cannot read 'a.litmsu': No such file or directory", "did you mean 'a.litmus'?"),
        ("empty", "no tests in the directory 'empty'", "tests are files named *.litmus"),
        ("@nothing", "cannot read the list 'nothing': No such file", "a list is a text file"),
        ("@empty", "cannot read the list 'empty': Is a directory", "a list is a text file"),
        ("", "cannot read ''", ""),
        ("a\0b", "cannot read 'a\\x00b': ", ""),
    ],
)
def test_what_cannot_be_read_stays_in_the_list_and_says_why(folder: Path, name: str, message: str, hint: str) -> None:
    (folder / "empty").mkdir()
    assert find([name]) == (name,)
    with pytest.raises(UsageError) as caught:
        read(name)
    assert caught.value.message.startswith(message)
    assert (caught.value.hint or "").startswith(hint)


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"X86 T")))
    source = read("-")
    assert (source.name, source.text) == ("<stdin>", "X86 T")


def test_lines_end_in_newlines_and_a_byte_order_mark_is_dropped(folder: Path) -> None:
    (folder / "dos").write_bytes(b"\xef\xbb\xbfa\r\nb\rc\n")
    assert read("dos").text == "a\nb\nc\n"


@pytest.mark.parametrize(
    ("data", "message", "place"),
    [
        (b"", "x is empty", None),
        (b" \n\t\n", "x is empty", None),
        (b"ab\nc\xff\xfe", "not UTF-8 text: byte 0xff", "x:2:2"),
        (b"ab\n\n\x00", "not a text file: control character 0x00", "x:3:1"),
        (b"a(\n" + b"([{" * DEEPEST, f"nested too deeply: more than {DEEPEST} open brackets", f"x:2:{DEEPEST}"),
        (b"x=" + b"7" * (MOST_DIGITS + 1), f"a number of more than {MOST_DIGITS} digits", "x:1:3"),
        (b"x" * (MOST_BYTES + 1), f"x is too large: more than {MOST_BYTES:,} bytes", None),
    ],
)
def test_refused_texts(folder: Path, data: bytes, message: str, place: str | None) -> None:
    (folder / "x").write_bytes(data)
    with pytest.raises(InputError) as caught:
        read("x")
    assert caught.value.message == message
    assert (caught.value.span.describe() if caught.value.span else None) == place


def test_brackets_side_by_side_are_not_nested(folder: Path) -> None:
    (folder / "x").write_text("(x)" * 10 * DEEPEST, encoding="utf-8")
    assert len(read("x").text) == 30 * DEEPEST


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="no endless file on this system")
def test_an_endless_file_is_refused_at_once() -> None:
    start = perf_counter()
    with pytest.raises(InputError, match="too large"):
        read("/dev/zero")
    assert perf_counter() - start < 1
