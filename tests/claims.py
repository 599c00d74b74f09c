"""What a lesson claims, and which of it is not so.

    python tests/claims.py show [NUMBER...]        print what is wrong in the lessons
    python tests/claims.py promote [NUMBER...]     write transcripts and pictures as they are now

A promoted transcript is a claim: read its difference before it is committed, and the sentences around it.

Claims are
- the expectations of every test;
- transcripts: a line `...` stands for any lines, and at the end of a line for its rest; the summary of `litmus check`
  may be left out;
- pictures, which a command of the page writes;
- tables whose first heading is `test`: the verdict of each model (`x86-tso, compiler`: with what the compiler adds), or
  the columns of `REASONS`;
- tables whose first heading is `barrier`: what it becomes on each architecture.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

os.environ["LITMUS_CACHE"] = "off"
sys.path.insert(0, str(Path(__file__).parent.parent))

from litmus import Explanation, Options, Program, Verdict, check, explain, load_model, lower, parse, render
from litmus.cli import main as litmus
from litmus.course.lesson import lesson, tests
from litmus.course.markdown import Block, Code, Picture, Table, blocks
from litmus.files.inputs import SUFFIX
from litmus.source import Source
from litmus.verdict import agrees
from mmcore.cli import main as mmcore

HOME = Path(__file__).parent.parent / "examples" / "lessons"
PROGRAMS = {"litmus": litmus, "mmcore": mmcore}
REASONS = ("test", "model", "forbidden by", "needed")
COMPILER = ", compiler"

_SUMMARY = re.compile(r"\n?^\d+ tests?; .*; \d+\.\d\d s\n", re.MULTILINE)
_WHOSE = re.compile(r"^the | of .*$")
_COMMAND = re.compile(r"^\$ (.*)\n", re.MULTILINE)

Files = tuple[tuple[str, str], ...]


def pages() -> list[Path]:
    """The pages of the lessons, in order."""
    return sorted(HOME.glob("[0-9][0-9]-*.md"))


def problems(text: str, path: Path) -> list[str]:
    """What does not hold of a page, one line each."""
    one = lesson(text, path)
    page = (*one.text, *one.answer)
    found = tests(page)
    asked = " ".join(command for command, _ in transcripts(page))
    prose = (*_tables(page, found), *_barriers(page), *_pictures(page, path, found))
    return [*_expectations(found, asked), *_transcripts(page, found), *prose]


def transcripts(page: tuple[Block, ...]) -> Iterator[tuple[str, str]]:
    """The commands of a page, each with what it is said to print."""
    for block in page:
        if isinstance(block, Code) and block.language == "console":
            _, *parts = _COMMAND.split(block.text)
            yield from zip(parts[::2], parts[1::2], strict=True)


@cache
def run(command: str, files: Files) -> tuple[str, Files]:
    """What a command prints in a folder with these files, and the files that it writes."""
    program, *arguments = shlex.split(command)
    out, before = io.StringIO(), os.getcwd()
    with TemporaryDirectory() as folder:
        for name, text in files:
            Path(folder, name).write_text(text, encoding="utf-8")
        os.chdir(folder)
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
                PROGRAMS[program](arguments)
        finally:
            os.chdir(before)
        new = sorted({path.name for path in Path(folder).iterdir()} - dict(files).keys())
        return out.getvalue(), tuple((name, Path(folder, name).read_text(encoding="utf-8")) for name in new)


def _transcripts(page: tuple[Block, ...], found: dict[str, str]) -> Iterator[str]:
    """Commands that print something else."""
    for command, said in transcripts(page):
        printed, _ = run(command, tuple(found.items()))
        if not _pattern(said).fullmatch(_plain(printed)):
            yield f"{command}: prints\n{_plain(printed)}and not\n{said}"


def _plain(text: str) -> str:
    """A transcript without the summary of `litmus check`, and without blanks at the ends of lines."""
    return "".join(f"{line.rstrip()}\n" for line in _SUMMARY.sub("", text).strip("\n").splitlines())


def _pattern(said: str) -> re.Pattern[str]:
    """What may be printed where this is said to be."""
    lines = _plain(said).splitlines()
    return re.compile("".join("(?:.*\n)*?" if line == "..." else _line(line) + "\n" for line in lines))


def _line(said: str) -> str:
    """The pattern of one line."""
    return re.escape(said[:-3]) + ".*" if said.endswith("...") else re.escape(said)


def _pictures(page: tuple[Block, ...], path: Path, found: dict[str, str]) -> Iterator[str]:
    """Pictures that are not what the command that writes them writes, or that no command writes."""
    written = _written(page, found)
    for block in page:
        if isinstance(block, Picture) and block.file not in written:
            yield f"{block.file}: no command of the page writes it"
    for name, text in written.items():
        kept = path.parent / name
        if not kept.exists() or kept.read_text(encoding="utf-8") != text:
            yield f"{name}: is not what its command writes"


def _written(page: tuple[Block, ...], found: dict[str, str]) -> dict[str, str]:
    """The files that the commands of a page write."""
    return {name: text for command, _ in transcripts(page) for name, text in run(command, tuple(found.items()))[1]}


def _expectations(found: dict[str, str], asked: str) -> Iterator[str]:
    """Tests that expect nothing and that no command is asked about, and expectations that are not met."""
    for name, text in found.items():
        expected = _program(text).expectations
        if not expected and name not in asked:
            yield f"{name}: expects nothing"
        for item in expected:
            seen = _verdict(text, item.model)
            if seen is None or not agrees(seen, item.verdict):
                yield f"{name}: {item.model} says {seen}, not {item.verdict}"


def _tables(page: tuple[Block, ...], found: dict[str, str]) -> Iterator[str]:
    """Cells of verdicts and of reasons that are not so."""
    for block in page:
        if not isinstance(block, Table) or block.rows[0][0] != "test":
            continue
        heading, *rows = block.rows
        for row in rows:
            text = found[row[0].strip("`") + SUFFIX]
            cells = _reason(text, row) if heading == REASONS else _verdicts(text, heading[1:])
            yield from (
                f"{row[0]}, {title}: {cell!r}, found {right!r}"
                for title, cell, right in zip(heading[-len(cells) :], row[-len(cells) :], cells, strict=True)
                if cell != right
            )


def _verdicts(text: str, models: tuple[str, ...]) -> list[str]:
    """The row of a test in a table of verdicts."""
    words = {"Never": "forbidden", "Sometimes": "allowed", "Always": "always", None: "undecided"}
    return [words[_verdict(text, model.removesuffix(COMPILER), model.endswith(COMPILER))] for model in models]


def _reason(text: str, row: tuple[str, ...]) -> list[str]:
    """The last two cells of a row of reasons."""
    found = _explanation(text, row[1])
    if not found.forbidden:
        return ["nothing", "nothing"]
    needed = ", ".join(f"P{item.place.thread} {_WHOSE.sub('', item.words)}" for item in found.having("needed"))
    return [", ".join(dict.fromkeys(reason.axiom for reason in found.reasons)), needed or "nothing"]


def _barriers(page: tuple[Block, ...]) -> Iterator[str]:
    """Instructions of barriers that are other ones."""
    for block in page:
        if isinstance(block, Table) and block.rows[0][0] == "barrier":
            for row in block.rows[1:]:
                for arch, cell in zip(block.rows[0][1:], row[1:], strict=True):
                    if (found := _instruction(row[0].strip("`"), arch)) != cell.strip("`"):
                        yield f"{row[0]}, {arch}: {cell}, found {found}"


def _instruction(barrier: str, arch: str) -> str:
    """What a barrier becomes, or `nothing`."""
    bare, fenced = (_instructions(text, arch) for text in ("", f"{barrier}; "))
    return "; ".join(line for line in fenced if line not in bare) or "nothing"


def _instructions(text: str, arch: str) -> list[str]:
    """The instructions of a thread with this text between two reads."""
    program = parse(Source("lesson", f"litmus T\nshared x, y\nthread P0 {{ r0 = x; {text}r1 = y }}\nexists true"))
    lines = render(lower(program, arch)).splitlines()
    return [line.strip(" ;") for line in lines[lines.index("}") + 2 : -1]]


@cache
def _program(text: str) -> Program:
    return parse(Source("lesson", text))


@cache
def _verdict(text: str, model: str, compiler: bool = False) -> str | None:
    """The observation of a model."""
    verdict: Verdict = check(_program(text), load_model(model), Options(compiler=compiler, verdict_only=True))
    return verdict.observation


@cache
def _explanation(text: str, model: str) -> Explanation:
    return explain(_program(text), load_model(model))


def _promote(path: Path) -> None:
    """Writes the transcripts of a page that are not as they are now, and its pictures."""
    text = path.read_text(encoding="utf-8")
    page = blocks(text)
    found = tests(page)
    for command, said in transcripts(page):
        printed = _plain(run(command, tuple(found.items()))[0])
        if not _pattern(said).fullmatch(printed):
            text = text.replace(f"$ {command}\n{said}", f"$ {command}\n{printed}")
    path.write_text(text, encoding="utf-8")
    for name, drawn in _written(page, found).items():
        (HOME / name).write_text(drawn, encoding="utf-8")


def _run(mode: str, numbers: list[str]) -> None:
    """`show` or `promote` for the lessons with these numbers (all, if none)."""
    for path in pages():
        if not numbers or str(int(path.name[:2])) in numbers:
            if mode == "promote":
                _promote(path)
            for problem in problems(path.read_text(encoding="utf-8"), path):
                print(f"{path.name}: {problem}")


if __name__ == "__main__":
    if sys.argv[1:2] not in (["show"], ["promote"]):
        sys.exit(__doc__)
    _run(sys.argv[1], sys.argv[2:])
