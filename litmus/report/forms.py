"""The forms that answers can have, by name (`-o NAME`): those of this package, and what other packages bring.

A package brings forms by entry points of the group `litmus.reports`: the name of a form and the place of its class, a
`litmus.report.Report`.

    [project.entry-points."litmus.reports"]
    csv = "my_package:Csv"
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from litmus.errors import UsageError
from litmus.report.form import Report

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

FORMS: Mapping[str, str] = {
    "text": "litmus.report.text:Text",
    "herd": "litmus.report.herd:Herd",
    "json": "litmus.report.json:Json",
    "junit": "litmus.report.junit:Junit",
    "github": "litmus.report.github:Github",
}
"""The forms of this package, each with the place of its class; the first is the one without `-o`."""

GROUP = "litmus.reports"


def installed() -> dict[str, EntryPoint]:
    """The forms that other packages bring."""
    from importlib.metadata import entry_points

    return {entry.name: entry for entry in entry_points(group=GROUP) if entry.name not in FORMS}


def form(name: str) -> type[Report]:
    """The form of a name, loaded now; raises UsageError if there is none, or another package's is no `Report`."""
    if name in FORMS:
        module, _, own = FORMS[name].partition(":")
        found = getattr(import_module(module), own)
    else:
        found = _outside(name)
    if not (isinstance(found, type) and issubclass(found, Report)):
        raise UsageError(f"the form {name!r} is no litmus.report.Report", hint="ask those who wrote it")
    return found


def _outside(name: str) -> object:
    """What another package has for a form."""
    others = installed()
    if name not in others:
        raise UsageError(f"there is no form {name!r}", hint=f"known forms: {', '.join((*FORMS, *others))}")
    try:
        return others[name].load()
    except (ImportError, AttributeError) as error:
        raise UsageError(f"the form {name!r} cannot be loaded: {error}", hint="install its package again") from None
