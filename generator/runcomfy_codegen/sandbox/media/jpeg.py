"""A baseline JPEG of bands in four colours (ITU-T T.81; JFIF 1.02 for the colours).

Only the mean of each 8 by 8 block is coded, as the difference from the block before, so that
a block like its neighbour takes six bits.
"""

from __future__ import annotations

import struct

from .colour import Colour

_SAME = "00" * 3  # for each component: no difference of means, end of block
_STEP = 8  # of quantisation: a coded mean of 1 is then one level of brightness
# Category 0 has the code 0; categories 1 to 8 have 10000 to 10111.
_MEANS = bytes((1, 0, 0, 0, 8, *(0,) * 11, *range(9)))
_REST = bytes((1, *(0,) * 15, 0))  # "end of block", code 0, and nothing else


def jpeg(width: int, height: int, hue: float) -> bytes:
    """A picture of this size in pixels; the hue tells one from another."""
    components = b"".join(bytes((number, 0x11, 0)) for number in (1, 2, 3))
    frame = struct.pack(">BHHB", 8, height, width, 3) + components
    scan = bytes((3, 1, 0, 2, 0, 3, 0, 0, 63, 0))
    return b"".join(
        (
            b"\xff\xd8",
            _segment(0xE0, b"JFIF\x00" + struct.pack(">HBHHBB", 0x0102, 0, 1, 1, 0, 0)),
            _segment(0xDB, b"\x00" + bytes((_STEP,)) * 64),
            _segment(0xC0, frame),
            _segment(0xC4, b"\x00" + _MEANS + b"\x10" + _REST),
            _segment(0xDA, scan),
            _blocks(-(-width // 8), -(-height // 8), hue),
            b"\xff\xd9",
        )
    )


def _blocks(columns: int, rows: int, hue: float) -> bytes:
    bits: list[str] = []
    before, band = (0, 0, 0), -1
    for row in range(rows):
        first = _SAME
        if row * 4 // rows != band:
            band = row * 4 // rows
            means = _means(Colour.of_hue(hue + 0.06 * band, 0.5 + 0.14 * band))
            pairs = zip(means, before, strict=True)
            first, before = (
                "".join(_coded(new - old) + "0" for new, old in pairs),
                means,
            )
        bits.append(first + _SAME * (columns - 1))
    text = "".join(bits)
    text += "1" * (-len(text) % 8)
    return int(text, 2).to_bytes(len(text) // 8, "big").replace(b"\xff", b"\xff\x00")


def _means(colour: Colour) -> tuple[int, int, int]:
    """Luma and chroma in full range, as JFIF has them, 128 being 0."""
    red, green, blue = colour.red, colour.green, colour.blue
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    return round(luma - 128), round((blue - luma) / 1.772), round((red - luma) / 1.402)


def _coded(difference: int) -> str:
    size = abs(difference).bit_length()
    if size == 0:
        return "0"
    value = difference if difference > 0 else difference + (1 << size) - 1
    return f"1{size - 1:04b}{value:0{size}b}"


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body
