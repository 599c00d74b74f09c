"""The back ends: all final states of a grounded problem, by tables or by Z3."""
