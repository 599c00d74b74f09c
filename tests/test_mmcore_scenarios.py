"""Every scenario of mmcore: each variant has the verdict that is expected of it under each model."""

import pytest

from mmcore.check import check
from mmcore.scenarios import load, names

ROWS = [(name, variant.name, model) for name in names() for variant in load(name).variants for model in variant.expected]


@pytest.mark.parametrize(("name", "variant", "model"), ROWS)
def test_verdict(name: str, variant: str, model: str) -> None:
    scenario = load(name)
    chosen = scenario.variant(variant)
    assert check(scenario, chosen, model).observation == chosen.expected[model]
