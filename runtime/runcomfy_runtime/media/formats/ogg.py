"""Ogg: RFC 3533 (pages), RFC 7845 (Opus), Vorbis I section 4.2.2, Theora sections 6.2 and A.2."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from struct import unpack_from

from ..errors import MediaError, MediaShort, MediaUnsupported
from ..info import Dimensions, Measurement, MediaInfo, in_square_pixels
from ..parser import Parse, Source

_MOST_STREAMS = 16
_MOST_PAGES = 64
_TAIL = 65_536 + 512  # a page is at most 65,307 bytes long
_BEGINS = 0x02
_LATER = -1
_BEGINNING = re.compile(rb"OggS\0[\x02\x03\x06\x07]")
_MOST_SCANNED = 48 << 20
_BLOCK = 1 << 20
_NO_TIME = 0xFFFFFFFFFFFFFFFF


@dataclass(frozen=True, slots=True)
class _OggStream:
    """A logical stream. ``rate`` is ticks a second; ``shift`` splits Theora's positions."""

    serial: int
    kind: str
    rate: Fraction
    skipped: int = 0
    shift: int = 0
    coded: Dimensions = (0, 0)
    shown: Dimensions = (0, 0)

    def ticks(self, position: int) -> int:
        """A granule position as a count of samples or frames."""
        if self.kind == "video":
            return (position >> self.shift) + (position & (1 << self.shift) - 1)
        return position


@dataclass(frozen=True, slots=True)
class _Page:
    flags: int
    position: int
    serial: int
    body: int
    end: int


def parse_ogg(source: Source) -> Parse[MediaInfo]:
    """Read the first pages of the streams, and the last page, which states their ends."""
    streams, serials, at = yield from _streams()
    main = next(
        (s for s in streams if s.kind == "video"), streams[0] if streams else None
    )
    if main is None:
        raise MediaUnsupported(
            "this Ogg file has no Vorbis, Opus, FLAC or Theora stream"
        )
    begin = yield from _first_position(main, at)
    last = yield from _last_positions(source, at)
    # a stream that begins later follows the others: several recordings in sequence
    chained = not serials.issuperset(last) or (
        yield from _another_recording_begins(source, at)
    )
    timing = None if chained else _timing(streams, main, begin, last)
    return _result(main, timing, source)


def _result(main: _OggStream, timing: Measurement | None, source: Source) -> MediaInfo:
    if main.kind == "audio":
        return MediaInfo(
            kind="audio",
            format="ogg",
            size=source.size,
            timing=timing,
            evidence=("position of the last page",),
        )
    return MediaInfo(
        kind="video",
        format="ogg",
        size=source.size,
        shown=main.shown,
        coded=main.coded,
        timing=timing,
        rate=Measurement.of(main.rate),
        evidence=("Theora header", "position of the last page"),
    )


def _read_page(at: int) -> Parse[_Page]:
    head = yield at, 27 + 255, 27
    if head[:5] != b"OggS\0":
        raise MediaError(f"Ogg: no page at byte {at}")
    flags, position, serial, count = unpack_from("<BQI8xB", head, 5)
    if len(head) < 27 + count:
        head = yield at, 27 + count, 27 + count
    body = at + 27 + count
    return _Page(flags, position, serial, body, body + sum(head[27 : 27 + count]))


def _streams() -> Parse[tuple[list[_OggStream], set[int], int]]:
    """The streams that are understood, the serials of all, and the end of their first pages."""
    at, streams, serials = 0, list[_OggStream](), set[int]()
    for _ in range(_MOST_STREAMS):
        page = yield from _read_page(at)
        if not page.flags & _BEGINS:
            break
        serials.add(page.serial)
        room = min(64, page.end - page.body)
        stream = _identify(page.serial, (yield page.body, room, room)) if room else None
        if stream is not None:
            streams.append(stream)
        at = page.end
    return streams, serials, at


