"""Grounding: a theory on an event structure as propositions over the choices of rf and co.

In: an `EventStructure`, a `Theory`, what is asked (`Query`), and the literals of a back end, behind the interface
`Backend`.  Out: a `Problem`.  Only what an axiom can see becomes a proposition; which back end it is, is never asked.
"""

from litmus.ground.asked import Query
from litmus.ground.backend import Backend
from litmus.ground.bounds import Bounded
from litmus.ground.choices import LocationChoices, Rules, candidates, every_location, rules
from litmus.ground.formulas import Pair, Relations
from litmus.ground.pairs import Pairs, make_pairs, well_formed
from litmus.ground.problem import Problem, ground
from litmus.ground.readings import ReadValues

__all__ = [
    "Backend", "Bounded", "LocationChoices", "Pair", "Pairs", "Problem", "Query", "ReadValues", "Relations",
    "Rules", "candidates", "every_location", "ground", "make_pairs", "rules", "well_formed"
]  # fmt: skip
