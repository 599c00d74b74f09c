"""The layers of the house as data: each stage, and what it may import.

    python -m tests.house.layers promote      writes the table of docs/design.md

Read from top to bottom: a stage imports only stages below it, and of those only the ones named here.  Imports inside
functions and for types only count like all others.  `test_architecture.py` holds the code to it.
"""

from __future__ import annotations

import sys
from pathlib import Path

FLOOR = ("errors", "source", "_version")
"""What every stage may import; they import nothing but each other."""

LITMUS: dict[str, tuple[str, ...]] = {
    "__main__": ("cli",),
    "cli": (
        "batch", "cat", "check", "course", "explain", "files", "gallery", "logs", "lowering", "picture", "program",
        "report", "solve", "syntax", "verdict",
    ),
    "testing": ("batch", "cat", "check", "explain", "files", "program", "report", "syntax", "verdict"),
    "": (
        "batch", "cat", "check", "explain", "files", "gallery", "judge", "lowering", "picture", "program", "syntax",
        "verdict",
    ),
    "batch": ("cat", "check", "explain", "files", "judge", "lowering", "program", "syntax", "verdict"),
    "gallery": ("case", "cat", "check", "explain", "judge", "picture", "program", "report", "solve", "verdict"),
    "logs": ("files", "report"),
    "report": ("cat", "explain", "picture", "program", "verdict"),
    "picture": ("judge", "logic", "program", "unfold"),
    "explain": ("case", "cat", "check", "ground", "judge", "logic", "program", "solve", "unfold", "verdict"),
    "check": ("case", "cat", "ground", "judge", "lowering", "program", "solve", "unfold", "verdict"),
    "verdict": ("judge", "program"),
    "solve": ("cat", "ground", "judge", "logic", "program", "unfold"),
    "ground": ("cat", "logic", "program", "unfold"),
    "judge": ("cat", "logic", "program", "unfold"),
    "case": ("cat", "lowering", "program", "unfold"),
    "cat": ("files", "logic", "program", "syntax", "unfold"),
    "unfold": ("logic", "program"),
    "lowering": ("program", "syntax"),
    "syntax": ("files", "program"),
    "course": ("files",),
    "program": (),
    "files": (),
    "logic": (),
}  # fmt: skip
"""The stages of `litmus`, highest first, each with the stages that it may import; `""` is the public face."""

MMCORE: dict[str, tuple[str, ...]] = {
    "__main__": ("cli",),
    "cli": ("interleaved", "scenario", "scenarios"),
    "scenarios": ("cpu", "memory", "mm", "scenario"),
    "machine": ("cpu", "direct", "memory", "mm"),
    "interleaved": ("cpu", "memory", "scenario"),
    "scenario": ("cpu", "memory", "traced"),
    "traced": ("cpu", "memory"),
    "direct": ("cpu", "memory"),
    "mm": ("cpu", "memory"),
    "cpu": ("memory",),
    "memory": (),
    "errors": (),
}
"""The stages of `mmcore`."""

OF_LITMUS = {
    "cli": "one command line: its parser, its exit codes, its interrupts",
    "report": "an answer is written alike, as JSON and as an explanation",
}
"""What `mmcore` imports of `litmus` beside its public face and `litmus.testing`, each with the reason."""

PAGE = Path(__file__).parents[2] / "docs" / "design.md"
BEGIN, END = "<!-- layers -->\n", "<!-- end of layers -->\n"


def table() -> str:
    """The layers as Markdown, highest first."""
    rows = ["| stage | imports |", "|---|---|"]
    for name, below in LITMUS.items():
        shown = f"`litmus.{name}`" if name else "`litmus` (the public face)"
        rows.append(f"| {shown} | {', '.join(f'`{one}`' for one in below) or 'nothing'} |")
    rows.append(f"| {', '.join(f'`litmus.{name}`' for name in FLOOR)} | each other; every stage may import them |")
    rows += [f"| `mmcore.{name}` | {', '.join(f'`{one}`' for one in below) or 'nothing'} |"
             for name, below in MMCORE.items()]  # fmt: skip
    rows.append("| every stage of `mmcore` | `mmcore.errors`, `litmus` (the public face), `litmus.testing` |")
    rows += [f"| of `mmcore`, beside that | `litmus.{name}`: {reason} |" for name, reason in OF_LITMUS.items()]
    return "\n".join(rows) + "\n"


def written(page: str) -> str:
    """The page with the table in its place."""
    head, _, rest = page.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}{table()}{END}{tail}"


if __name__ == "__main__":
    if sys.argv[1:] != ["promote"]:
        sys.exit(__doc__)
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
