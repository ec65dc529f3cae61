"""Silence as Opus in Ogg. Formats: RFC 3533 (pages), RFC 7845 (headers), RFC 6716 (packets)."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from functools import cache

_RATE = 48_000  # granules a second, whatever went in (RFC 7845, section 4)
_PACKET = 960  # granules: 20 milliseconds
_SKIP = 312  # granules that a decoder throws away at the beginning
_SILENCE = b"\xf8\xff\xfe"  # full band, 20 milliseconds, one channel, nothing in it
_PACKETS_A_PAGE = 250  # of at most 255
_POLYNOMIAL = 0x04C11DB7
_FIRST, _LAST = 2, 4  # flags of a page


def ogg(seconds: float) -> bytes:
    """Silence for this long, to the granule."""
    end = _SKIP + max(1, round(seconds * _RATE))
    count = -(-end // _PACKET)
    vendor = b"sandbox"
    head = struct.pack("<8sBBHIHB", b"OpusHead", 1, 1, _SKIP, _RATE, 0, 0)
    tags = b"OpusTags" + struct.pack("<I", len(vendor)) + vendor + struct.pack("<I", 0)
    pages = [_page([head], 0, 0, _FIRST), _page([tags], 0, 1, 0)]
    for at in range(0, count, _PACKETS_A_PAGE):
        done = min(at + _PACKETS_A_PAGE, count)
        # The last page ends where the sound does, which cuts its last packet short.
        flags, granule = (_LAST, end) if done == count else (0, done * _PACKET)
        pages.append(_page([_SILENCE] * (done - at), granule, len(pages), flags))
    return b"".join(pages)


def _page(packets: Sequence[bytes], granule: int, number: int, flags: int) -> bytes:
    sizes = bytes(len(packet) for packet in packets)  # all of them are below 255
    head = struct.pack("<4sBBqII", b"OggS", 0, flags, granule, 1, number)
    body = bytes((len(sizes),)) + sizes + b"".join(packets)
    checksum = _checksum(head + bytes(4) + body)
    return head + struct.pack("<I", checksum) + body


def _checksum(data: bytes) -> int:
    """The checksum of a page, most significant bit first, from zero (RFC 3533, section 6)."""
    table, value = _table(), 0
    for byte in data:
        value = (value << 8) & 0xFFFFFFFF ^ table[value >> 24 ^ byte]
    return value


@cache
def _table() -> tuple[int, ...]:
    return tuple(map(_remainder, range(256)))


def _remainder(byte: int) -> int:
    value = byte << 24
    for _ in range(8):
        value = value << 1 ^ (_POLYNOMIAL if value & 0x80000000 else 0)
    return value & 0xFFFFFFFF
