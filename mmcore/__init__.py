"""A simulated Linux memory-management core whose races are checked by `litmus`.

A kernel routine is written once against the memory interface (`mmcore.cpu`) and runs directly, runs under a
scheduler, and is traced into a litmus test that the checker judges under each memory model.
"""

__all__ = ["cpu", "errors", "machine", "memory", "scenario"]
