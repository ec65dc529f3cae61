"""The orientation of a picture: Exif 2.32, section 4.6.4 A (tag 0x0112), TIFF 6.0 page 36."""

from __future__ import annotations

from struct import unpack_from

from .errors import MediaShort
from .parser import Parse

TAG = 0x0112
UPRIGHT = 1
_MOST_ENTRIES = 512
_SHORT = 3
_FIRST = 128  # bytes: header and a directory of a dozen entries
_ORDERS = {b"II*\0": "<", b"MM\0*": ">"}


def valid(orientation: int) -> int:
    """The orientation, or upright for a value that the standard does not know."""
    return orientation if 1 <= orientation <= 8 else UPRIGHT


def exif_orientation(base: int, end: int) -> Parse[int]:
    """Read the orientation of a TIFF structure lying at ``base``; upright if it is not told.

    Only the first directory is looked at: thumbnails have the second one.
    """
    try:
        head = yield base, min(_FIRST, max(8, end - base)), 8
        order = _ORDERS.get(head[:4])
        if order is None:
            return UPRIGHT
        directory = int(unpack_from(order + "I", head, 4)[0])
        entries = yield from _directory(head, base, directory, end, order)
    except MediaShort:
        return UPRIGHT
    return _orientation_of(entries, order)


def _directory(head: bytes, base: int, at: int, end: int, order: str) -> Parse[bytes]:
    """The entries of the first directory, from what is at hand if it is near."""
    if at + 2 > end - base:
        return b""
    table = head[at:]
    if len(table) < 2:
        table = yield base + at, 2, 2
    count = min(int(unpack_from(order + "H", table)[0]), _MOST_ENTRIES)
    length = 12 * max(0, min(count, (end - base - at - 2) // 12))
    if length <= len(table) - 2:
        return table[2 : 2 + length]
    return (yield base + at + 2, length, length)


def _orientation_of(entries: bytes, order: str) -> int:
    layout = order + "HHIH"
    for at in range(0, len(entries) - 11, 12):
        tag, kind, count, value = unpack_from(layout, entries, at)
        if tag == TAG:
            return valid(int(value)) if kind == _SHORT and count == 1 else UPRIGHT
    return UPRIGHT
