"""What a test asks, in the notation of the field: conditions, filters, locations, and outcomes of the command line."""

__all__ = ["condition", "outcome"]
