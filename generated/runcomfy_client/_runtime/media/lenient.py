"""What the most forgiving reader makes of a ``data:`` URI that is written wrongly."""

from __future__ import annotations

import re
from binascii import a2b_base64
from urllib.parse import unquote_to_bytes

from .drivers.memory import memory_reader
from .errors import MediaError, MediaUnknown
from .parser import drive
from .sniff import parse_media

_LOOKED_AT = 64 << 10
_NO_DIGIT = re.compile(rb"[^A-Za-z0-9+/]")
_STANDARD = bytes.maketrans(b"-_", b"+/")


def readable_somehow(uri: str) -> bool:
    """Whether media are recognised in it if all that does not belong there is skipped.

    Readers of base64 do so: Python's own does, and Node's. Some take everything after the
    comma for base64, whatever stands in front of it.
    """
    comma = uri.find(",")
    if comma < 0:
        return False
    piece = uri[comma + 1 : comma + 1 + _LOOKED_AT].encode("utf-8", "replace")
    content = unquote_to_bytes(piece)
    digits = _NO_DIGIT.sub(b"", content.translate(_STANDARD))
    decoded = a2b_base64(digits[: len(digits) // 4 * 4])
    whole = len(uri) <= comma + 1 + _LOOKED_AT
    if _is_recognised(decoded, whole):
        return True
    declared = ";base64" in uri[: min(comma, _LOOKED_AT)].lower()
    return not declared and _is_recognised(content, whole)


def _is_recognised(content: bytes, whole: bool) -> bool:
    """Whether this begins like a known format that is not certain to be useless."""
    read, size = memory_reader(content)
    try:
        drive(parse_media(size if whole else None, thorough=False), read)
    except MediaUnknown:
        return False
    except MediaError as error:
        return not error.fault.conclusive
    return True
