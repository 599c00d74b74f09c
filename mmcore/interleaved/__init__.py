"""The interleaved processor: threads run in turns, one access at a time, under sequential consistency.

A routine is a function of what its accesses return.  So what a thread does next, after each history of results, is
found once (`behaviour`); steps of all threads make a graph of states (`graph`), on which an exhaustive search, random
schedules and the shortest failing one are walks (`search`, `shortest`), and a schedule is a list of threads
(`schedule`).
"""

__all__ = ["graph", "outcome", "report", "schedule", "search"]
