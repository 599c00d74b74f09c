"""A race as data: threads, variants and the bad outcome; checked, explained and shown as a table."""

from mmcore.scenario.scenario import (
    ALWAYS,
    MODELS,
    NEVER,
    SOMETIMES,
    STORE_BUFFERING,
    WEAK,
    End,
    Scenario,
    Thread,
    Variant,
)

__all__ = [
    "ALWAYS", "MODELS", "NEVER", "SOMETIMES", "STORE_BUFFERING", "WEAK", "End", "Scenario", "Thread", "Variant",
    "check", "explain", "table", "wellformed"
]  # fmt: skip
