"""The traced processor: a routine is run along each of its paths, and what it does becomes a litmus test.

`explore` runs it, `join` puts the paths together again where they meet, `render` writes the C of the kernel's litmus
tests, which `litmus` checks.
"""

from mmcore.traced.explore import Exploration, Values, explore_all
from mmcore.traced.render import render
from mmcore.traced.step import Cut, Step

__all__ = ["Cut", "Exploration", "Step", "Values", "explore_all", "render"]
