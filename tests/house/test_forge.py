"""The files that a forge, git's hooks and a citation look for: they are what they should be, and their commands run."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from litmus._version import VERSION
from litmus.cli import main
from litmus.cli.arguments import parse_arguments
from tests.house.test_readme import marked

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # comes with mypy and build

ROOT = Path(__file__).parents[2]
EXAMPLE = "examples/SB.litmus"
FORMS = sorted(path for path in (ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml") if path.stem != "config")


def read(name: str) -> Any:
    """A file of YAML; `on` is a truth value of YAML 1.1, and a word here."""
    return yaml.load((ROOT / name).read_text(encoding="utf-8"), _Words)


class _Words(yaml.SafeLoader):
    """Takes `on`, `off`, `yes` and `no` for words."""


_Words.yaml_implicit_resolvers = {
    letter: [(tag, form) for tag, form in known if tag != "tag:yaml.org,2002:bool"]
    for letter, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
WORKFLOW = read(".github/workflows/ci.yml")
ACTION = read("action.yml")


# --- the workflow ---------------------------------------------------------------------------------------


def commands(job: str) -> list[str]:
    """What the steps of a job run."""
    return [step["run"] for step in WORKFLOW["jobs"][job]["steps"] if "run" in step]


def used() -> list[str]:
    """The actions of others that workflow and action use."""
    steps = [step for job in WORKFLOW["jobs"].values() for step in job["steps"]] + ACTION["runs"]["steps"]
    return [step["uses"] for step in steps if "uses" in step]


def test_the_workflow_runs_the_commands_of_the_readme_and_the_script() -> None:
    assert commands("readme") == [marked("the main job"), marked("the tests")]
    assert commands("everything") == [".ci/run"]
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_the_workflow_runs_on_every_python_from_the_first_that_is_promised() -> None:
    pythons = WORKFLOW["jobs"]["readme"]["strategy"]["matrix"]["python"]
    first = int(PROJECT["requires-python"].removeprefix(">=3."))
    assert pythons == [f"3.{minor}" for minor in range(first, first + len(pythons))]
    assert pythons[-1] == "3.14"
    assert all(isinstance(python, str) for python in pythons)


def test_actions_of_others_are_pinned_by_their_major_version() -> None:
    assert used()
    assert [name for name in used() if not re.fullmatch(r"[\w-]+/[\w-]+@v\d+", name)] == []


def test_the_workflow_has_no_rights_and_ends() -> None:
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert all(int(job["timeout-minutes"]) <= 90 for job in WORKFLOW["jobs"].values())
    assert set(WORKFLOW["on"]) == {"push", "pull_request"}


# --- the action -----------------------------------------------------------------------------------------


def step(name: str) -> str:
    """The shell commands of a step of the action."""
    [found] = [step for step in ACTION["runs"]["steps"] if step.get("name") == name]
    assert found["shell"] == "bash"
    return str(found["run"])


def shell(script: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs a step as the forge does."""
    words = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    return subprocess.run(words, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True)


