"""The orientation of a picture: Exif 2.32, section 4.6.4 A (tag 0x0112), TIFF 6.0 page 36."""

from __future__ import annotations

from struct import Struct
from typing import Literal

from .errors import MediaShort
from .parser import Parse

TAG = 0x0112
UPRIGHT = 1
_MOST_ENTRIES = 512
_SHORT = 3
_FIRST = 128  # bytes: header and a directory of a dozen entries
_ENTRIES = {b"II*\0": Struct("<HHIHxx"), b"MM\0*": Struct(">HHIHxx")}


def valid(orientation: int) -> int:
    """The orientation, or upright for a value that the standard does not know."""
    return orientation if 1 <= orientation <= 8 else UPRIGHT


def exif_orientation(base: int, end: int) -> Parse[int]:
    """Read the orientation of a TIFF structure lying at ``base``; upright if it is not told.

    Only the first directory is looked at: thumbnails have the second one.
    """
    try:
        head = yield base, min(_FIRST, max(8, end - base)), 8
        entry = _ENTRIES.get(head[:4])
        if entry is None:
            return UPRIGHT
        order: Literal["little", "big"] = "little" if head[0] == 0x49 else "big"
        at = int.from_bytes(head[4:8], order)
        if at + 2 > end - base:
            return UPRIGHT
        table = head[at:] if at + 2 <= len(head) else (yield base + at, 2, 2)
        count = min(int.from_bytes(table[:2], order), _MOST_ENTRIES)
        length = 12 * min(count, (end - base - at - 2) // 12)
        entries = table[2 : 2 + length]
        if len(entries) < length:
            entries = yield base + at + 2, length, length
    except MediaShort:
        return UPRIGHT
    for tag, kind, count, value in entry.iter_unpack(entries):
        if tag == TAG:
            return valid(value) if kind == _SHORT and count == 1 else UPRIGHT
    return UPRIGHT
