"""Galleries: executions of a test, allowed and forbidden, gathered from the checker for pictures and pages."""
