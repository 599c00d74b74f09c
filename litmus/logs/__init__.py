"""Logs, also of other tools: read, compared state by state, and the comparison as text."""

from litmus.logs.compare import Comparison, compare
from litmus.logs.entry import read_log

__all__ = ["Comparison", "compare", "read_log", "report"]
