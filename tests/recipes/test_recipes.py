"""Every recipe of CONTRIBUTING.md is performed, names the places that it touches, and touches few."""

from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.recipes.changes import RECIPES
from tests.recipes.recipe import PAGE, places, sections

MOST_PLACES = 3

BY_HEADING = {recipe.heading: recipe for recipe in RECIPES}
SECTIONS = sections(PAGE.read_text(encoding="utf-8"))


def test_every_recipe_is_performed() -> None:
    assert list(BY_HEADING) == list(SECTIONS)


def place(path: str, named: list[str]) -> str | None:
    """The place that a path is in: its own, or else one of a form or a folder that holds it."""
    for one in sorted(named, key=lambda one: one != path):
        pattern = one.replace("NAME", "*").replace("NN", "*")
        if fnmatch(path, pattern) or (one.endswith("/") and fnmatch(path, f"{pattern}*")):
            return one
    return None


@pytest.mark.parametrize("heading", BY_HEADING)
def test_a_recipe_names_the_places_that_it_touches(heading: str) -> None:
    named = places(SECTIONS[heading])
    assert 0 < len(named) <= MOST_PLACES
    assert {place(path, named) for path in BY_HEADING[heading].edits} == set(named)


@pytest.mark.parametrize("heading", BY_HEADING)
def test_a_recipe_does_what_it_says(heading: str, tmp_path: Path) -> None:
    recipe = BY_HEADING[heading]
    copy = recipe.perform(tmp_path)
    recipe.check(copy)
    for guide in recipe.guides:
        copy.run("pytest", "-q", "-p", "no:cacheprovider", guide)
