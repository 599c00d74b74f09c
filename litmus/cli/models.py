"""`litmus models`: the bundled models."""

from __future__ import annotations

from argparse import Namespace


def run(arguments: Namespace) -> int:
    """Prints one line a model: name, architecture, title."""
    from litmus.cat import model_names

    rows = [(info.name, info.target or "any", info.title) for info in model_names()]
    widths = [max(len(row[i]) for row in rows) for i in range(2)]
    for name, target, title in rows:
        print(f"{name.ljust(widths[0])}  {target.ljust(widths[1])}  {title}".rstrip())
    return 0
