"""Escaping and shortening text of a server or a caller, so that it is safe to print."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import PurePath

_LIMIT = 300
_INLINE_DATA = re.compile(r"data:[\w.+/-]*;base64,[A-Za-z0-9+/=_-]{24,}")
# C0 and C1 controls, line separators, and marks that change the direction of text.
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


def printable(text: str, limit: int = _LIMIT) -> str:
    """A text with every control character escaped, cut after ``limit`` characters."""
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    return _UNPRINTABLE.sub(_escaped, cut)


def _escaped(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def _path_text(value: object) -> str:
    if isinstance(value, (PurePath, Decimal)):
        return str(value)
    raise TypeError


def quoted(value: object, limit: int = 60) -> str:
    """A value as JSON, shortened; the content of data URIs is cut."""
    if isinstance(value, str):
        value = _INLINE_DATA.sub(
            lambda match: match.group()[:22] + "…", value[: limit * 40]
        )
    if isinstance(value, Decimal):
        return printable(str(value), limit)
    try:
        text = json.dumps(value, ensure_ascii=False, default=_path_text)
    except (TypeError, ValueError, RecursionError):
        text = f"a {type(value).__name__}"
    return printable(text, limit)
