"""What all tests share: reproducible random tests, and where the corpora of tests with known outcomes are."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

os.environ["LITMUS_CACHE"] = "off"  # tests ask the engine, not an earlier run

settings.register_profile("fixed", derandomize=True, deadline=None, database=None)
settings.register_profile("search", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The directory of tests with known outcomes: $LITMUS_CORPORA, or `shared/corpora` beside the repository."""
    named = os.environ.get("LITMUS_CORPORA")
    folder = Path(named) if named else Path(__file__).parents[2] / "shared" / "corpora"
    if not folder.is_dir():
        pytest.skip(f"no tests with known outcomes at {folder.name}: set LITMUS_CORPORA")
    return folder
