"""The benchmark scripts print what their README promises; no test looks at a time."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.measure import Unit, percentile, states_of
from benchmarks.scale import FAMILIES, measure_ours

ROOT = Path(__file__).parents[2]

SB = r"""X86 SB
{ }
P0          | P1          ;
MOV [x],$1  | MOV [y],$1  ;
MOV EAX,[y] | MOV EAX,[x] ;
exists (0:EAX=0 /\ 1:EAX=0)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of two tests, the second of which no reader accepts."""
    (tmp_path / "SB.litmus").write_text(SB)
    (tmp_path / "broken.litmus").write_text("X86 broken\n{ }\nP0 ;\nDANCE ;\nexists (x=0)\n")
    return tmp_path


def run(script: str, *arguments: str) -> str:
    """What a script prints; it must succeed."""
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{script}", *arguments], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_corpus(folder: Path) -> None:
    lines = folder / "costs.jsonl"
    output = run("corpus", str(folder), "--engine", "auto", "--engine", "z3", "--per-test", str(lines))
    assert re.search(r"^unit: [\d.]+ ms", output, re.MULTILINE)
    for engine in ("auto", "z3"):
        assert f"engine {engine}: 2 tests, 1 answered" in output
    assert output.count("unanswered: ") == 2
    assert len(re.findall(r"^(parse|check|total)( +[\d.]+){5}$", output, re.MULTILINE)) == 6
    costs = [json.loads(line) for line in lines.read_text().splitlines()]
    assert [(c["engine"], c["test"], c["states"]) for c in costs] == [
        ("auto", "SB", [4]), ("auto", None, []), ("z3", "SB", [4]), ("z3", None, []),
    ]  # fmt: skip
    assert all(c["parse"] > 0 and c["total"] == c["parse"] + c["check"] for c in costs)


def test_corpus_beside_herd(folder: Path, tmp_path: Path) -> None:
    herd = tmp_path / "herd7"
    herd.write_text("#!/bin/sh\nprintf 'Test SB Allowed\\nStates 4\\n'\n")
    herd.chmod(0o755)
    output = run("corpus", str(folder), "--herd", str(herd))
    assert "herd7: 2 tests, 1 answered" in output
    assert "equal on 1 of the 1 tests" in output


def test_scale() -> None:
    output = run("scale", "--family", "ring", "--size", "3")
    assert re.findall(r"^ring 3 +(\w+) +Sometimes +8 ", output, re.MULTILINE) == ["auto", "z3", "table"]


@pytest.mark.parametrize(("family", "size", "states"), [("ring", 3, 8), ("writers", 2, 12), ("adders", 3, 6),
                                                        ("arm-adders", 3, 6)])  # fmt: skip
def test_families(family: str, size: int, states: int) -> None:
    made = FAMILIES[family]
    assert measure_ours(made.make(size), made.model, "auto", 60)[1] == states


def test_startup() -> None:
    output = run("startup", "--runs", "1")
    for name in ("python, doing nothing", "litmus check", "litmus check, z3"):
        assert re.search(rf"^{name}( +[\d.]+){{3}}$", output, re.MULTILINE)


def test_the_unit_is_the_median_of_its_samples() -> None:
    assert Unit([3.0, 1.0, 2.0]).value == 2.0


def test_percentile() -> None:
    values = [float(i) for i in range(1, 101)]
    assert (percentile(values, 0.95), percentile(values, 1.0), percentile([5.0], 0.95)) == (95.0, 100.0, 5.0)


def test_states_of_a_log() -> None:
    assert states_of("Test A Allowed\nStates 3\nx=1;\nTest B Forbidden\nTest A Allowed\nStates 2\n") == {"A": [3, 2]}
