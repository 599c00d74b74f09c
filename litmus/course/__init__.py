"""The course: pages of Markdown as lessons, for a terminal."""

from litmus.course.lesson import Lesson, tests
from litmus.course.markdown import Block, Heading, Paragraph, Quote
from litmus.course.shelf import find, home, lessons
from litmus.course.terminal import render

__all__ = ["Block", "Heading", "Lesson", "Paragraph", "Quote", "find", "home", "lessons", "render", "tests"]
