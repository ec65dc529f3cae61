"""Elements of EBML: RFC 8794, sections 4 (variable-size integers), 5 (ids), 6 (sizes)."""

from __future__ import annotations

from collections.abc import Iterator
from struct import unpack
from typing import NamedTuple

from .errors import MediaError, MediaShort
from .parser import Parse

_LONGEST_ID, _LONGEST_SIZE = 4, 8


class Element(NamedTuple):
    """An element's id, and the offsets of its content. ``end`` is None if its size is unknown."""

    identity: int
    body: int
    end: int | None


def read_element(at: int) -> Parse[Element]:
    """Read an id and a size. Raises ``MediaError`` if there is no element at ``at``."""
    head = yield at, _LONGEST_ID + _LONGEST_SIZE, 2
    found = parse_element(head, 0)
    if found is None:
        if len(head) < _LONGEST_ID + _LONGEST_SIZE and head[0]:
            raise MediaShort(f"cut inside an element at byte {at}")
        raise MediaError(f"EBML: no element at byte {at}")
    identity, body, end = found
    return Element(identity, at + body, None if end is None else at + end)


def parse_element(data: bytes, at: int) -> Element | None:
    """The element at ``at`` of some bytes; None if there is none, or it is cut."""
    if at >= len(data) or not data[at]:
        return None
    width = 9 - data[at].bit_length()
    place = at + width
    if width > _LONGEST_ID or place >= len(data) or not data[place]:
        return None
    identity = int.from_bytes(data[at:place], "big")
    length = 9 - data[place].bit_length()
    if place + length > len(data):
        return None
    size = int.from_bytes(data[place : place + length], "big") & (1 << 7 * length) - 1
    body = place + length
    unknown = size == (1 << 7 * length) - 1
    return Element(identity, body, None if unknown else body + size)


def parse_children(
    data: bytes, at: int = 0, end: int | None = None
) -> Iterator[Element]:
    """The elements between two offsets, as far as they are whole."""
    limit = len(data) if end is None else min(end, len(data))
    while at < limit:
        element = parse_element(data, at)
        if element is None or element.end is None or element.end > limit:
            return
        yield element
        at = element.end


def unsigned(data: bytes, element: Element) -> int:
    """The content as a whole number; 0 if it is longer than one may be."""
    content = data[element.body : element.end]
    return int.from_bytes(content, "big") if len(content) <= 8 else 0


def floating(data: bytes, element: Element) -> float:
    """The content as a float; NaN if it has no length that one may have."""
    content = data[element.body : element.end]
    if len(content) == 4:
        return float(unpack(">f", content)[0])
    return float(unpack(">d", content)[0]) if len(content) == 8 else float("nan")
