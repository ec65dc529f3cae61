"""Syntax errors of JSON: where it ends, and why, in words that are the same on every Python."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

OPEN_STRING = "a string without its closing quote"
OPEN_ESCAPE = "an escape sequence that JSON does not have"

_TRAILING_COMMA = "a trailing comma"
_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "Expecting value": "a JSON value is missing",
        "Expecting property name": "a name in double quotes is missing",
        "Expecting ':'": "a colon is missing",
        "Expecting ','": "a comma or a closing bracket is missing",
        "Illegal trailing comma": _TRAILING_COMMA,
        "Unterminated string": OPEN_STRING,
        "Invalid control character": "a line break or another control character in a string",
        "Invalid \\": OPEN_ESCAPE,
        "Extra data": "extra text after the JSON value",
        "Unexpected UTF-8 BOM": "the text begins with a byte order mark",
    }
)
"""The beginnings of the messages of ``json.JSONDecodeError``, and their meaning."""


@dataclass(frozen=True, slots=True)
class SyntaxIssue:
    """A syntax error: the offset where the JSON ends, and the reason."""

    offset: int
    reason: str


def syntax_issue(error: json.JSONDecodeError) -> SyntaxIssue:
    """The syntax issue that a decoder reports. A trailing comma is reported at the comma.

    Python 3.13 points at that comma, older releases at the bracket after it.
    """
    if not error.doc.strip():
        return SyntaxIssue(0, "a JSON value is missing: the file is empty")
    reason = next(
        (meaning for begin, meaning in _WORDS.items() if error.msg.startswith(begin)),
        "a syntax error",
    )
    before = error.doc[: error.pos].rstrip(" \t\r\n")
    if before.endswith(",") and error.doc[error.pos : error.pos + 1] in ("]", "}"):
        return SyntaxIssue(len(before) - 1, _TRAILING_COMMA)
    return SyntaxIssue(error.pos, reason)
