"""The gallery: executions of every outcome of a program under several models, allowed and forbidden, for pictures.

In: a `Program` and `Model`s.  Out: exhibits (an execution, its state, the cycle it closes) and pages of them.
"""

__all__ = ["catalogue", "exhibit", "notebook"]
