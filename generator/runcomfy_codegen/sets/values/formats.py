"""What is known of ``format``: an annotation, whose values only partly can be told.

JSON Schema 2020-12 (validation, section 7) leaves it to a server whether a format is
asserted at all. So equal formats are equal sets, a few lie in one another, and of single
texts only plain https URLs are told, for the formats that name files by URL.
"""

from __future__ import annotations

import re

_INSIDE = frozenset(
    {
        ("uri", "uri-reference"),
        ("uri", "iri"),
        ("uri", "iri-reference"),
        ("uri-reference", "iri-reference"),
        ("iri", "iri-reference"),
        ("email", "idn-email"),
        ("hostname", "idn-hostname"),
    }
)
_NAMES_URL = re.compile(r"(uri|iri)(-reference)?|(image|video|audio)_uris?(_.*)?")
_PLAIN_URL = re.compile(r"https://[a-z0-9.-]+(/[a-z0-9./-]*)?")

URL = "https://example.com/a"
"""A text of every format that names a file by URL."""


def format_inside(one: str | None, other: str | None) -> bool:
    """Whether every text of the one format is known to be of the other."""
    return other is None or one == other or (one, other) in _INSIDE


def format_accepts(name: str | None, text: str) -> bool | None:
    """Whether a text is of a format; None if that is not known."""
    if name is None:
        return True
    if _NAMES_URL.fullmatch(name) and _PLAIN_URL.fullmatch(text):
        return True
    return None


def names_url(name: str | None) -> bool:
    """Whether the format is one of those that name files by URL."""
    return name is not None and _NAMES_URL.fullmatch(name) is not None
