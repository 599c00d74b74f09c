"""The memory interface: the kernel's primitives (`Cpu`), what they work on, and the values they give back.

A routine of the kernel is written against `Cpu` once.  `mmcore.direct`, `mmcore.interleaved` and `mmcore.traced` are
its three processors.
"""

from mmcore.cpu.cpu import Cpu, Maker
from mmcore.cpu.frames import is_machinery, machinery
from mmcore.cpu.processor import EVERYTHING, LoadOrder, RcuCall, StoreOrder
from mmcore.cpu.seqcount import raw_read_seqcount, raw_write_seqcount_begin, raw_write_seqcount_end, read_seqcount_retry
from mmcore.cpu.update import Update

__all__ = [
    "EVERYTHING", "Cpu", "LoadOrder", "Maker", "RcuCall", "StoreOrder", "Update", "expression", "is_machinery",
    "machinery", "raw_read_seqcount",
    "raw_write_seqcount_begin", "raw_write_seqcount_end", "read_seqcount_retry", "term"
]  # fmt: skip
