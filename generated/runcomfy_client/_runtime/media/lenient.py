"""What the most forgiving reader makes of a ``data:`` URI that is written wrongly."""

from __future__ import annotations

import re
from binascii import a2b_base64
from urllib.parse import unquote_to_bytes

from .errors import MediaError
from .prober import probe

_LOOKED_AT = 64 << 10
_NO_DIGIT = re.compile(rb"[^A-Za-z0-9+/]")
_STANDARD = bytes.maketrans(b"-_", b"+/")


def readable_somehow(uri: str) -> bool:
    """Whether media could come of it if all that does not belong there is skipped.

    Readers of base64 do so: Python's own does, and Node's.
    """
    comma = uri.find(",")
    if comma < 0:
        return False
    piece = uri[comma + 1 : comma + 1 + _LOOKED_AT].encode("utf-8", "replace")
    content = unquote_to_bytes(piece)
    if ";base64" in uri[: min(comma, _LOOKED_AT)].lower():
        digits = _NO_DIGIT.sub(b"", content.translate(_STANDARD))
        content = a2b_base64(digits[: len(digits) // 4 * 4])
    try:
        probe(content)
    except MediaError as error:
        return not error.fault.conclusive
    return True
