"""Reports: answers as text for people, as the field's log format, as JSON lines, for continuous integration.

Each form is a `Report`: `add` gives the text to print for one more answer, and `finish` what comes after the last one.
`forms` has them by name: `text` for people, `herd` as herdtools7 logs, `json` lines, `junit` and `github` for
continuous integration, and those of other packages.  Explanations have two forms, `explain` (text) and `explain_json`;
`page` is HTML.  Forms see answers only; nothing here runs a check or prints.
"""

from litmus.report.condition import condition_text, state_text
from litmus.report.failure import failure
from litmus.report.form import Report, Style

__all__ = [
    "Report", "Style", "condition_text", "explain", "explain_json", "failure", "forms", "github", "herd", "json",
    "junit", "page", "state_text", "text",
]  # fmt: skip
