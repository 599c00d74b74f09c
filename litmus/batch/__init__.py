"""Many tests: which models each is asked under, its answers, in this process or in several, kept between runs.

    from litmus.batch import check_all

    for answer in check_all(["SB.litmus", "MP.litmus"], models=["sc", "x86-tso"], jobs=2):
        print(answer.test, answer.model, answer.verdict and answer.verdict.observation)

In: paths, and a `Batch`, which says what all of them share.  Out: `Answer`s in the order of the paths, each as soon as
it is known.  An error belongs to the test that has it: the others are answered all the same.
"""

from litmus.batch.answers import Batch, answers, check_all, judged
from litmus.batch.models import ALL, expected_models, parsed
from litmus.batch.setting import DEFAULT_UNROLL, Setting

__all__ = [
    "ALL", "DEFAULT_UNROLL", "Batch", "Setting", "answers", "check_all", "expected_models", "judged", "kept", "parsed",
]  # fmt: skip
