"""TIFF 6.0 section 2, and BigTIFF: the first directory, anywhere in the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from struct import Struct, unpack_from
from typing import Literal

from ..errors import MediaError, MediaFault, MediaShort, MediaUnsupported
from ..info import MediaInfo
from ..parser import Parse, Source

_WIDTH, _HEIGHT, _ORIENTATION = 0x0100, 0x0101, 0x0112
_SUBFILE, _DNG_VERSION = 0x00FE, 0xC612
_REDUCED = 1
_MOST_ENTRIES = 4096
_MOST_PAGES = 256
_VALUE = {1: "B", 3: "H", 4: "I", 16: "Q"}  # BYTE, SHORT, LONG, LONG8


@dataclass(frozen=True, slots=True)
class _TiffLayout:
    """Byte order and field widths of one of the two variants."""

    order: str
    count: str
    link: str
    entry: int
    value_at: int

    def size_of(self, code: str) -> int:
        return {"H": 2, "I": 4, "Q": 8}[code]

    def number(self, code: str, data: bytes, at: int = 0) -> int:
        return int(unpack_from(self.order + code, data, at)[0])


def _layout(head: bytes) -> tuple[_TiffLayout, int]:
    """The layout that the header states, TIFF or BigTIFF, and the offset of the first directory."""
    order: Literal["<", ">"] = "<" if head[:2] == b"II" else ">"
    if head[2:4] in (b"+\0", b"\0+"):
        layout = _TiffLayout(order, "Q", "Q", 20, 12)
        return layout, layout.number("Q", head, 8) if len(head) == 16 else 0
    layout = _TiffLayout(order, "H", "I", 12, 8)
    return layout, layout.number("I", head, 4)


def parse_tiff(source: Source) -> Parse[MediaInfo]:
    """Follow the offset to the first directory and read its entries in one request."""
    head = source.head[:16]
    if len(head) < 8:
        head = yield 0, 16, 8
    layout, first = _layout(head)
    if head[8:10] == b"CR":
        raise MediaUnsupported("this is a camera's raw file (CR2), which is not read")
    tags, following = yield from _directory(layout, first, source)
    width, height = tags.get(_WIDTH, 0), tags.get(_HEIGHT, 0)
    if _DNG_VERSION in tags or tags.get(_SUBFILE, 0) & _REDUCED:
        raise MediaUnsupported(
            "this is a camera's raw file (TIFF-based), which is not read"
        )
    if not 0 < width < 1 << 31 or not 0 < height < 1 << 31:
        stated = 0 in (tags.get(_WIDTH), tags.get(_HEIGHT))
        raise MediaError(
            f"TIFF: the directory at byte {first} says {width}×{height} pixels",
            MediaFault.IMPOSSIBLE if stated else MediaFault.MALFORMED,
        )
    pages = yield from _pages(layout, first, following, source)
    return _result(source, tags, (width, height), pages, first)


def _directory(
    layout: _TiffLayout, at: int, source: Source
) -> Parse[tuple[Mapping[int, int], int]]:
    """The single-valued tags of a directory, and the offset of the next one (0: none)."""
    if at < 8 or not source.holds(at):
        raise MediaError(f"TIFF: a directory starts at byte {at}, outside the file")
    width = layout.size_of(layout.count)
    count = layout.number(layout.count, (yield at, width, width))
    if not count:
        raise MediaError(f"TIFF: the directory at byte {at} is empty")
    if count > _MOST_ENTRIES:
        raise MediaShort(
            f"TIFF: the directory at byte {at} says {count} entries",
            MediaFault.TOO_COSTLY,
        )
    length = count * layout.entry
    tail = layout.size_of(layout.link)
    entries = yield at + width, length + tail, length
    is_whole = len(entries) == length + tail
    following = layout.number(layout.link, entries, length) if is_whole else 0
    # the first of two entries for one tag counts
    return dict(reversed(_tags(layout, entries[:length]))), following


def _tags(layout: _TiffLayout, entries: bytes) -> list[tuple[int, int]]:
    tags: list[tuple[int, int]] = []
    for at in range(0, len(entries), layout.entry):
        tag, kind = unpack_from(layout.order + "HH", entries, at)
        if kind in _VALUE:
            code = _VALUE[kind]
            if code != "Q" or layout.link == "Q":
                tags.append((tag, layout.number(code, entries, at + layout.value_at)))
    return tags


def _pages(
    layout: _TiffLayout, first: int, following: int, source: Source
) -> Parse[int | None]:
    """The number of directories; None if they loop, are truncated, or must not be followed."""
    seen = {first}
    try:
        while following:
            if following in seen or len(seen) >= _MOST_PAGES or not source.thorough:
                return None
            seen.add(following)
            _, following = yield from _directory(layout, following, source)
    except MediaError:
        return None
    return len(seen)


def _result(
    source: Source,
    tags: Mapping[int, int],
    size: tuple[int, int],
    pages: int | None,
    at: int,
) -> MediaInfo:
    orientation = valid_orientation(tags.get(_ORIENTATION, UPRIGHT))
    return MediaInfo.picture(
        "tiff",
        source.size,
        size,
        orientation=orientation,
        frames=pages,
        evidence=(f"directory at byte {at}", f"orientation {orientation}"),
    )


# The orientation of a picture: Exif 2.32, section 4.6.4 A (tag 0x0112), TIFF 6.0 page 36.


TAG = 0x0112
UPRIGHT = 1
_MOST_EXIF_ENTRIES = 512
_SHORT = 3
_EXIF_HEAD = 128  # bytes: header and a directory of a dozen entries
_EXIF = {
    b"II*\0": (Struct("<I"), Struct("<HHIHxx")),
    b"MM\0*": (Struct(">I"), Struct(">HHIHxx")),
}
"""The offset of the directory, and one of its entries, by the first bytes."""


def valid_orientation(orientation: int) -> int:
    """The orientation, or upright for a value that the standard does not know."""
    return orientation if 1 <= orientation <= 8 else UPRIGHT


def exif_orientation(base: int, end: int, head: bytes = b"") -> Parse[int]:
    """Read the orientation of the TIFF structure at ``base``; upright if it is not stated.

    Only the first directory is read: the second one is for the thumbnail. ``head`` are the
    bytes from ``base`` that are known already.
    """
    length = end - base
    try:
        wanted = min(_EXIF_HEAD, max(8, length))
        if len(head) < wanted:
            head = yield base, wanted, 8
        known = known_orientation(head, length)
        if known is not None:
            return known
        header, entry = _EXIF[head[:4]]
        at = int(header.unpack_from(head, 4)[0])
        table = head[at:] if at + 2 <= len(head) else (yield base + at, 2, 2)
        count = int.from_bytes(table[:2], "little" if head[0] == 0x49 else "big")
        size = 12 * min(count, _MOST_EXIF_ENTRIES, (length - at - 2) // 12)
        entries = table[2 : 2 + size]
        if len(entries) < size:
            entries = yield base + at + 2, size, size
    except MediaShort:
        return UPRIGHT
    return _stated_orientation(entry, entries)


def known_orientation(head: bytes, length: int) -> int | None:
    """The same for a structure of ``length`` bytes that begins with ``head``.

    None if more of it must be read.
    """
    if len(head) < 8:
        return None
    structs = _EXIF.get(head[:4])
    if structs is None:
        return UPRIGHT
    header, entry = structs
    at = int(header.unpack_from(head, 4)[0])
    if at + 2 > length:
        return UPRIGHT
    if at + 2 > len(head):
        return None
    big = head[0] == 0x4D
    count = head[at] << 8 | head[at + 1] if big else head[at] | head[at + 1] << 8
    size = 12 * min(count, _MOST_EXIF_ENTRIES, (length - at - 2) // 12)
    entries = head[at + 2 : at + 2 + size]
    return None if len(entries) < size else _stated_orientation(entry, entries)


def _stated_orientation(entry: Struct, entries: bytes) -> int:
    for tag, kind, count, value in entry.iter_unpack(entries):
        if tag == TAG:
            usual = kind == _SHORT and count == 1
            return valid_orientation(value) if usual else UPRIGHT
    return UPRIGHT
