"""Windows icons: ICONDIR and ICONDIRENTRY; a byte of 0 means 256 pixels."""

from __future__ import annotations

from struct import unpack_from

from ..errors import MediaError, MediaFault, MediaShort
from ..info import Dimensions, MediaInfo
from ..parser import Parse, Source

_MOST_PICTURES = 1024
_PNG = b"\x89PNG\r\n\x1a\n"


def parse_ico(source: Source) -> Parse[MediaInfo]:
    """Read the directory; the largest picture is the one that is displayed."""
    (count,) = unpack_from("<H", (yield 4, 2, 2))
    if not count:
        raise MediaError("ICO: the directory is empty")
    if count > _MOST_PICTURES:
        raise MediaShort(
            f"ICO: the directory says {count} pictures", MediaFault.TOO_COSTLY
        )
    (width, height), offset = _largest((yield 6, 16 * count, 16 * count))
    coded = yield from _stored_size(offset, (width, height))
    return MediaInfo(
        kind="image",
        format="ico",
        size=source.size,
        shown=(width, height),
        coded=coded,
        frames=1,
        evidence=(f"largest of {count} pictures in the directory",),
    )


def _largest(entries: bytes) -> tuple[Dimensions, int]:
    """The size and the offset of the largest picture. The others are ignored."""
    largest: tuple[Dimensions, int] = (0, 0), 0
    for at in range(0, len(entries), 16):
        wide, high = entries[at] or 256, entries[at + 1] or 256
        if wide * high > largest[0][0] * largest[0][1]:
            largest = (wide, high), int(unpack_from("<I", entries, at + 12)[0])
    return largest


def _stored_size(offset: int, listed: Dimensions) -> Parse[Dimensions]:
    """The size that a PNG inside the icon states. The directory cannot state large sizes."""
    head = yield offset, 24, 24
    if head[:8] != _PNG:
        return listed
    width, height = unpack_from(">II", head, 16)
    return (width, height) if 0 < width < 1 << 31 and 0 < height < 1 << 31 else listed
