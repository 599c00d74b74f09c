"""The native litmus language: its tree, the checks on it, and its meaning as a Program."""
