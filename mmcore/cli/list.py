"""`mmcore list`: the scenarios and their variants."""

from __future__ import annotations

from argparse import Namespace

from mmcore.scenarios import load, names


def run(arguments: Namespace) -> int:
    """Prints each scenario with its title and its variants; the exit code is 0."""
    for scenario in map(load, names()):
        print(f"{scenario.name}: {scenario.title}")
        print(f"    {', '.join(variant.name for variant in scenario.variants)}")
    return 0
