"""FLAC: RFC 9639, section 8.2 (STREAMINFO)."""

from __future__ import annotations

from fractions import Fraction

from ..errors import MediaError
from ..info import Measurement, MediaInfo
from ..parser import Parse, Source


def parse_flac(source: Source, at: int = 0) -> Parse[MediaInfo]:
    """Read the first metadata block, which must be the stream's description."""
    head = yield at, 42, 42
    if head[4] & 0x7F or int.from_bytes(head[5:8], "big") != 34:
        raise MediaError("FLAC: the first block is not STREAMINFO")
    bits = int.from_bytes(head[18:26], "big")
    rate, samples = bits >> 44, bits & 0xFFFFFFFFF
    if not rate:
        raise MediaError("FLAC: STREAMINFO says 0 samples a second")
    return MediaInfo(
        kind="audio",
        format="flac",
        size=source.size,
        timing=Measurement.of(Fraction(samples, rate)) if samples else None,
        evidence=(f"STREAMINFO at byte {at + 4}",),
    )
