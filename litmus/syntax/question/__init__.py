"""What a test asks, in the notation of the field: conditions, filters, locations, and outcomes of the command line.

A condition is read by `reader` (`quick`, or the grammar with `transformer`) as a `condition_tree`, whose names
`condition` resolves.
"""

__all__ = ["condition", "outcome"]
