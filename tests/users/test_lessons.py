"""The lessons: what they claim is so, a claim that is broken is found, and `litmus learn` shows them."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from litmus.cli import main
from litmus.course.lesson import ANSWER, Lesson, lesson
from litmus.course.markdown import Block, Code, Heading, Item, Paragraph, Picture, Quote, Table, blocks
from litmus.course.shelf import lessons
from litmus.course.terminal import render
from litmus.errors import InputError
from tests.claims import HOME, pages, problems, transcripts

PAGES = pages()
PICTURE = re.compile(r"!\[([^]]*)\]\((.*\.svg)\)")
LONGEST = 60
"""So many lines of text, at most, stand between things to look at: two screens."""


def name(path: Path) -> str:
    return path.stem


# --- the pages --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_every_claim_holds(path: Path) -> None:
    assert problems(path.read_text(encoding="utf-8"), path) == []


def first(pattern: str, change: Callable[[re.Match[str]], str]) -> Callable[[str], str]:
    """A change of the first place where a pattern matches."""
    return lambda text: re.sub(pattern, change, text, count=1, flags=re.MULTILINE)


OTHER = {"allowed": "forbidden", "forbidden": "allowed"}

BREAKS = {
    "an expectation": (2, first(r"^(expect [^:]*: )(allowed|forbidden)$", lambda m: m[1] + OTHER[m[2]])),
    "the expectation of a C test": (14, first(r"Result: Never", lambda m: "Result: Sometimes")),
    "a test without expectations": (2, first(r"^expect .*\n(expect .*\n)?", lambda m: "")),
    "a barrier in a test": (2, first(r"^litmus SB\+fences\n(.*\n)*?  Full\n", lambda m: m[0].removesuffix("  Full\n"))),
    "a table of verdicts": (2, first(r"^(\| `.*\| )(allowed|forbidden)( \|)$", lambda m: m[1] + OTHER[m[2]] + m[3])),
    "what the compiler does": (1, first(r"(forbidden|allowed)( \| allowed \|)$", lambda m: OTHER[m[1]] + m[2])),
    "what is needed": (2, first(r"^(\| `.*\| )P\d [^|]*( \|)$", lambda m: m[1] + "P9 Full" + m[2])),
    "the axiom": (3, first(r"^(\| `.*\| )external \|", lambda m: m[1] + "internal |")),
    "what a barrier becomes": (4, first(r"`lwsync` \|$|`lwsync` \| `fence", lambda m: m[0].replace("lwsync", "sync"))),
    "the verdict in a transcript": (2, first(r"^(\S+ +)(Never|Sometimes) ok", lambda m: m[1] + "Always ok")),
    "the reason in a transcript": (2, first(r"^    P0 line (\d+) +\S+$", lambda m: m[0].replace("P0", "P7"))),
    "an arrow in a picture of text": (2, first(r"^cycle: a -", lambda m: "cycle: b -")),
    "the name of a picture": (2, first(r"\]\((\d\d-.*)\.svg\)", lambda m: f"]({m[1]}-old.svg)")),
    "the end of an elided line": (16, first(r"read_once\(pte\)( +)= 67", lambda m: f"read_once(pte){m[1]}= 66")),
    "a line between elided ones": (6, first(r"^    sync before P0", lambda m: "    sync before P5")),
    "a verdict of a scenario": (16, first(r"^  no_mb( +)Never", lambda m: f"  no_mb{m[1]}Often")),
}
"""What is broken: the number of a lesson, and a change of its page."""


@pytest.mark.parametrize(("number", "break_it"), BREAKS.values(), ids=list(BREAKS))
def test_a_broken_claim_is_found(number: int, break_it: Callable[[str], str]) -> None:
    path = PAGES[number - 1]
    text = path.read_text(encoding="utf-8")
    broken = break_it(text)
    assert broken != text, "nothing to break"
    assert problems(text, path) == []
    assert len(problems(broken, path)) >= 1


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_every_transcript_of_every_lesson_is_held_to_its_word(path: Path) -> None:
    """A line that nobody prints is noticed in each of them."""
    text = path.read_text(encoding="utf-8")
    one = lesson(text, path)
    found = problems(re.sub(r"^(\$ .*\n)", r"\1not this\n", text, flags=re.MULTILINE), path)
    commands = [command for command, _ in transcripts((*one.text, *one.answer))]
    assert [problem.partition(": prints\n")[0] for problem in found] == commands


def test_a_picture_that_has_changed_is_found(tmp_path: Path) -> None:
    path = next(path for path in PAGES if path.name.startswith("02"))
    copy = tmp_path / path.name
    copy.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "02-SB.sc.svg").write_text("<svg/>", encoding="utf-8")
    assert problems(copy.read_text(encoding="utf-8"), copy) == ["02-SB.sc.svg: is not what its command writes"]


def test_a_picture_that_is_said_to_be_a_ring_shows_one() -> None:
    found = [(path.parent / file, text) for path in PAGES for text, file in PICTURE.findall(path.read_text("utf-8"))]
    rings = [file for file, text in found if "ring" in text.split(":")[0].split() and "open" not in text]
    assert len(rings) >= 8
    assert [file.name for file in rings if "the cycle" not in file.read_text(encoding="utf-8")] == []


def test_lessons_are_numbered_without_gaps_and_named_after_their_numbers() -> None:
    assert [one.number for one in lessons()] == list(range(1, len(PAGES) + 1))
    assert [int(one.path.name[:2]) for one in lessons()] == [one.number for one in lessons()]


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_a_lesson_asks_shows_and_sets_an_exercise(path: Path) -> None:
    one = lesson(path.read_text(encoding="utf-8"), path)
    headings = [block.text for block in one.text if isinstance(block, Heading)]
    assert one.question.endswith("?")
    assert headings[-2:] == ["What to keep", "Exercise"]
    assert any(isinstance(block, Code) for block in one.answer)
    assert list(transcripts(one.text))


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_there_is_something_to_look_at_on_every_screen(path: Path) -> None:
    """Text without a test, a transcript, a table or a picture fills less than two screens."""
    one = lesson(path.read_text(encoding="utf-8"), path)
    lines = 0
    for block in one.text:
        shown = isinstance(block, (Code, Table, Picture))
        lines = 0 if shown else lines + render([block], 80, False, HOME).count("\n")
        assert lines < LONGEST, block


def test_no_file_is_left_over() -> None:
    used = {file for path in PAGES for file in re.findall(r"-o (\S+)", path.read_text(encoding="utf-8"))}
    assert {path.name for path in HOME.iterdir()} == used | {path.name for path in PAGES} | {"README.md"}


def test_the_list_of_the_lessons_is_complete() -> None:
    text = (HOME / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\d+\. \[(.*)\]\((.*)\): (.*)$", text, re.MULTILINE)
    assert listed == [(one.title, one.path.name, one.question) for one in lessons()]


# --- litmus learn -----------------------------------------------------------------------------------------


def test_learn_lists_the_lessons(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["learn"]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert all(f"{one.number} {one.title}" in printed and one.question.replace("*", "") in printed for one in lessons())


def test_learn_shows_a_lesson_and_hides_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["learn", "2"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("2. Store buffering\n==================\n")
    assert "litmus SB+fences" in text and "dekker+StoreLoads" not in text
    assert "`litmus learn 2 --answer` shows the answer" in text
    assert not {"\x1b", "<", "```", "**"} & set(re.findall(r"\x1b|<|```|\*\*", text))
    assert main(["learn", "2", "--answer"]) == 0
    answer = capsys.readouterr().out
    assert answer.startswith("2. Store buffering: the answer\n")
    assert "dekker+StoreLoads" in answer and "litmus SB+fences" not in answer


def test_learn_uses_the_pager_and_colours_of_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    paged: list[str] = []
    monkeypatch.setattr("pydoc.pager", paged.append)
    for stream in (sys.stdin, sys.stdout):
        monkeypatch.setattr(stream, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert main(["learn", "2"]) == 0
    monkeypatch.setenv("NO_COLOR", "1")
    assert main(["learn", "2"]) == 0
    assert ["\x1b[" in text for text in paged] == [True, False]


def test_learn_runs_the_tests_of_a_lesson(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["learn", "2", "--run"]) == 0
    printed = capsys.readouterr().out
    assert re.search(r"^SB\+fences +Never ok", printed, re.MULTILINE) and " 0 wrong" in printed
    assert main(["learn", "2", "--answer", "--run"]) == 0
    assert "dekker+StoreLoads" in capsys.readouterr().out


def test_learn_saves_the_tests_and_overwrites_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "new"
    assert main(["learn", "2", "--save", str(folder)]) == 0
    assert {path.name for path in folder.iterdir()} == {
        "SB.litmus", "SB+fences.litmus", "SB+fence+po.litmus", "dekker.litmus"
    }  # fmt: skip
    assert main(["check", "-m", "sc", str(folder)]) == 0
    (folder / "SB.litmus").write_text("mine", encoding="utf-8")
    assert main(["learn", "2", "--save", str(folder)]) == 2
    assert (folder / "SB.litmus").read_text(encoding="utf-8") == "mine"
    assert "is there already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["99"], "there is no lesson '99'"),
        (["0"], "there is no lesson '0'"),
        (["two"], "there is no lesson 'two'"),
        (["--answer"], "which lesson?"),
        (["--run"], "which lesson?"),
        (["2", "--save", "/dev/null/x"], "cannot write to '/dev/null/x'"),
    ],
)
def test_learn_refuses(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["learn", *arguments]) == 2
    told = capsys.readouterr().err
    assert f"error: {message}" in told


@pytest.mark.parametrize(
    "page", ["# 1. Title\n\n> Question?\n", f"# Title\n\n> Question?\n\n{ANSWER}\n\nA", f"# 1. Title\n\n{ANSWER}\n\nA"]
)
def test_what_is_no_lesson_is_refused(page: str) -> None:
    with pytest.raises(InputError, match="is no lesson"):
        lesson(page, Path("01-x.md"))


# --- Markdown in a terminal -------------------------------------------------------------------------------

PAGE = """# 1. Title

