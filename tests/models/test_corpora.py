"""Published tests with known outcomes: observation, whole state set and execution counts.

The sample is every STEPth test of each folder; all of them, and the others, are slow tests.  With LITMUS_CAT_FILES,
a folder of published cat files, those are run as they are.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from litmus.cat.library import Model, load_model
from litmus.check import Options, check
from litmus.source import Source
from litmus.syntax import parse
from litmus.verdict import Verdict

STEP = 10

MODELS = {
    "x86": "x86-tso", "aarch64": "armv8", "ppc": "power", "riscv": "riscv", "lkmm": "lkmm", "c11": "rc11"
}  # fmt: skip
"""The bundled model that the outcomes of a folder are of."""

OUT_OF_THIN_AIR = "lkmm/manual/plain/C-OOTA.litmus"
"""Undecided here; the reference gives it a made-up symbolic value (docs/limitations.md)."""

CAT_FILES = {
    "x86": ("x86tso.cat", "x86-tso"), "aarch64": ("aarch64.cat", "armv8"), "ppc": ("ppc.cat", "power")
}  # fmt: skip
"""Published models, and the bundled ones that mean the same."""


@cache
def rows(corpora: Path, folder: str) -> list[dict[str, Any]]:
    """The tests of a folder with their known outcomes."""
    text = (corpora / f"{folder}.expected.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def normal(states: Iterable[Mapping[str, str]]) -> set[tuple[tuple[str, str], ...]]:
    """States in one spelling: `x` for `[x]`, no blanks."""
    return {tuple(sorted((k.strip("[]"), v.replace(" ", "")) for k, v in s.items())) for s in states}


def differs(verdict: Verdict, row: dict[str, Any]) -> bool:
    """Whether a verdict is not the known outcome; counts are compared where there are any."""
    counts = (verdict.positive, verdict.negative)
    return (
        verdict.observation != row["observation"]
        or normal(verdict.states) != normal(row["states"])
        or sorted(verdict.flags) != sorted(row["flags"])
        or (None not in counts and counts != (row["positive"], row["negative"]))
    )


def different(corpora: Path, chosen: list[dict[str, Any]], model: Model, engine: str = "auto") -> list[str]:
    """The tests with another outcome than the known one."""
    found = []
    for row in chosen:
        text = (corpora / row["path"]).read_text(encoding="utf-8", errors="replace")
        verdict = check(parse(Source(row["path"], text)), model, Options(engine=engine))
        if row["path"] == OUT_OF_THIN_AIR:
            assert verdict.observation is None and "thin air" in (verdict.undecided or "")
            continue
        assert engine == "z3" or verdict.positive is not None, f"{row['path']}: not counted"
        if differs(verdict, row):
            found.append(row["path"])
    return found


@pytest.mark.parametrize("folder", MODELS)
def test_a_sample(corpora: Path, folder: str) -> None:
    assert different(corpora, rows(corpora, folder)[::STEP], load_model(MODELS[folder])) == []


@pytest.mark.parametrize("folder", MODELS)
def test_a_smaller_sample_with_z3(corpora: Path, folder: str) -> None:
    assert different(corpora, rows(corpora, folder)[1 :: 4 * STEP], load_model(MODELS[folder]), "z3") == []


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["auto", "z3"])
@pytest.mark.parametrize("folder", MODELS)
def test_all(corpora: Path, folder: str, engine: str) -> None:
    assert different(corpora, rows(corpora, folder), load_model(MODELS[folder]), engine) == []


@pytest.mark.parametrize("folder", CAT_FILES)
def test_published_cat_files_agree_with_the_bundled_models(corpora: Path, folder: str) -> None:
    where = os.environ.get("LITMUS_CAT_FILES")
    if not where:
        pytest.skip("no published cat files: set LITMUS_CAT_FILES to their folder")
    file, name = CAT_FILES[folder]
    published, bundled = load_model(str(Path(where) / file)), load_model(name)
    for row in rows(corpora, folder)[2 :: 2 * STEP]:
        program = parse(Source(row["path"], (corpora / row["path"]).read_text(encoding="utf-8")))
        assert normal(check(program, published).states) == normal(check(program, bundled).states), row["path"]
