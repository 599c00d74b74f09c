"""Files: finding tests and reading texts, configurations of the reference, the store between runs, caches in a run.

In: paths.  Out: texts, as `Source`s.  What cannot be found or read is a UsageError or an InputError.
"""

from litmus.files.inputs import STDIN, SUFFIX, find, read, text

__all__ = ["STDIN", "SUFFIX", "caches", "config", "find", "read", "store", "text"]
