"""Content of a ``data:`` URI (RFC 2397), decoded only where it is looked at."""

from __future__ import annotations

from binascii import Error, a2b_base64
from collections.abc import Callable
from typing import TypeAlias
from urllib.parse import unquote_to_bytes

from ..errors import MediaError
from ..fault import MediaFault
from ..parser import Read
from .escaped import EscapedText

_HEAD = 256  # a media type with its parameters is never longer
_MOST_ESCAPED = 64 << 20
_BLANKS = b" \t\n\r\f"
_NOT_PLAIN = "% \t\n\r\f-_"
_STANDARD = bytes.maketrans(b"-_", b"+/")

Characters: TypeAlias = Callable[[int, int], bytes]
"""The characters of some base64 from one place up to another."""


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
    start = comma + 1
    if not uri[5:comma].lower().rstrip().endswith(";base64"):
        content = _escaped(uri, start, _unescape)
        return content.read, content.size
    if any(uri.find(mark, start) >= 0 for mark in _NOT_PLAIN):
        text = _escaped(uri, start, _plain)
        return _base64_reader(lambda a, b: text.read(a, b - a), text.size)
    return _base64_reader(
        lambda a, b: uri[start + a : start + b].encode("ascii"), len(uri) - start
    )


def _escaped(uri: str, start: int, plain: Callable[[str], bytes]) -> EscapedText:
    if len(uri) - start > _MOST_ESCAPED:
        raise MediaError(
            "the data: URI is escaped and too long to be unescaped; write it as plain base64",
            MediaFault.TOO_COSTLY,
        )
    return EscapedText(uri, start, plain)


def _unescape(text: str) -> bytes:
    return unquote_to_bytes(text) if "%" in text else text.encode("ascii")


def _plain(text: str) -> bytes:
    """Base64 without escapes and white space, in the standard alphabet."""
    return _unescape(text).translate(_STANDARD, delete=_BLANKS)


def _base64_reader(characters: Characters, count: int) -> tuple[Read, int]:
    tail = characters(max(0, count - 2), count)
    end = count - len(tail) + len(tail.rstrip(b"="))
    if end % 4 == 1:
        raise _wrong("its base64 has a length that base64 cannot have")
    size = end * 3 // 4

    def read(offset: int, length: int) -> bytes:
        if offset >= size:
            return b""
        first = offset // 3
        last = min(-(-(offset + length) // 3), -(-size // 3))
        piece = characters(4 * first, min(4 * last, end))
        try:
            data = a2b_base64(piece + b"=" * (-len(piece) % 4), strict_mode=True)
        except (Error, ValueError):
            raise _wrong(f"its base64 is wrong near character {4 * first}") from None
        return data[offset - 3 * first :][:length]

    return read, size


def _wrong(reason: str) -> MediaError:
    return MediaError(f"the data: URI cannot be read: {reason}", MediaFault.UNREADABLE)
