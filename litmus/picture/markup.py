"""Text in XML and HTML."""

from __future__ import annotations

import re
from html import escape

_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML document may hold, not even escaped (XML 1.0, section 2.2)."""


def escaped(text: str) -> str:
    """The text, to stand between tags or in a quoted attribute; what XML cannot hold becomes U+FFFD."""
    return escape(_NO_XML.sub("�", text))
