"""Benchmarks: scripts to run from the root of a checkout, `python -m benchmarks.corpus` and its sisters."""
