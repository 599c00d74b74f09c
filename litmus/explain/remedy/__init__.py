"""What carries a proof, and what would make one: orderings taken out, barriers put in, accesses marked."""

from litmus.explain.remedy.marking import advice
from litmus.explain.remedy.proof import proof
from litmus.explain.remedy.repair import repair

__all__ = ["advice", "proof", "repair"]
