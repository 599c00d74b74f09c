"""Logic: what stages share and no stage owns; it knows no test.

`relation` has sets and relations over events as integers, `literal` what propositions are written with, `acyclic`
acyclicity as a proposition, `tarjan` the strongly connected parts of any graph.
"""

from litmus.logic.acyclic import eliminate
from litmus.logic.literal import FALSE, TRUE, Algebra
from litmus.logic.relation import Universe, bits, mask_of, members, universe
from litmus.logic.tarjan import components

__all__ = ["FALSE", "TRUE", "Algebra", "Universe", "bits", "components", "eliminate", "mask_of", "members", "universe"]
