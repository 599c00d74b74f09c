"""Where a module of the mm core lies."""

from pathlib import Path

import mmcore.mm

FOLDER = Path(mmcore.mm.__file__).parent


def in_its_room(place: str) -> str:
    """The whole name of `module.name`, for a module of some room of `mmcore.mm`."""
    module, _, name = place.partition(".")
    [path] = FOLDER.rglob(f"{module}.py")
    return ".".join(("mmcore.mm", *path.relative_to(FOLDER).with_suffix("").parts, name))
