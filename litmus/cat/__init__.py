"""The cat language: its syntax tree, and the one interpreter over relations."""
