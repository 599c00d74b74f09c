"""A memory-model checker for litmus tests."""
