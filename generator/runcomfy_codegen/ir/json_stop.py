"""Where a text stops being JSON, and why, in words that do not depend on the reader of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

OPEN_STRING = "a text without its closing quote"
OPEN_ESCAPE = "an escape that JSON does not have"

_TRAILING_COMMA = "a comma with nothing behind it"
_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "Expecting value": "no JSON value begins here",
        "Expecting property name": "a name in double quotes is missing",
        "Expecting ':'": "a colon is missing",
        "Expecting ','": "a comma or a closing bracket is missing",
        "Illegal trailing comma": _TRAILING_COMMA,
        "Unterminated string": OPEN_STRING,
        "Invalid control character": "a line break, or another control character, in a text",
        "Invalid \\": OPEN_ESCAPE,
        "Extra data": "something stands behind the JSON value",
        "Unexpected UTF-8 BOM": "a byte order mark stands in front of it",
    }
)
"""How the messages of ``json.JSONDecodeError`` begin, and what they mean."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Where something that began like JSON stops being JSON, and why."""

    offset: int
    reason: str


def stop_of(error: json.JSONDecodeError) -> Stop:
    """What the decoder refuses. A comma too many is the place itself, in any Python.

    Python 3.13 points at that comma; those before it at the bracket behind it.
    """
    reason = next(
        (told for begin, told in _WORDS.items() if error.msg.startswith(begin)),
        "something that JSON does not have",
    )
    before = error.doc[: error.pos].rstrip(" \t\r\n")
    if before.endswith(",") and error.doc[error.pos : error.pos + 1] in ("]", "}"):
        return Stop(len(before) - 1, _TRAILING_COMMA)
    return Stop(error.pos, reason)
