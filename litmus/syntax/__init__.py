"""Front ends: the text of a test, in any of its languages, to a Program."""
