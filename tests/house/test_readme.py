"""The README runs: its transcripts, its Python, and the commands that it and the CI script share."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from litmus.cli import main
from mmcore.cli import main as mmcore

COMMANDS = {"litmus": main, "mmcore": mmcore}
ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SECONDS = re.compile(r"\d+\.\d\d s$", re.MULTILINE)


def blocks(language: str) -> list[str]:
    """The code blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def marked(name: str) -> str:
    """The commands between `<!-- name -->` and `<!-- end -->`."""
    [found] = re.findall(rf"<!-- {name} -->\n```sh\n(.*?)\n```\n<!-- end -->", README, re.DOTALL)
    return str(found)


TRANSCRIPTS = [part for block in blocks("console") for part in re.split(r"^\$ ", block, flags=re.MULTILINE) if part]


def test_there_are_transcripts_and_python() -> None:
    assert len(TRANSCRIPTS) >= 3
    assert blocks("python")


@pytest.mark.parametrize("transcript", TRANSCRIPTS, ids=lambda text: text.split("\n")[0])
def test_transcript(transcript: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    command, _, expected = transcript.partition("\n")
    program, *arguments = shlex.split(command)
    COMMANDS[program](arguments)
    assert SECONDS.sub("", capsys.readouterr().out).strip() == SECONDS.sub("", expected).strip()


@pytest.mark.parametrize("code", blocks("python"))
def test_python(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    exec(code, {})


def test_links_lead_to_files() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "benchmarks").glob("*.md")]
    texts = [(page, page.read_text(encoding="utf-8")) for page in pages]
    links = [(page, link) for page, text in texts for link in re.findall(r"\]\(([^):#]+)\)", text)]
    assert links
    assert [f"{page.name}: {link}" for page, link in links if not (page.parent / link).exists()] == []


def test_exactly_two_set_up_commands() -> None:
    assert len(blocks("sh")) == 2
    assert marked("the main job").endswith("litmus check examples/SB.litmus")
    assert marked("the tests").endswith("pytest -q")


def test_the_ci_script_runs_the_command_of_the_readme() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    [extraction] = re.findall(r"command=\$\((.*)\)", script)
    found = subprocess.run(["bash", "-c", extraction], cwd=ROOT, capture_output=True, text=True).stdout
    assert found.strip() == marked("the tests")
