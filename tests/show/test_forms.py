"""The forms of pictures against files in tests/pictures, and what holds of every form.

    python tests/show/test_forms.py      writes what is found now as expected
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from litmus.cat.library import load_model
from litmus.check import check
from litmus.gallery.exhibit import show
from litmus.gallery.notebook import execution_svg, verdict_html
from litmus.picture.dot import dot
from litmus.picture.graph import Arrow, Box, Graph
from litmus.picture.kinds import LOOKS
from litmus.picture.plain import cycle_text, plain
from litmus.picture.svg import svg
from litmus.source import Source
from litmus.syntax import parse

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "tests" / "pictures"
CASES = [
    ("SB", "sc"), ("SB", "x86-tso"), ("MP+StoreStore+LoadLoad", "armv8"), ("IRIW+fences", "power"),
    ("LB+datas", "riscv"), ("counter+fetch_add", "x86-tso"),
]  # fmt: skip
FORMS = {"svg": svg, "dot": dot, "txt": plain}

HOSTILE = "</text><script>alert(1)</script>&\"'\\\x00￾"


def poster(test: str, model: str) -> Graph:
    """The picture of an example."""
    program = parse(Source(test, (ROOT / "examples" / f"{test}.litmus").read_text(encoding="utf-8")))
    shown = show(program, load_model(model))
    assert shown.exhibit is not None
    return shown.exhibit.poster(program, shown.verdict)


def golden(test: str, model: str, form: str) -> Path:
    return PICTURES / f"{test}.{model}.{form}"


@pytest.mark.parametrize(("test", "model"), CASES)
@pytest.mark.parametrize("form", FORMS)
def test_picture(test: str, model: str, form: str) -> None:
    assert FORMS[form](poster(test, model)) == golden(test, model, form).read_text(encoding="utf-8")


def test_each_expected_picture_has_its_case() -> None:
    expected = {golden(*case, form).name for case in CASES for form in FORMS}
    assert {path.name for path in PICTURES.iterdir()} == expected


def hostile() -> Graph:
    """A picture of texts that want to be something else."""
    boxes = (Box(0, 0, "a", (f"a: {HOSTILE}",), "W"), Box(1, 0, "b", ("b: R", HOSTILE), "R"))
    arrow = Arrow(0, 1, "order", HOSTILE, True)
    return Graph(HOSTILE, (HOSTILE,), (0,), boxes, (arrow,), (arrow,))


def test_svg_escapes_everything() -> None:
    tree = ElementTree.fromstring(svg(hostile()))
    assert [node.tag for node in tree.iter() if "script" in node.tag] == []
    texts = ["".join(node.itertext()) for node in tree.iter("{http://www.w3.org/2000/svg}text")]
    shown = HOSTILE.replace("\x00", "�").replace("￾", "�")
    assert sum(shown in text for text in texts) == 5


def test_dot_quotes_everything() -> None:
    lines = dot(hostile()).splitlines()
    assert len(lines) == 10, "no text breaks out of its line"
    assert all(line.replace("\\\\", "").replace('\\"', "").count('"') % 2 == 0 for line in lines)


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
@pytest.mark.parametrize("drawn", [hostile(), poster("IRIW+fences", "power")], ids=["hostile", "IRIW"])
def test_graphviz_reads_it(drawn: Graph) -> None:
    text = dot(drawn).replace("\x00", "")
    done = subprocess.run(["dot", "-Tplain"], input=text, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("graph") and done.stderr == ""


@pytest.mark.parametrize(("test", "model"), CASES)
def test_svg_stands_alone(test: str, model: str) -> None:
    text = svg(poster(test, model))
    tree = ElementTree.fromstring(text)
    assert tree.attrib["role"] == "img" and tree[0].tag.endswith("title") and tree[1].tag.endswith("desc")
    assert text.count("http") == 1, "the name space, and nothing from elsewhere"
    assert "<script" not in text and "url(" not in text and "@import" not in text
    ids = [node.attrib["id"] for node in tree.iter() if "id" in node.attrib]
    assert ids == [], "so that many pictures can stand in a page"


def test_kinds_are_told_apart_without_colour() -> None:
    drawn = poster("counter+fetch_add", "x86-tso")
    for arrow in drawn.arrows:
        assert arrow.label or arrow.kind == "po"
    lines = [look.dashes for kind, look in LOOKS.items() if kind not in ("po", "rf", "order")]
    assert "" not in lines and len(set(lines)) == len(lines)


def test_the_cycle_is_a_line_of_text() -> None:
    drawn = poster("SB", "sc")
    assert cycle_text(drawn) == "a -po-> b -fr-> c -po-> d -fr-> a"
    assert f"cycle: {cycle_text(drawn)}" in plain(drawn)
    assert cycle_text(drawn) in svg(drawn).replace("&gt;", ">")


def test_notebooks() -> None:
    program = parse(Source("SB", (ROOT / "examples" / "SB.litmus").read_text(encoding="utf-8")))
    verdict = check(program, load_model("x86-tso"))
    html = verdict_html(verdict)
    assert html.count("<svg") == len(verdict.states) == 4
    assert "Sometimes" in html and "0:r0=0; 1:r0=0;" in html
    ElementTree.fromstring(html)
    picture = execution_svg(verdict.witnesses[0])  # type: ignore[arg-type]
    assert ElementTree.fromstring(picture).tag.endswith("svg")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    PICTURES.mkdir(exist_ok=True)
    for case in CASES:
        for form, draw in FORMS.items():
            golden(*case, form).write_text(draw(poster(*case)), encoding="utf-8")
