"""PNG and APNG: W3C PNG 3rd edition, sections 5 (chunks), 11.2.1 IHDR, 11.3.3 acTL, eXIf."""

from __future__ import annotations

from binascii import crc32
from fractions import Fraction
from struct import unpack_from

from ..errors import MediaError, MediaFault, MediaShort
from ..info import Dimensions, Measurement, MediaInfo
from ..parser import Parse, Source
from .tiff import UPRIGHT, exif_orientation

_MOST_CHUNKS = 4096
_GREATEST = 0x7FFFFFFF


class _PngFacts:
    """What the chunks after the header stated. Class attributes make creating one free."""

    frames = 1
    orientation = UPRIGHT
    oriented = False
    seconds: Fraction | None = None


def _header(source: Source) -> Parse[tuple[int, bytes]]:
    """The offset and the bytes of the chunk IHDR."""
    at, head = 8, source.head[8:33]
    if len(head) < 16:
        head = yield at, 25, 16
    if head[4:8] == b"CgBI":  # Apple's variant puts a chunk of its own first
        at += 12 + int(unpack_from(">I", head)[0])
        head = yield at, 25, 16
    if head[4:8] != b"IHDR":
        raise MediaError(f"PNG: the first chunk, at byte {at}, is not IHDR")
    return at, head


def parse_png(source: Source) -> Parse[MediaInfo]:
    """Read the header, then skip chunks up to the image data."""
    at, head = yield from _header(source)
    width, height = unpack_from(">II", head, 8)
    if not 1 <= width <= _GREATEST or not 1 <= height <= _GREATEST:
        raise MediaError(
            f"PNG: IHDR at byte {at} says {width}×{height} pixels",
            MediaFault.IMPOSSIBLE,
        )
    facts = _PngFacts()
    # a truncated file still has its size, but no orientation
    try:  # noqa: SIM105 - `suppress` alone takes a tenth of the time of all the rest
        yield from _chunks(facts, at + 25, source)
    except MediaShort:
        pass
    where = f"IHDR at byte {at}"
    if crc32(head[4:21]) != int.from_bytes(head[21:25], "big"):
        where += ", its checksum is wrong"
    return _result(facts, source, (width, height), where)


def _chunks(facts: _PngFacts, at: int, source: Source) -> Parse[None]:
    for _ in range(_MOST_CHUNKS):
        head = source.head[at : at + 12]
        if len(head) < 12:
            head = yield at, 12, 8
        length = int(unpack_from(">I", head)[0])
        name = head[4:8]
        if name == b"IDAT" or name == b"IEND" or length > _GREATEST:
            break
        if name == b"eXIf" and not facts.oriented:
            facts.oriented = True
            facts.orientation = yield from exif_orientation(at + 8, at + 8 + length)
        elif name == b"acTL" and len(head) == 12:
            facts.frames = int(unpack_from(">I", head, 8)[0])
            if source.thorough and facts.frames > 1:
                facts.seconds = yield from _play_time(at + 12 + length)
        at += 12 + length


def _play_time(at: int) -> Parse[Fraction | None]:
    """The delays of all frames together; None if the file ends before its last chunk."""
    total = Fraction(0)
    try:
        for _ in range(_MOST_CHUNKS):
            head = yield at, 34, 8
            length = int(unpack_from(">I", head)[0])
            if head[4:8] == b"IEND":
                return total
            if head[4:8] == b"fcTL" and len(head) >= 32:
                parts, whole = unpack_from(">HH", head, 28)
                total += Fraction(parts, whole or 100)
            at += 12 + length
    except MediaShort:
        pass
    return None


def _result(
    facts: _PngFacts, source: Source, coded: Dimensions, where: str
) -> MediaInfo:
    evidence: tuple[str, ...] = (where,)
    if facts.oriented:
        evidence = (where, f"eXIf orientation {facts.orientation}")
    return MediaInfo.picture(
        "png",
        source.size,
        coded,
        orientation=facts.orientation,
        frames=facts.frames,
        timing=None if facts.seconds is None else Measurement.of(facts.seconds),
        evidence=evidence,
    )
