"""`litmus cache`: where answers are kept between runs, how many there are, and how to be rid of them."""

from __future__ import annotations

from argparse import Namespace

from litmus.files.store import open_store


def run(arguments: Namespace) -> int:
    """Prints the folder, the number of entries and their size, or clears it."""
    store = open_store()
    if store is None:
        print("no answers are kept: LITMUS_CACHE is off, or there is no cache folder")
    elif arguments.clear:
        print(f"{store.folder}: {store.clear()} entries removed")
    else:
        entries, size = store.size()
        print(f"{store.folder}: {entries} entries, {size / 1e6:.1f} MB")
    return 0
