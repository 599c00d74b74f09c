"""Files: finding tests and reading texts, configurations of the reference, and the store between runs.

In: paths.  Out: texts, as `Source`s.  What cannot be found or read is a UsageError or an InputError.
"""

from litmus.files.inputs import STDIN, SUFFIX, find, read, text

__all__ = ["STDIN", "SUFFIX", "config", "find", "read", "store", "text"]
