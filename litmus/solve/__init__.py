"""Solving: a problem's final states, with an execution each.

In: an event structure, posed to a back end (`pose`).  Out: `Found` states, or Undecided with the reason: unknown is
never taken for unsatisfiable.  A back end is one folder (`tables`, `sat`), chosen once, in `backend`.
"""

from litmus.solve.backend import ENGINES, Posed, pose
from litmus.solve.budget import Budget, Undecided
from litmus.solve.found import Found, Solver

__all__ = ["ENGINES", "Budget", "Found", "Posed", "Solver", "Undecided", "pose", "sat", "tables"]
