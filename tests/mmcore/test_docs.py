"""What docs/mmcore.md shows is true."""

import re
from pathlib import Path

import pytest

from mmcore.cli import main

TEXT = (Path(__file__).parents[2] / "docs" / "mmcore.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"<!-- example: (\S+) -->\n```python\n(.*?)```", TEXT, re.S))
SHOWN = re.findall(r"<!-- mmcore (.*?) -->\n```\n(.*?)```", TEXT, re.S)


def test_there_is_something_to_look_at() -> None:
    assert EXAMPLES
    assert len(SHOWN) >= 2


@pytest.fixture
def _examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in EXAMPLES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("_examples")
@pytest.mark.parametrize(("command", "output"), SHOWN)
def test_what_is_shown(command: str, output: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(command.split()) == 0
    assert capsys.readouterr().out == output


@pytest.mark.usefixtures("_examples")
@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("command", ["export", "explain"])
def test_other_commands_take_the_example(command: str, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, name]) == 0
    assert Path(name).stem in capsys.readouterr().out
