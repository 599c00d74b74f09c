"""The memory interface: the kernel's primitives (`Cpu`), what they work on, and the values they give back.

A routine of the kernel is written against `Cpu` once.  `mmcore.direct`, `mmcore.interleaved` and `mmcore.traced` are
its three processors.
"""

from mmcore.cpu.cpu import EVERYTHING, Cpu, Maker
from mmcore.cpu.seqcount import raw_read_seqcount, raw_write_seqcount_begin, raw_write_seqcount_end, read_seqcount_retry
from mmcore.cpu.update import Update

__all__ = [
    "EVERYTHING", "Cpu", "Maker", "Update", "raw_read_seqcount", "raw_write_seqcount_begin",
    "raw_write_seqcount_end", "read_seqcount_retry", "term"
]  # fmt: skip
