"""A WebP of one colour, in some thirty bytes at any size (RFC 9649, section 3, lossless).

Every prefix code has one symbol, which takes no bits: the pixels are there without being
written.
"""

from __future__ import annotations

import struct

from .colour import Colour


def webp(width: int, height: int, hue: float) -> bytes:
    """A picture of this size in pixels, 16384 at most; the hue tells one from another."""
    colour = Colour.of_hue(hue)
    # Least significant bit first: size, no alpha, version 0; no transform, cache or groups.
    fields = [(width - 1, 14), (height - 1, 14), (0, 1), (0, 3), (0, 1), (0, 1), (0, 1)]
    for value in (colour.green, colour.red, colour.blue, 255):
        # A simple code of one symbol, written with eight bits.
        fields += [(1, 1), (0, 1), (1, 1), (value, 8)]
    fields += [(1, 1), (0, 1), (0, 1), (0, 1)]  # and one for distances, of the symbol 0
    number = length = 0
    for value, bits in fields:
        number |= value << length
        length += bits
    data = b"\x2f" + number.to_bytes(-(-length // 8), "little")
    padding = b"\x00" * (len(data) % 2)
    chunk = b"WEBPVP8L" + struct.pack("<I", len(data)) + data + padding
    return b"RIFF" + struct.pack("<I", len(chunk)) + chunk
