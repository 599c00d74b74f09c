"""A page of every outcome under every model, as one HTML file that needs nothing else."""

from litmus.report.page.content import Answer, Cell, Column, Content, Outcome
from litmus.report.page.listing import listings

__all__ = ["Answer", "Cell", "Column", "Content", "Outcome", "html", "listings"]
