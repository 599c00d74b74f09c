"""Reports: answers as text for people, as the field's log format, as JSON lines, for continuous integration.

Each form has `add`, which gives the text to print for one more answer, and `finish`, which gives what comes after the
last one (`Report`).  Forms see answers only; nothing here runs a check or prints.
"""

from litmus.report.condition import condition_text, state_text
from litmus.report.failure import failure
from litmus.report.form import Report

__all__ = [
    "Report", "condition_text", "explain", "explain_json", "failure", "github", "herd", "json", "junit", "page",
    "state_text", "text"
]  # fmt: skip
