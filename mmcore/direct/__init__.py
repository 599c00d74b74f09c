"""The direct processor: a routine as an ordinary program; each primitive acts on the cells at once."""

from mmcore.direct.cpu import DirectCpu

__all__ = ["DirectCpu"]
