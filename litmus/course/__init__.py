"""The course: lessons on memory ordering, pages of Markdown that people read and tests hold to their word."""
