"""`litmus show` from the command line."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from litmus.cli import main
from litmus.picture.kinds import LOOKS
from litmus.program import observables
from litmus.report.condition import proposition_text
from litmus.source import Source
from litmus.syntax import parse
from litmus.syntax.question.outcome import parse as parse_outcome

ROOT = Path(__file__).resolve().parents[2]
SB = "examples/SB.litmus"
VOID = {"meta", "br", "img", "hr", "input", "link"}


@pytest.fixture(autouse=True)
def _in_the_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


class Page(HTMLParser):
    """What a page holds: its tags with attributes, its text, and whether every tag is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of every such tag."""
        return [attributes for name, attributes in self.tags if name == tag]


def page_of(tmp_path: Path, *arguments: str, code: int = 0) -> Page:
    """The page that a command line writes."""
    out = tmp_path / "out.html"
    assert main(["show", *arguments, "-o", str(out)]) == code
    return Page(out.read_text(encoding="utf-8"))


# --- pictures -------------------------------------------------------------------------------------------


def test_text_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "-m", "x86-tso", SB]) == 0
    out = capsys.readouterr().out
    assert out.startswith("SB under x86-tso: allowed\nexists (0:r0=0 /\\ 1:r0=0)\n")
    assert "fr  b -> c, d -> a" in out


def test_the_first_model_of_the_language_without_m(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", SB]) == 0
    assert capsys.readouterr().out.startswith("SB under sc: forbidden by sc\n")


@pytest.mark.parametrize("ending", [".svg", ".dot", ".gv", ".txt"])
def test_files(ending: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / f"sb{ending}"
    assert main(["show", SB, "-o", str(out)]) == 0
    assert capsys.readouterr().out == ""
    text = out.read_text(encoding="utf-8")
    assert "SB under sc: forbidden by sc" in text
    if ending == ".svg":
        ElementTree.fromstring(text)


def test_another_outcome(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "-m", "sc", "--outcome", "0:r0=1 && P1:r0=0", SB]) == 0
    out = capsys.readouterr().out
    assert "SB under sc: allowed\nexists (0:r0=1 /\\ 1:r0=0)\nfinal state: 0:r0=1; 1:r0=0;\n" in out


def test_for_forall_the_counterexample(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    test = tmp_path / "all.litmus"
    test.write_text("X86 all\n{ }\n P0 | P1 ;\n MOV [x],$1 | MOV [x],$2 ;\nforall (x=2)\n")
    assert main(["show", str(test)]) == 0
    assert "allowed\nforall (x=2)\nfinal state: x=1;" in capsys.readouterr().out


def test_for_a_test_that_only_lists_locations_any_execution(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    test = tmp_path / "listed.litmus"
    test.write_text("X86 listed\n{ }\n P0 | P1 ;\n MOV [x],$1 | MOV EAX,[x] ;\nlocations [1:EAX;]\n")
    assert main(["show", str(test)]) == 0
    assert "allowed\nforall (true)\nfinal state: 1:EAX=0;" in capsys.readouterr().out


ERRORS = {
    "form": (["-o", "out.png"], "cannot tell the form of 'out.png'"),
    "model": (["-m", "sv"], "there is no model 'sv'"),
    "name": (["--outcome", "0:r9=1"], "the test has no '0:r9'"),
    "syntax": (["--outcome", "0:r0="], "outcome:1:"),
    "impossible": (["--outcome", "0:r0=17"], "no execution ends in this outcome"),
    "folder": (["-o", "no/such/folder/out.svg"], "cannot write"),
}


@pytest.mark.parametrize(("arguments", "message"), ERRORS.values(), ids=ERRORS)
def test_errors(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", SB, *arguments]) == 2
    captured = capsys.readouterr()
    assert message in captured.err and captured.out == ""


def test_undecided(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "--timeout", "0.000001", SB]) == 3
    assert "undecided" in capsys.readouterr().err


# --- outcomes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("test", "text", "expected"),
    [
        (SB, "r0=0", None),
        (SB, "0:r0=0 /\\ 1:r0!=2", "0:r0=0 /\\ 1:r0!=2"),
        (SB, "x=1 || not (y=0)", "x=1 \\/ not (y=0)"),
        (SB, "1:r7=0", None),
        (SB, "7:r0=0", None),
        ("tests/litmus/x86/SB.litmus", "0:EAX=1 && [x]=1", "0:EAX=1 /\\ x=1"),
        ("tests/litmus/x86/SB.litmus", "0:RSI=1", None),
    ],
)
def test_names_in_outcomes(test: str, text: str, expected: str | None) -> None:
    from litmus.errors import InputError

    program = parse(Source(test, Path(test).read_text(encoding="utf-8")))
    if expected is None:
        with pytest.raises(InputError):
            parse_outcome(text, program)
    else:
        assert proposition_text(parse_outcome(text, program)) == expected


def test_a_register_that_the_test_does_not_ask_about() -> None:
    text = "C one\n{ }\nP0(int *x) { int r0; int r1; r0 = READ_ONCE(*x); r1 = READ_ONCE(*x); }\nexists (0:r0=1)\n"
    program = parse(Source("one", text))
    assert [item.name for item in observables(program)] == ["0:r0"]
    assert proposition_text(parse_outcome("0:r1=1 /\\ x=0", program)) == "0:r1=1 /\\ x=0"


# --- pages ----------------------------------------------------------------------------------------------


def test_a_page_has_every_outcome_under_every_model(tmp_path: Path) -> None:
    page = page_of(tmp_path, SB)
    cells = [button for button in page.all("button") if "cell" in (button["class"] or "")]
    assert len(cells) == 4 * 4
    assert Counter(cell["class"] for cell in cells) == {"cell allowed": 15, "cell forbidden": 1}
    assert len(page.all("svg")) == 16
    assert any("forbidden by sc" in text for text in page.texts)


def test_a_page_of_the_models_that_are_asked_about(tmp_path: Path) -> None:
    page = page_of(tmp_path, SB, "-m", "sc", "-m", "power")
    labels = [button["aria-label"] or "" for button in page.all("button")]
    assert len(labels) == 8
    assert "0:r0=0; 1:r0=0; under sc: forbidden" in labels and "0:r0=0; 1:r0=0; under power: allowed" in labels


def test_a_page_needs_nothing_else(tmp_path: Path) -> None:
    page = page_of(tmp_path, SB)
    for tag, attributes in page.tags:
        assert not {"src", "href", "srcset", "action"} & set(attributes), tag
        assert not [name for name in attributes if name.startswith("on")], tag
    assert not page.all("link") and not page.all("iframe")
    assert "@import" not in "".join(page.texts) and "url(" not in "".join(page.texts)


def test_what_controls_what_is_said_to_screen_readers(tmp_path: Path) -> None:
    page = page_of(tmp_path, SB)
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(set(ids)) == len(ids)
    for button in page.all("button"):
        assert button["aria-controls"] in ids and button["aria-label"]
    named = [attributes["aria-labelledby"] for _, attributes in page.tags if "aria-labelledby" in attributes]
    assert named and set(named) <= set(ids)


HOSTILE = """C <img/src=x>'&amp;
(* </pre></script><script>alert(1)</script> *)
{ }
P0(int *x) { WRITE_ONCE(*x, 1 < 2 && 3 > 2); }
exists (x=1)
"""


def test_hostile_names_stay_text(tmp_path: Path) -> None:
    test = tmp_path / "hostile.litmus"
    test.write_text(HOSTILE)
    page = page_of(tmp_path, str(test))
    assert len(page.all("script")) == 1 and not page.all("img")
    text = "".join(page.texts)
    assert "<img/src=x>'&amp;" in text and "</script><script>alert(1)</script>" in text
    assert "1 < 2 && 3 > 2" in text


def test_models_without_the_instructions_say_so(tmp_path: Path) -> None:
    test = tmp_path / "rcu.litmus"
    test.write_text(
        "C rcu\n{ }\nP0(int *x) { WRITE_ONCE(*x, 1); synchronize_rcu(); WRITE_ONCE(*x, 2); }\nexists (x=2)\n"
    )
    page = page_of(tmp_path, str(test), "-m", "all")
    assert Counter(button["class"] for button in page.all("button")) == {"cell allowed": 2, "cell undecided": 5}
    assert any("synchronize_rcu" in text for text in page.texts)


def test_the_same_page_twice(tmp_path: Path) -> None:
    out = [tmp_path / "a.html", tmp_path / "b.html"]
    for path in out:
        assert main(["show", "examples/IRIW.litmus", "-o", str(path)]) == 0
    assert out[0].read_bytes() == out[1].read_bytes()


# --- docs -----------------------------------------------------------------------------------------------

DOCS = (ROOT / "docs" / "show.md").read_text(encoding="utf-8")
[COMMANDS, *PYTHON] = re.findall(r"^```\w*\n(.*?)^```$", DOCS, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("line", COMMANDS.strip().splitlines())
def test_commands_of_the_docs(line: str, tmp_path: Path) -> None:
    command = re.split(r" {3,}", line)[0].replace("-o ", f"-o {tmp_path}/")
    assert main(shlex.split(command)[1:]) == 0


def test_python_of_the_docs() -> None:
    assert len(PYTHON) == 2
    exec("\n".join(PYTHON), {})


def test_every_kind_of_arrow_is_in_the_docs() -> None:
    named = re.findall(r"^\| ([\w, ]+) \|", DOCS, re.MULTILINE)
    assert {kind for row in named for kind in row.split(", ")} >= set(LOOKS) - {"order"}