def executable(path: Path, text: str) -> None:
    """A shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/bash\n{text}\n", encoding="utf-8")
    path.chmod(0o755)


@pytest.fixture
def runner(tmp_path: Path) -> Path:
    """A folder for temporary files of a runner, where litmus is installed."""
    command = f'cd "$PWD"; PYTHONPATH={shlex.quote(str(ROOT))} exec {shlex.quote(sys.executable)} -m litmus "$@"'
    executable(tmp_path / "litmus" / "bin" / "litmus", command)
    return tmp_path


def checked(runner: Path, paths: str, models: str = "", args: str = "") -> subprocess.CompletedProcess[str]:
    """Runs the step that checks."""
    inputs = {"PATHS": paths, "MODELS": models, "ARGS": args}
    return shell(step("Check"), ROOT, RUNNER_TEMP=str(runner), **inputs)


def test_the_inputs_of_the_action_reach_its_shell_as_variables() -> None:
    [check] = [step for step in ACTION["runs"]["steps"] if step.get("name") == "Check"]
    assert check["env"] == {name.upper(): f"${{{{ inputs.{name} }}}}" for name in ("paths", "models", "args")}
    assert all(entry["description"] for entry in ACTION["inputs"].values())
    assert not any("${{" in step.get("run", "") for step in ACTION["runs"]["steps"])


def test_the_action_checks_an_example(runner: Path) -> None:
    done = checked(runner, EXAMPLE)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "litmus: 4 verdicts, 0 errors, 0 warnings\n"


def test_the_action_takes_models_options_and_several_paths(runner: Path) -> None:
    done = checked(runner, f"{EXAMPLE}\n\nexamples/MP.litmus\n", " sc\nx86-tso ", "-o text --no-cache")
    assert done.returncode == 0
    assert done.stdout.split("\n")[0].split() == ["test", "sc", "x86-tso"]
    assert {line.split()[0] for line in done.stdout.splitlines()[1:3]} == {"SB", "MP"}


def test_the_action_fails_where_a_verdict_is_wrong_and_takes_no_input_for_code(runner: Path) -> None:
    wrong = checked(runner, "tests/litmus/native/wrong-expectation.litmus")
    assert wrong.returncode == 1
    assert wrong.stdout.startswith("::error file=tests/litmus/native/wrong-expectation.litmus,line=")
    assert checked(runner, "$(touch broken); ` touch broken `").returncode == 2
    assert checked(runner, EXAMPLE, "$(touch broken)").returncode == 2
    assert checked(runner, "").returncode == 2
    assert not (ROOT / "broken").exists()


def test_the_action_installs_its_own_version(tmp_path: Path) -> None:
    made = 'mkdir -p "$3/bin"; printf \'#!/bin/bash\\necho "$@"\' > "$3/bin/pip"; chmod +x "$3/bin/pip"'
    executable(tmp_path / "path" / "python3", f'[ "$1 $2" = "-m venv" ] || exit 1\n{made}')
    path = f"{tmp_path / 'path'}:{os.environ['PATH']}"
    done = shell(step("Install litmus"), tmp_path, PATH=path, RUNNER_TEMP=str(tmp_path), GITHUB_ACTION_PATH="/action")
    assert (done.returncode, done.stdout) == (0, "install -q /action\n")


# --- hooks ----------------------------------------------------------------------------------------------


def test_the_hook_for_projects_runs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    [hook] = read(".pre-commit-hooks.yaml")
    program, *arguments = shlex.split(hook["entry"])
    assert program in PROJECT["scripts"] and hook["language"] == "python"
    assert re.search(hook["files"], EXAMPLE) and not re.search(hook["files"], "docs/litmus.md")
    monkeypatch.chdir(ROOT)
    assert main([*arguments, "--timeout", "60", EXAMPLE, "examples/MP.litmus"]) == 0
    assert ", 0 wrong" in capsys.readouterr().out
    assert main([*arguments, "tests/litmus/native/wrong-expectation.litmus"]) == 1


def test_the_hooks_of_this_checkout_are_the_checks_of_the_tests() -> None:
    [repository] = read(".pre-commit-config.yaml")["repos"]
    assert repository["repo"] == "local"
    entries = [hook["entry"] for hook in repository["hooks"]]
    assert entries == [".venv/bin/ruff check", ".venv/bin/mypy"]
    wanted = PROJECT["optional-dependencies"]["test"]
    assert all(any(need.startswith(Path(entry.split()[0]).name) for need in wanted) for entry in entries)
    assert all(hook["language"] == "system" for hook in repository["hooks"])


# --- what people fill in and cite -----------------------------------------------------------------------


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_a_form_asks_for_what_is_needed(path: Path) -> None:
    form = read(str(path.relative_to(ROOT)))
    assert form["name"] and form["description"] and form["labels"]
    fields = {field["id"]: field for field in form["body"]}
    assert len(fields) == len(form["body"])
    assert {field["type"] for field in fields.values()} <= {"input", "textarea", "dropdown", "checkboxes"}
    assert all(field["attributes"]["label"] for field in fields.values())
    assert any(field.get("validations", {}).get("required") for field in fields.values())
    for field in fields.values():
        if command := field["attributes"].get("placeholder"):
            program, *arguments = shlex.split(command)
            assert program == "litmus" and parse_arguments(arguments)


def test_there_is_a_form_for_each_kind_of_report() -> None:
    assert [path.stem for path in FORMS] == ["bad-error", "feature", "wrong-verdict"]


def test_the_citation_is_of_this_version() -> None:
    citation = read("CITATION.cff")
    assert (str(citation["version"]), citation["license"]) == (VERSION, PROJECT["license"]["text"])
    assert citation["abstract"] == PROJECT["description"]
    assert citation["cff-version"] == "1.2.0" and citation["title"] and citation["authors"] and citation["message"]


@pytest.mark.parametrize("name", ["SECURITY.md", "CHANGELOG.md", "tests/litmus/README.md"])
def test_links_lead_to_files(name: str) -> None:
    page = ROOT / name
    for link in re.findall(r"\]\(([^):#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / link).exists(), link


# --- the recipes of docs/ci.md --------------------------------------------------------------------------

RECIPES = re.findall(r"^```yaml\n(.*?)^```$", (ROOT / "docs" / "ci.md").read_text(encoding="utf-8"), re.M | re.S)


def test_the_recipes_use_what_there_is() -> None:
    workflows = [recipe for recipe in map(yaml.safe_load, RECIPES) if "jobs" in recipe]
    steps = [step for recipe in workflows for step in recipe["jobs"]["litmus"]["steps"]]
    [own] = [step for step in steps if step.get("uses", "").startswith("OWNER/")]
    assert set(own["with"]) <= set(ACTION["inputs"])
    [hooks] = [recipe for recipe in map(yaml.safe_load, RECIPES) if "repos" in recipe]
    assert hooks["repos"][0]["hooks"][0]["id"] == read(".pre-commit-hooks.yaml")[0]["id"]


def test_the_inputs_are_described() -> None:
    text = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    table = text.split("### As one step")[1].split("\n## ")[0]
    assert re.findall(r"^\| `([\w-]+)` \|", table, re.M) == list(ACTION["inputs"])