def _identify(serial: int, head: bytes) -> _OggStream | None:
    if head[:8] == b"OpusHead" and len(head) >= 19:
        return _OggStream(
            serial, "audio", Fraction(48_000), int(unpack_from("<H", head, 10)[0])
        )
    if head[:7] == b"\x01vorbis" and len(head) >= 16:
        return _audio(serial, int(unpack_from("<I", head, 12)[0]))
    if head[:5] == b"\x7fFLAC" and len(head) >= 31:
        return _audio(serial, int.from_bytes(head[27:30], "big") >> 4)
    if head[:7] == b"\x80theora" and len(head) >= 42:
        return _theora(serial, head)
    return None


def _audio(serial: int, rate: int) -> _OggStream:
    if not rate:
        raise MediaError("Ogg: the header says 0 samples a second")
    return _OggStream(serial, "audio", Fraction(rate))


def _theora(serial: int, head: bytes) -> _OggStream:
    width = int.from_bytes(head[14:17], "big")
    height = int.from_bytes(head[17:20], "big")
    frames, seconds = unpack_from(">II", head, 22)
    across, down = int.from_bytes(head[30:33], "big"), int.from_bytes(
        head[33:36], "big"
    )
    shift = int(unpack_from(">H", head, 40)[0]) >> 5 & 31
    if not width or not height or not frames or not seconds:
        raise MediaError(f"Ogg: the Theora header says {width}×{height} pixels")
    shown = in_square_pixels((width, height), across, down)
    return _OggStream(
        serial, "video", Fraction(frames, seconds), 0, shift, (width, height), shown
    )


def _first_position(main: _OggStream, at: int) -> Parse[int | None]:
    """The position of the stream's first page with data; None if it is not near."""
    try:
        for _ in range(_MOST_PAGES):
            page = yield from _read_page(at)
            if page.serial == main.serial and page.position not in (0, _NO_TIME):
                return page.position
            at = page.end
    except MediaError:
        pass
    return None


def _last_positions(source: Source, begun: int) -> Parse[dict[int, int]]:
    """The last position of every stream that has a page near the end, by serial number.

    A stream that begins after the offset ``begun`` is not one of the first ones, and gets a
    number that is not a valid serial.
    """
    if source.size is None or begun >= source.size:
        return {}
    start = max(begun, source.size - _TAIL)
    positions: dict[int, int] = {}
    try:
        tail = yield start, source.size - start, 1
    except MediaShort:
        return positions
    offset = tail.find(b"OggS\0")
    while 0 <= offset <= len(tail) - 27:
        flags, position, serial = unpack_from("<BQI", tail, offset + 5)
        if flags & _BEGINS:
            positions[_LATER] = 0
        elif position != _NO_TIME:
            positions[serial] = position
        offset = tail.find(b"OggS\0", offset + 5)
    return positions


def _another_recording_begins(source: Source, at: int) -> Parse[bool]:
    """Whether a stream begins after ``at``, with any serial; False if that is far away.

    Positions do not show it: the second of two recordings may be the longer one.
    """
    if not source.thorough or source.size is None or source.size > _MOST_SCANNED:
        return False
    try:
        while at < source.size - _TAIL:  # that part was already read
            block = yield at, _BLOCK, len(b"OggS") + 2
            if _BEGINNING.search(block):
                return True
            at += _BLOCK - len(b"OggS") - 1
    except MediaShort:
        pass
    return False


def _timing(
    streams: list[_OggStream], main: _OggStream, begin: int | None, last: dict[int, int]
) -> Measurement | None:
    """The duration of the longest stream, with the others as alternatives; None if the main one does not end here."""
    if main.serial not in last:
        return None
    readings = [
        (stream.ticks(last[stream.serial]) - stream.skipped) / stream.rate
        for stream in streams
        if stream.serial in last
    ]
    # a stream cut out of a longer one begins late, and is shorter than its last position
    late = main.ticks(begin) / main.rate if begin is not None else Fraction(0)
    if late > 2:
        readings.append(readings[0] - late)
    positive = [seconds for seconds in readings if seconds > 0]
    return Measurement.of(max(positive), *positive) if positive else None
