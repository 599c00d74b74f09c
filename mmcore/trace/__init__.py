"""The traced implementation: a routine is run along each of its paths, and what it does becomes a litmus test.

`explore` runs it, `join` puts the paths together again where they meet, `render` writes the C of the kernel's litmus
tests, which `litmus` checks.
"""
