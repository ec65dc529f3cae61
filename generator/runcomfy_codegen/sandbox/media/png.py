"""A PNG of bands in four colours: two bits a pixel, so that even 24 megapixels stay small.

Format: W3C PNG (Third Edition), sections 5 (datastream), 11 (chunks).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from .colour import Colour

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_BAND = (0x00, 0x55, 0xAA, 0xFF)  # four pixels of one palette entry, by entry
_PALETTE = 3  # colour type: indexed


def png(width: int, height: int, hue: float) -> bytes:
    """A picture of this size in pixels; the hue tells one from another."""
    palette = b"".join(
        bytes((colour.red, colour.green, colour.blue))
        for colour in (
            Colour.of_hue(hue + 0.06 * step, 0.5 + 0.14 * step) for step in range(4)
        )
    )
    header = struct.pack(">IIBBBBB", width, height, 2, _PALETTE, 0, 0, 0)
    return b"".join(
        (
            _SIGNATURE,
            _chunk(b"IHDR", header),
            _chunk(b"PLTE", palette),
            _chunk(b"IDAT", _pixels(width, height)),
            _chunk(b"IEND", b""),
        )
    )


def _pixels(width: int, height: int) -> bytes:
    packer = zlib.compressobj(1)
    parts = [packer.compress(row) for row in _rows(width, height)]
    return b"".join(parts) + packer.flush()


def _rows(width: int, height: int) -> Iterator[bytes]:
    rows = [b"\x00" + bytes((band,)) * ((width + 3) // 4) for band in _BAND]
    for line in range(height):
        yield rows[line * 4 // height]


def _chunk(name: bytes, data: bytes) -> bytes:
    return (
        struct.pack(">I", len(data))
        + name
        + data
        + struct.pack(">I", zlib.crc32(name + data))
    )
