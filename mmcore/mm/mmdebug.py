"""Checks that a kernel with CONFIG_DEBUG_VM makes, as Misuse."""

from __future__ import annotations

from typing import Any

from mmcore.errors import Misuse


def vm_bug_on(condition: Any, what: str, rule: str, source: str) -> None:
    """Raises Misuse if the condition holds (include/linux/mmdebug.h:VM_BUG_ON()).

    A condition on what a traced run reads is no known truth: it neither raises nor branches.
    """
    if condition is True:
        raise Misuse(what, rule, source)
