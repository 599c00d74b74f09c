"""Many tests: which models each is asked under, its answers, in this process or in several, kept between runs.

In: paths and a setting.  Out: `Answer`s in the order of the paths, each as soon as it is known.  An error belongs to
the test that has it: the others are answered all the same.
"""

from litmus.batch.answers import Settings, answers
from litmus.batch.models import ALL, parsed
from litmus.batch.setting import DEFAULT_UNROLL, Judges

__all__ = ["ALL", "DEFAULT_UNROLL", "Judges", "Settings", "answers", "kept", "parsed"]