> A *question*?

Text with `code`, **bold** words
and a [link](other.md).

<!-- not shown -->
- one
  item
- two

1. first

| a | b |
|---|---|
| `x` | yes |

![What it shows](picture.svg)

```console
$ litmus
a | b
```
"""


def test_blocks() -> None:
    assert blocks(PAGE) == (
        Heading(1, "1. Title"),
        Quote("A *question*?"),
        Paragraph("Text with `code`, **bold** words and a [link](other.md)."),
        Item("-", "one item"),
        Item("-", "two"),
        Item("1.", "first"),
        Table((("a", "b"), ("`x`", "yes"))),
        Picture("What it shows", "picture.svg"),
        Code("console", "$ litmus\na | b\n"),
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<!-- a\nb -->\n\n<details>\n\ntext\n\n</details>\n", [Paragraph("text")]),
        ("# A #\ntext\n- item\n```\n", [Heading(1, "A"), Paragraph("text"), Item("-", "item"), Code("", "")]),
        ("````c more words\n```\n````\n", [Code("c", "```\n")]),
        ("    | a\n", [Code("", "| a\n")]),
        ("![a\nb](c.svg)\n\nsee ![a](c.svg)\n", [Picture("a b", "c.svg"), Paragraph("see ![a](c.svg)")]),
        ("3. a\n\n4. b\nand c\n", [Item("3.", "a"), Item("4.", "b and c")]),
        ("> a\n>\n> b\n", [Quote("a b")]),
    ],
)
def test_blocks_end_where_markdown_says(text: str, found: list[Block]) -> None:
    assert list(blocks(text)) == found


def test_plain_rendering() -> None:
    assert render(blocks(PAGE), 30, False, Path("pictures")) == """\
1. Title
========

    A question?

Text with `code`, bold words
and a link.

  - one item
  - two
  1. first

  a    b
  ---  ---
  `x`  yes

    What it shows (picture:
    pictures/picture.svg)

    $ litmus
    a | b
"""


@pytest.mark.parametrize("one", lessons(), ids=lambda one: str(one.number))
def test_colours_change_no_word_and_text_fits(one: Lesson) -> None:
    prose = [block for block in one.text if isinstance(block, (Paragraph, Item, Quote))]
    for width in (40, 80):
        plain = render(prose, width, False, HOME)
        colored = render(prose, width, True, HOME)
        assert colored != plain
        assert re.sub(r"\x1b\[[0-9;]*m", "", colored).replace("`", "").split() == plain.replace("`", "").split()
        assert all(len(line) <= width or len(line.split()) <= 2 for line in plain.splitlines())  # addresses
