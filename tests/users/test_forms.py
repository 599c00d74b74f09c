"""The forms of the answers: each is found by its name, told to users, and may come from another package."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from litmus.cli import main, show
from litmus.errors import UsageError
from litmus.report import Report
from litmus.report.forms import FORMS, form

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CI = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
SB = str(ROOT / "examples" / "SB.litmus")


@pytest.mark.parametrize("name", FORMS)
def test_a_form_is_a_report(name: str) -> None:
    assert issubclass(form(name), Report)
    assert (form(name).__doc__ or "").startswith(f"The report `-o {name}`")


def test_every_form_has_its_place_in_the_readme() -> None:
    rows = re.findall(r"^\| `-o ([^`]*)`", README, re.MULTILINE)
    assert [name for row in rows for name in row.split("\\|")] == list(FORMS)


def test_every_form_is_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["check", "--help"])
    assert f"-o {'|'.join(FORMS)}" in capsys.readouterr().out


@pytest.mark.parametrize("form", sorted(set(show.FORMS.values())))
def test_every_form_of_a_picture_is_told_and_drawn(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    endings = [ending for ending, other in show.FORMS.items() if other == form]
    with pytest.raises(SystemExit):
        main(["show", "--help"])
    for text in (capsys.readouterr().out, (ROOT / "docs" / "show.md").read_text(encoding="utf-8")):
        assert any(re.search(rf"{re.escape(ending)}\b", text) for ending in endings)
    for ending in endings:
        assert main(["show", "-m", "sc", SB, "-o", str(tmp_path / f"x{ending}")]) == 0
    assert len({(tmp_path / f"x{ending}").read_text(encoding="utf-8") for ending in endings}) == 1


# --- of other packages ----------------------------------------------------------------------------------


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package with the form of the page on continuous integration, and with others that are none."""
    [entries] = re.findall(r"^```toml\n(.*?)^```$", CI, re.MULTILINE | re.DOTALL)
    [code] = re.findall(r"^```python\n(.*?)^```$", CI, re.MULTILINE | re.DOTALL)
    lines = [line.replace('"', "") for line in entries.splitlines() if "=" in line]
    folder = tmp_path / "my_package-1.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: my_package\nVersion: 1\n", encoding="utf-8")
    others = ["no = my_package:nothing", "bad = my_package:Absent", "json = my_package:Csv"]
    text = "\n".join(["[litmus.reports]", *lines, *others, ""])
    (folder / "entry_points.txt").write_text(text, encoding="utf-8")
    (tmp_path / "my_package.py").write_text(f"{code}\nnothing = 1\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def test_a_form_of_another_package(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "-o", "csv", "-m", "sc", "-m", "x86-tso", SB]) == 0
    assert capsys.readouterr().out == "SB,sc,Never\nSB,x86-tso,Sometimes\n"


def test_ours_cannot_be_replaced(package: Path) -> None:
    assert form("json").__module__ == "litmus.report.json"


@pytest.mark.parametrize(("name", "message"), [("no", "is no litmus.report.Report"), ("bad", "cannot be loaded")])
def test_what_is_no_form_is_refused(
    package: Path, capsys: pytest.CaptureFixture[str], name: str, message: str
) -> None:
    assert main(["check", "-o", name, SB]) == 2
    assert message in capsys.readouterr().err


def test_an_unknown_form_is_told_what_there_is(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "-o", "xml", SB]) == 2
    assert "expected text, herd, json, junit, github, csv, no or bad, not 'xml'" in capsys.readouterr().err
    with pytest.raises(UsageError, match="no form 'xml'"):
        form("xml")
