"""How an allowed outcome comes about: an order of steps on a simple machine, replayed."""

from litmus.explain.story.telling import story

__all__ = ["story"]
