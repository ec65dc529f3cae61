"""Windows bitmaps: BITMAPFILEHEADER and the DIB headers of the Windows GDI documentation."""

from __future__ import annotations

from struct import unpack_from

from ..errors import MediaError, MediaFault
from ..info import MediaInfo
from ..parser import Parse, Source

_CORE_HEADER = 12
_INFO_HEADERS = frozenset({16, 40, 52, 56, 64, 108, 124})
_GREATEST = 0x7FFFFFFF


def parse_bmp(source: Source) -> Parse[MediaInfo]:
    """Read the file header and the size; a negative height means rows from the top."""
    head = source.head[14:26]
    if len(head) < 12:
        head = yield 14, 12, 12
    length = int(unpack_from("<I", head)[0])
    if length == _CORE_HEADER:
        width, height = unpack_from("<HH", head, 4)
    elif length in _INFO_HEADERS:
        width, height = unpack_from("<ii", head, 4)
    else:
        raise MediaError(
            f"BMP: a header of {length} bytes at byte 14 has an unknown size"
        )
    if width < 1 or not 1 <= abs(height) <= _GREATEST:
        raise MediaError(
            f"BMP: the header says {width}×{height} pixels",
            MediaFault.MALFORMED if width and height else MediaFault.IMPOSSIBLE,
        )
    return MediaInfo.picture(
        "bmp", source.size, (width, abs(height)), evidence=("DIB header at byte 14",)
    )
