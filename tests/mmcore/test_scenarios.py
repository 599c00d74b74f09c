"""Every scenario of mmcore: each variant has the verdict that is expected of it under each model."""

import json
from functools import cache
from pathlib import Path

import pytest

from mmcore.scenario.check import Traced, explored, trace
from mmcore.scenario.scenario import MODELS, Variant
from mmcore.scenarios import load, names

VARIANTS = [(name, variant.name) for name in names() for variant in load(name).variants]
LARGE = {"anon_exclusive", "fork_gup", "migration", "migration_tlb"}
"""Scenarios of which one variant is enough for every day."""

SMALL = [row for row in VARIANTS if row[0] not in LARGE or row[1] == "fixed"]

IN_CATALOGUE = {"sc": "sc", "x86-tso": "tso", "armv8": "arm", "lkmm": "lkmm"}
"""Our names of the models that the catalogue has verdicts of."""


@cache
def traced(name: str, variant: str) -> Traced:
    """The litmus test of a variant."""
    scenario = load(name)
    return trace(scenario, scenario.variant(variant))


def disagreements(name: str, variant: str) -> dict[str, str | None]:
    """The models whose observation is not the expected one, with what it is."""
    expected = load(name).variant(variant).expected
    found = {model: traced(name, variant).check(model) for model in expected}
    return {m: v.observation for m, v in found.items() if v.observation != expected[m] or v.bounded}


@pytest.mark.parametrize(("name", "variant"), SMALL)
def test_verdicts(name: str, variant: str) -> None:
    assert disagreements(name, variant) == {}


@pytest.mark.slow
@pytest.mark.parametrize(("name", "variant"), [row for row in VARIANTS if row not in SMALL])
def test_verdicts_of_large_scenarios(name: str, variant: str) -> None:
    assert disagreements(name, variant) == {}


@pytest.mark.parametrize("name", names())
def test_a_scenario_says_what_it_is(name: str) -> None:
    scenario = load(name)
    assert scenario.name == name
    assert scenario.title and scenario.bad and scenario.pairs and scenario.source
    assert any(variant.correct for variant in scenario.variants), "no variant is right"
    assert any(not variant.correct for variant in scenario.variants), "nothing can go wrong"
    assert len({variant.name for variant in scenario.variants}) == len(scenario.variants)


@pytest.mark.parametrize("name", names())
def test_variants_leave_out_steps_that_are_there(name: str) -> None:
    scenario = load(name)
    explorations = [found for variant in scenario.variants for found in explored(scenario, variant)[0]]
    labels = {label for exploration in explorations for label in exploration.labels}
    assert all(variant.why and variant.without <= labels for variant in scenario.variants)


@pytest.mark.parametrize(("name", "variant"), VARIANTS)
def test_an_expectation_that_is_not_armv8s_has_a_reason(name: str, variant: str) -> None:
    chosen = load(name).variant(variant)
    assert set(chosen.expected) | set(chosen.unchecked) == set(MODELS)
    weak = {chosen.expected.get(model) for model in ("armv8", "power", "riscv", "lkmm")} - {None}
    assert len(weak) == 1 or chosen.reason


@pytest.fixture(scope="session")
def catalogue(corpora: Path) -> dict[str, dict[str, dict[str, str]]]:
    """The verdicts of the reductions in a catalogue of the kernel's protocols, by protocol, variant and model."""
    path = corpora.parent / "mm" / "verdicts.json"
    if not path.is_file():
        pytest.skip("no catalogue of protocols beside the tests with known outcomes")
    found: dict[str, dict[str, dict[str, str]]] = json.loads(path.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize(("name", "variant"), VARIANTS)
def test_the_catalogue_agrees(name: str, variant: str, catalogue: dict[str, dict[str, dict[str, str]]]) -> None:
    chosen = load(name).variant(variant)
    if chosen.catalogue:
        assert differences(chosen, catalogue) == {}


def differences(variant: Variant, catalogue: dict[str, dict[str, dict[str, str]]]) -> dict[str, str]:
    """The models of which the catalogue has another verdict than the variant expects, where both have one."""
    protocol, _, version = variant.catalogue.rpartition("-")
    verdicts = {model: catalogue[protocol][version].get(its) for model, its in IN_CATALOGUE.items()}
    return {m: verdict for m, verdict in verdicts.items() if verdict and verdict != variant.expected.get(m, verdict)}
