"""Sample pictures and sounds of the size and length that a request chose.

Pillow encodes the pictures and the standard library the WAV. MP3 and Ogg repeat one sample
frame of silence, so that only a page header is written here.
"""

from __future__ import annotations

import colorsys
import math
import struct
import wave
import zlib
from array import array
from io import BytesIO

from PIL import Image

Colour = tuple[int, int, int]
"""Red, green and blue, 0 to 255."""

_WAV_RATE = 8000  # samples a second
_LOUDNESS = 6000

_MP3_RATE = 16_000  # samples a second
_MP3_SAMPLES = 576  # of a frame
_MP3_FEWEST = 9  # frames: players reject a file with fewer
# ISO/IEC 13818-3, a frame of silence: MPEG-2, Layer III, no checksum, 8 kbit/s, 16 kHz, one
# channel. The side information after the header is zero: there is nothing to decode.
_MP3_FRAME = b"\xff\xf3\x18\xc4" + bytes(32)

_OPUS_RATE = 48_000  # granules a second, whatever went in (RFC 7845, section 4)
_OPUS_PACKET = 960  # granules: 20 milliseconds
_OPUS_SKIP = 312  # granules that a decoder drops at the beginning
_OPUS_SILENCE = (
    b"\xf8\xff\xfe"  # RFC 6716: full band, 20 milliseconds, one channel, silent
)
_PACKETS_A_PAGE = 250  # of at most 255
_FIRST, _LAST = 2, 4  # flags of a page
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def clear_colour(hue: float, brightness: float = 0.8) -> Colour:
    """A clear colour; ``hue`` goes once around the circle from 0 to 1."""
    red, green, blue = colorsys.hsv_to_rgb(hue % 1.0, 0.6, brightness)
    return round(red * 255), round(green * 255), round(blue * 255)


def png(width: int, height: int, hue: float) -> bytes:
    """Four bands of colour. With a palette of four, a pixel takes two bits: 24 megapixels stay
    small."""
    picture = Image.new("P", (1, 4))
    picture.frombytes(bytes(range(4)))
    picture.putpalette([part for colour in _bands(hue) for part in colour])
    return _saved(_enlarged(picture, width, height), "PNG", compress_level=1)


def jpeg(width: int, height: int, hue: float) -> bytes:
    """Four bands of colour; each picture has a hue of its own."""
    picture = Image.new("RGB", (1, 4))
    picture.frombytes(bytes(part for colour in _bands(hue) for part in colour))
    return _saved(_enlarged(picture, width, height), "JPEG", quality=10)


def webp(width: int, height: int, hue: float) -> bytes:
    """One colour, in some thirty bytes at any size; 16383 pixels a side at most."""
    picture = Image.new("RGB", (width, height), clear_colour(hue))
    return _saved(picture, "WEBP", lossless=True, quality=0, method=0)


def wav(seconds: float, pitch: int) -> bytes:
    """A quiet tone of ``pitch`` whole hertz for this long, mono."""
    turns = (2 * math.pi * pitch * at / _WAV_RATE for at in range(_WAV_RATE))
    second = array("h", (round(_LOUDNESS * math.sin(turn)) for turn in turns)).tobytes()
    length = 2 * max(1, round(seconds * _WAV_RATE))
    file = BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setparams((1, 2, _WAV_RATE, 0, "NONE", "not compressed"))
        sound.writeframes((second * (length // len(second) + 1))[:length])
    return file.getvalue()


def mp3(seconds: float) -> bytes:
    """Silence for about this long, in steps of 36 milliseconds; a third of a second at least."""
    frames = round(seconds * _MP3_RATE / _MP3_SAMPLES)
    return _MP3_FRAME * max(_MP3_FEWEST, frames)


def ogg(seconds: float) -> bytes:
    """Opus silence for this long, to the granule (RFC 3533 has pages, RFC 7845 headers)."""
    end = _OPUS_SKIP + max(1, round(seconds * _OPUS_RATE))
    count = -(-end // _OPUS_PACKET)
    head = struct.pack("<8sBBHIHB", b"OpusHead", 1, 1, _OPUS_SKIP, _OPUS_RATE, 0, 0)
    tags = struct.pack("<8sI7sI", b"OpusTags", 7, b"sandbox", 0)
    pages = [_ogg_page([head], 0, 0, _FIRST), _ogg_page([tags], 0, 1, 0)]
    for at in range(0, count, _PACKETS_A_PAGE):
        done = min(at + _PACKETS_A_PAGE, count)
        # The last page ends where the sound does, which cuts its last packet short.
        flags, granule = (_LAST, end) if done == count else (0, done * _OPUS_PACKET)
        packets = [_OPUS_SILENCE] * (done - at)
        pages.append(_ogg_page(packets, granule, len(pages), flags))
    return b"".join(pages)


def _bands(hue: float) -> list[Colour]:
    return [clear_colour(hue + 0.06 * step, 0.5 + 0.14 * step) for step in range(4)]


def _enlarged(picture: Image.Image, width: int, height: int) -> Image.Image:
    # Pillow types the size with an array type of NumPy, which need not be installed.
    return picture.resize(  # pyright: ignore[reportUnknownMemberType]
        (width, height), Image.Resampling.NEAREST
    )


def _saved(picture: Image.Image, image_format: str, **options: object) -> bytes:
    file = BytesIO()
    picture.save(file, image_format, **options)
    return file.getvalue()


def _ogg_page(packets: list[bytes], granule: int, number: int, flags: int) -> bytes:
    sizes = bytes(len(packet) for packet in packets)  # all of them are below 255
    head = struct.pack("<4sBBqII", b"OggS", 0, flags, granule, 1, number)
    body = bytes((len(sizes),)) + sizes + b"".join(packets)
    return head + _ogg_checksum(head + bytes(4) + body) + body


def _ogg_checksum(data: bytes) -> bytes:
    # The CRC of zlib with every byte the other way round, from zero (RFC 3533, section 6).
    value = zlib.crc32(data.translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return value.to_bytes(4, "big").translate(_REVERSED)
