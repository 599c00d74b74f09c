"""Truth tables over all candidate executions: few candidates, each judged at once, counted for free.  No solver."""

from litmus.solve.tables.backend import Tables, backend

__all__ = ["Tables", "backend"]
