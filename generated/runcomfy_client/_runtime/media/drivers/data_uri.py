"""Content of a ``data:`` URI (RFC 2397), decoded only where it is looked at."""

from __future__ import annotations

import re
from binascii import Error, a2b_base64
from urllib.parse import unquote_to_bytes

from ..errors import MediaError
from ..fault import MediaFault
from ..parser import Read
from .memory import memory_reader

_HEAD = 256  # a media type with its parameters is never longer
_MOST_ESCAPED = 64 << 20
_NOT_PLAIN = "% \t\n\r\f-_"
_BLANK = re.compile(r"[ \t\n\r\f]+")


def data_reader(uri: str) -> tuple[Read, int]:
    """How to read the content of a ``data:`` URI, and its size in bytes.

    The media type is not looked at: the content decides. Raises ``MediaError`` if the URI
    is none, or if its base64 is wrong where it is read.
    """
    comma = uri.find(",", 0, _HEAD)
    if uri[:5].lower() != "data:" or comma < 0:
        raise _wrong("there is no comma after the media type")
    if not uri.isascii():
        raise _wrong("it contains characters outside of ASCII")
    if not uri[5:comma].lower().rstrip().endswith(";base64"):
        return memory_reader(unquote_to_bytes(_bounded(uri, comma + 1)))
    start = comma + 1
    if any(uri.find(mark, start) >= 0 for mark in _NOT_PLAIN):
        uri, start = _plain(_bounded(uri, start)), 0
    return _base64_reader(uri, start)


def _bounded(uri: str, start: int) -> str:
    if len(uri) - start > _MOST_ESCAPED:
        raise MediaError(
            "the data: URI is escaped and too long to be unescaped; write it as plain base64",
            MediaFault.TOO_COSTLY,
        )
    return uri[start:]


def _plain(payload: str) -> str:
    """Base64 without escapes and white space, in the standard alphabet."""
    if "%" in payload:
        payload = unquote_to_bytes(payload).decode("latin-1")
    return _BLANK.sub("", payload).replace("-", "+").replace("_", "/")


def _base64_reader(text: str, start: int) -> tuple[Read, int]:
    end = len(text)
    while end > start and text[end - 1] == "=" and len(text) - end < 2:
        end -= 1
    digits = end - start
    if digits % 4 == 1:
        raise _wrong("its base64 has a length that base64 cannot have")
    size = digits * 3 // 4

    def read(offset: int, length: int) -> bytes:
        if offset >= size:
            return b""
        first = offset // 3
        last = min(-(-(offset + length) // 3), -(-size // 3))
        piece = text[start + 4 * first : min(start + 4 * last, end)]
        try:
            data = a2b_base64(piece + "=" * (-len(piece) % 4), strict_mode=True)
        except (Error, ValueError):
            raise _wrong(
                f"its base64 is wrong near character {start + 4 * first}"
            ) from None
        return data[offset - 3 * first :][:length]

    return read, size


def _wrong(reason: str) -> MediaError:
    return MediaError(f"the data: URI cannot be read: {reason}", MediaFault.UNREADABLE)
