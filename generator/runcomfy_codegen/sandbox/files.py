"""Serving a file as a storage host does: strong ETag, ranges, conditions (RFC 9110, 13 and 14)."""

from __future__ import annotations

import hashlib
import re

from .exchange import Request, Response, file_response

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def serve(request: Request, body: bytes, content_type: str, name: str) -> Response:
    """The whole file, the part of it that was asked for, or that it has not changed."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = (
        ("etag", etag),
        ("accept-ranges", "bytes"),
        ("content-disposition", f'inline; filename="{name}"'),
    )
    if _names(request.header("if-none-match"), etag):
        return file_response(b"", content_type, *headers, status=304)
    asked = request.header("range")
    if asked is None or request.header("if-range") not in (None, etag):
        return file_response(body, content_type, *headers)
    return _part(asked, body, content_type, headers)


def _names(condition: str | None, etag: str) -> bool:
    tags = [tag.strip().removeprefix("W/") for tag in (condition or "").split(",")]
    return etag in tags or "*" in tags


def _part(
    asked: str, body: bytes, content_type: str, headers: tuple[tuple[str, str], ...]
) -> Response:
    found = _RANGE.fullmatch(asked.strip())
    if found is None or not _valid(found[1], found[2]):
        # What is no range, or several of them, may be ignored (section 14.2).
        return file_response(body, content_type, *headers)
    total = len(body)
    first, last = _bounds(found[1], found[2], total)
    if first > last:
        extent = ("content-range", f"bytes */{total}")
        return file_response(b"", content_type, *headers, extent, status=416)
    extent = ("content-range", f"bytes {first}-{last}/{total}")
    return file_response(
        body[first : last + 1], content_type, *headers, extent, status=206
    )


def _valid(first: str, last: str) -> bool:
    return bool(first or last) and not (first and last and int(last) < int(first))


def _bounds(first: str, last: str, total: int) -> tuple[int, int]:
    """First and last byte; the first after the last when nothing can be served."""
    if not first:
        return max(0, total - int(last)), total - 1
    return int(first), min(int(last), total - 1) if last else total - 1
