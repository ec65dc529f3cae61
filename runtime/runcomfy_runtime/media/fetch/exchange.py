"""The commands of a fetch to its connection, and the server's headers: values without I/O."""

from __future__ import annotations

import re
from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from ..errors import MediaError, MediaFault
from .policy import FetchTarget

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SendRequest:
    """Send a GET; the result is a ``ResponseHead``. An earlier response is closed."""

    target: FetchTarget
    headers: tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class ReceivePiece:
    """Receive the next piece of the body; no bytes mean that it has ended."""


@dataclass(frozen=True, slots=True)
class ResponseHead:
    """Status and headers of a response; header names are in lower case."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]

    def all(self, name: bytes) -> list[str]:
        """Every value of a header."""
        return [
            value.decode("latin-1").strip()
            for key, value in self.headers
            if key == name
        ]

    def one(self, name: bytes) -> str | None:
        """The value of a header; None unless there is exactly one."""
        values = self.all(name)
        return values[0] if len(values) == 1 else None


Command: TypeAlias = SendRequest | ReceivePiece
CommandResult: TypeAlias = ResponseHead | bytes
Exchange: TypeAlias = Generator[Command, CommandResult, T]


def send(
    target: FetchTarget, headers: tuple[tuple[bytes, bytes], ...]
) -> Exchange[ResponseHead]:
    """Send a request and receive the head of its response."""
    head = yield SendRequest(target, headers)
    assert isinstance(head, ResponseHead)
    return head


def receive() -> Exchange[bytes]:
    """Receive the next piece of the body."""
    piece = yield ReceivePiece()
    assert isinstance(piece, bytes)
    return piece


# The headers of a partial response: RFC 9110, sections 14.4 and 15.3.7.


_CONTENT_RANGE = re.compile(
    r"bytes\s+(\d{1,19})-(\d{1,19})/(\d{1,19}|\*)", re.IGNORECASE
)
_EMPTY = re.compile(r"bytes\s+\*/(\d{1,19})", re.IGNORECASE)
_DIGITS = re.compile(r"\d{1,19}")


@dataclass(frozen=True, slots=True)
class ContentRange:
    """A part of the content: its start and length, and the total length (None: not stated)."""

    start: int
    length: int
    total: int | None


def content_range(head: ResponseHead) -> ContentRange:
    """The range of a 206 response. Raises ``MediaError`` if it is missing or invalid."""
    match = _CONTENT_RANGE.fullmatch(head.one(b"content-range") or "")
    if match is None:
        raise unusable_response("answers with a part, but does not say which")
    start, end = int(match[1]), int(match[2])
    total = None if match[3] == "*" else int(match[3])
    if end < start or (total is not None and end >= total):
        raise unusable_response(f"says that it sends the bytes {match[0]}")
    return ContentRange(start, end - start + 1, total)


def content_length(head: ResponseHead) -> int | None:
    """The length that a 200 response states; None if it does not state one."""
    length = head.one(b"content-length")
    chunked = head.all(b"transfer-encoding")
    return int(length) if length and _DIGITS.fullmatch(length) and not chunked else None


def unsatisfied_total(head: ResponseHead) -> int | None:
    """The total length that a 416 response states."""
    match = _EMPTY.fullmatch(head.one(b"content-range") or "")
    return None if match is None else int(match[1])


def strong_etag(head: ResponseHead) -> str | None:
    """The strong entity tag: weak ones cannot validate parts (RFC 9110, section 8.8.3)."""
    tag = head.one(b"etag")
    return (
        tag
        if tag and tag.startswith('"') and tag.endswith('"') and len(tag) < 256
        else None
    )


def check_uncompressed(head: ResponseHead) -> None:
    """Raise ``MediaError`` for a compressed body: it could be a decompression bomb."""
    codings = [value.lower() for value in head.all(b"content-encoding")]
    if any(coding not in ("", "identity") for coding in codings):
        raise unusable_response("compresses the content, although asked not to")


def unusable_response(what: str) -> MediaError:
    """The error for a response that cannot be used."""
    return MediaError(f"the server {what}", MediaFault.UNREACHABLE)
