"""The schemas of docs/schema: every JSON line that a command prints is valid, and a wrong one is not."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from litmus.cli import main as litmus
from litmus.files import find
from litmus.report.json import KEYS
from mmcore.cli import main as mmcore

jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed: pip install '.[test]'")
referencing = pytest.importorskip("referencing", reason="referencing (a part of jsonschema) is not installed")

ROOT = Path(__file__).parents[2]
SCHEMAS = {path.name.partition(".")[0]: json.loads(path.read_text(encoding="utf-8"))
           for path in sorted((ROOT / "docs" / "schema").glob("*.json"))}  # fmt: skip
REGISTRY = referencing.Registry().with_resources(
    (schema["$id"], referencing.Resource.from_contents(schema)) for schema in SCHEMAS.values()
)
TESTS = ROOT / "tests" / "litmus"
EXAMPLES = ROOT / "examples"

Lines = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Lines:
    """The JSON lines that a command prints."""

    def run(main: Callable[[list[str]], int], *arguments: object) -> list[dict[str, Any]]:
        main([*map(str, arguments)])
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return run


def wrong(name: str, found: object) -> list[str]:
    """What is wrong with a line, by a schema."""
    validator = jsonschema.Draft202012Validator(SCHEMAS[name], registry=REGISTRY)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(found)]


def all_wrong(name: str, found: list[dict[str, Any]]) -> Iterator[str]:
    """What is wrong with lines, of which there are some."""
    assert found
    return (error for line in found for error in wrong(name, line))


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_one(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[name])
    assert SCHEMAS[name]["$id"] == f"urn:litmus:schema:{name}"


def test_the_page_lists_them_all_and_runs(lines: Lines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (ROOT / "docs" / "schema" / "README.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"\]\((.*)\.schema\.json\)", page)) == sorted(SCHEMAS)
    [code] = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    monkeypatch.chdir(tmp_path)
    for good in (True, False):
        line = {} if not good else lines(litmus, "check", "-o", "json", "-m", "sc", EXAMPLES / "SB.litmus")[0]
        Path("answers.jsonl").write_text(f"{json.dumps(line)}\n", encoding="utf-8")
        with contextlib.nullcontext() if good else pytest.raises(jsonschema.ValidationError):
            exec(code, {})


def test_all_of_our_tests_under_all_models(lines: Lines) -> None:
    found = lines(litmus, "check", "-o", "json", "-m", "all", TESTS, EXAMPLES)
    assert list(all_wrong("check", found)) == []
    assert any(line["flags"] for line in found)
    assert any(line["kind"] is None for line in found), "no form on a machine"


@pytest.mark.parametrize("option", ["--verdict-only", "--compiler", "--engine=z3", "--rlimit=1", "--timeout=0.0000001"])
def test_under_each_option(lines: Lines, option: str) -> None:
    engine = ["--engine=z3"] if option.startswith("--rlimit") else []
    found = lines(litmus, "check", "-o", "json", option, *engine, *find([str(TESTS / "native")])[:20], EXAMPLES)
    assert list(all_wrong("check", found)) == []
    undecided = [line for line in found if line["observation"] is None]
    assert bool(undecided) == option.startswith(("--rlimit", "--timeout"))


def test_reordered_by_the_compiler(lines: Lines) -> None:
    found = lines(litmus, "check", "-o", "json", "--compiler", "-m", "sc", EXAMPLES)
    assert any("compiler_only" in line for line in found)
    assert list(all_wrong("check", found)) == []


def test_errors(lines: Lines) -> None:
    found = lines(litmus, "check", "-o", "json", ROOT / "tests" / "errors", "absent.litmus")
    found += lines(litmus, "check", "-o", "json", "-m", "x86-tso", "-m", "power", TESTS)
    assert any("error" in line and line["model"] is not None for line in found)
    assert list(all_wrong("check", found)) == []


def test_the_schema_has_the_keys_of_every_line_in_order() -> None:
    assert SCHEMAS["check"]["$defs"]["answer"]["required"] == list(KEYS)


@pytest.mark.parametrize("model", ["sc", "x86-tso", "armv8", "power", "lkmm"])
def test_explanations(lines: Lines, model: str) -> None:
    paths = [*find([str(EXAMPLES)]), *find([str(TESTS / "native")])][:12]
    found = [line for path in paths for line in lines(litmus, "explain", "-o", "json", "-m", model, path)]
    assert list(all_wrong("explain", found)) == []
    assert {line["forbidden"] for line in found} >= {True}


def test_an_explanation_that_is_undecided(lines: Lines) -> None:
    found = lines(litmus, "explain", "-o", "json", "--timeout", "0.0000001", EXAMPLES / "SB.litmus")
    assert list(all_wrong("explain", found)) == []
    assert all(line["forbidden"] is None for line in found)


def test_comparisons(lines: Lines, tmp_path: Path) -> None:
    logs = []
    for model, extra in (("sc", []), ("x86-tso", [EXAMPLES / "SB.litmus"]), ("sc", ["--timeout=0.0000001"])):
        found = lines(litmus, "check", "-o", "json", "-m", model, *find([str(TESTS / "native")])[:9], *extra)
        logs.append(tmp_path / f"{len(logs)}.log")
        logs[-1].write_text("".join(f"{json.dumps(line)}\n" for line in found), encoding="utf-8")
    for other in logs[1:]:
        found = lines(litmus, "compare", "-o", "json", logs[0], other)
        assert list(all_wrong("compare", found)) == []
        assert any(line["differs"] or line["undecided"] for line in found)


def test_scenarios(lines: Lines, tmp_path: Path) -> None:
    found = lines(mmcore, "check", "-o", "json", "gup_unmap")
    assert list(all_wrong("mmcore-check", found)) == []
    kept = tmp_path / "kept.json"
    ran = lines(mmcore, "run", "-o", "json", "gup_unmap", "--variant", "no_recheck", "--save", kept)
    ran += lines(mmcore, "run", "-o", "json", "gup_unmap", "--exhaustive")
    ran += lines(mmcore, "run", "-o", "json", "--replay", kept)
    assert list(all_wrong("mmcore-run", ran)) == []
    assert any(line["failures"] for line in ran)


def test_what_is_wrong_is_found(lines: Lines) -> None:
    """Each key taken out, set to another kind of value, and one put in."""
    (line,) = lines(litmus, "check", "-o", "json", "-m", "sc", EXAMPLES / "SB.litmus")
    for key in line:
        assert wrong("check", {k: v for k, v in line.items() if k != key}), key
        assert wrong("check", line | {key: [1]}), key
    assert wrong("check", line | {"more": 1})
    assert wrong("check", line | {"error": "and an error"})
    assert wrong("check", line | {"observation": None, "undecided": None, "kind": None})
