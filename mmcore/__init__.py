"""The package of the simulated memory-management core.

It holds no code yet: the simulator is planned, and nothing here runs.  The checker, `litmus`, stands alone and never
imports this package.
"""
