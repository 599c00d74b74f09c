"""Why an outcome is forbidden: the ways to it, and the cycle that each of them closes."""

from litmus.explain.cause.cycle import Reasons, Violation
from litmus.explain.cause.reasons import reason, reasons
from litmus.explain.cause.ways import Way, allowed_executions, asked, ways

__all__ = ["Reasons", "Violation", "Way", "allowed_executions", "asked", "reason", "reasons", "ways"]
