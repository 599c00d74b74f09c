"""The structures of the simulated mm and the routines on them, written against the memory interface."""
