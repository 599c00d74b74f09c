"""A circuit over the variables of rf and co, as clauses of a solver; z3 is imported with the first question."""

from litmus.solve.sat.backend import Gates, backend

__all__ = ["Gates", "backend"]
