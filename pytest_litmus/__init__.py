"""The door of the pytest plugin: what pytest loads in every project, so it loads nothing of the checker.

The tests of a `.litmus` file are collected by `litmus.testing.plugin`, imported at the first such file.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

__all__ = ["pytest_addoption", "pytest_collect_file"]

SUFFIX = ".litmus"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declares the ini options."""
    parser.addini("litmus_models", "check expectations about these models only (names or .cat files)", "args", [])
    parser.addini("litmus_conf", "a .cfg file that names model, bell and macros, such as linux-kernel.cfg", default="")
    parser.addini("litmus_bell", "a bell file to read before the .cat files of litmus_models", default="")
    parser.addini("litmus_macros", "what the primitives of C tests mean (a .def file)", default="")
    parser.addini("litmus_unroll", "how often each loop of a litmus test is unrolled (default: 2)", default="")
    parser.addini("litmus_timeout", "seconds for each model of a litmus test; then it fails as undecided", default="")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """The collector of a litmus test; None for other files."""
    if file_path.suffix != SUFFIX:
        return None
    from litmus.testing.plugin import LitmusFile

    return LitmusFile.from_parent(parent, path=file_path)
