"""Reports: answers as text for people, as the field's log format, and as JSON lines.

Each report has `add`, which gives the text to print for one more answer, and `finish`, which gives what
comes after the last one.  Reports see answers only; nothing here runs a check or prints.
"""
