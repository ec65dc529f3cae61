"""JPEG: ITU-T T.81 annex B (markers), Exif (orientation), CIPA DC-007 (several pictures)."""

from __future__ import annotations

import re
from struct import unpack_from

from ..errors import MediaError, MediaFault, MediaShort
from ..info import Dimensions, MediaInfo
from ..parser import Parse, Source
from .tiff import UPRIGHT, exif_orientation, known_orientation

_MOST_MARKERS = 4000
_MOST_JUNK = 256 << 10  # bytes between segments that are skipped, as decoders do
_STEP = 16 << 10
_MARKER = re.compile(rb"\xff[^\x00\xff]")
_FRAME_HEADERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD8)})
_NO_MARKERS = frozenset({0x00, 0xFF})  # after FF: an escape, a fill byte
_ENDS = frozenset({0xDA, 0xD9})  # start of scan, end of image
_APPLICATIONS = frozenset({0xE1, 0xE2})  # Exif, and the index of several pictures
_READ = _WITHOUT_LENGTH | _ENDS | _APPLICATIONS | _FRAME_HEADERS
_LITTLE = 20  # the beginning of a segment: enough for a frame header
# Profiles come in long segments; tables in short ones, several in a row.
_AHEAD = {0xDB: 160, 0xC4: 56}
_PICTURE_COUNT = 0xB001
_TURNED = tuple(f"Exif orientation {orientation}" for orientation in range(9))


class _JpegFacts:
    """What the segments stated so far. Class attributes make creating one free."""

    size: Dimensions | None = None
    marker = 0
    place = 0
    orientation = UPRIGHT
    oriented = False
    frames = 1


def parse_jpeg(source: Source) -> Parse[MediaInfo]:
    """Skip from marker to marker up to the first scan. Profiles and comments are not read."""
    facts = _JpegFacts()
    try:
        yield from _segments(facts, source.head)
    except MediaError as error:
        if facts.size is None:
            raise
        if error.fault is MediaFault.TOO_COSTLY:  # there may be an orientation
            return _result(facts, source.size)._replace(
                other_extents=(facts.size[::-1],)
            )
    return _result(facts, source.size)


def usual_jpeg(head: bytes, size: int | None) -> MediaInfo | None:
    """What the beginning of a JPEG of ``size`` bytes says; None if more must be read.

    Most pictures need nothing else, and a plain function takes half the time of a parser.
    Raises ``MediaError``.
    """
    facts = _JpegFacts()
    return _result(facts, size) if _read_usual_header(facts, head) else None


def _read_usual_header(facts: _JpegFacts, data: bytes) -> bool:
    """Read all facts from a header that lies in ``data``, as most encoders write it.

    False if it is longer or unusual: then ``_segments`` reads it.
    """
    at, last = 2, len(data) - _LITTLE
    while at <= last and data[at] == 0xFF:
        marker = data[at + 1]
        end = at + 2 + (data[at + 2] << 8 | data[at + 3])
        if marker in _READ:
            if marker in _ENDS:
                return facts.size is not None
            if marker in _FRAME_HEADERS:
                _frame_header(facts, at, data, at)
            elif data[at + 4 : at + 10] != b"Exif\0\0" or facts.oriented:
                return False
            else:
                known = known_orientation(data[at + 10 : end], end - at - 10)
                if known is None:
                    return False
                facts.oriented, facts.orientation = True, known
            if facts.size and facts.oriented:
                return True
        elif marker in _NO_MARKERS or end < at + 4:
            return False
        at = end
    return False


def _segments(facts: _JpegFacts, data: bytes) -> Parse[None]:
    """Read the facts from the segments, as far as needed. Raises ``MediaError``.

    ``data`` is the beginning of the content.
    """
    start, at, marker = 0, 2, 0
    last = len(data) - _LITTLE
    for _ in range(_MOST_MARKERS):
        here = at - start
        if here > last:
            data = yield at, _AHEAD.get(marker, _LITTLE), 4
            start, here, last = at, 0, len(data) - _LITTLE
        marker = data[here + 1]
        if data[here] != 0xFF or marker in _NO_MARKERS:
            at = yield from _next_marker(at)
            continue
        end = at + 2 + (data[here + 2] << 8 | data[here + 3])
        if marker in _READ:  # most segments are skipped
            if marker in _WITHOUT_LENGTH:
                at += 2
                continue
            if marker in _ENDS:
                raise MediaError(f"JPEG: no frame header (SOF) before byte {at}")
            if marker in _APPLICATIONS:
                mark = data[here + 4 : here + 10]
                yield from _application(facts, at, mark, end)
            else:
                _frame_header(facts, at, data, here)
            if facts.size and facts.oriented:  # otherwise Exif may still follow
                return
        if end < at + 4:
            raise MediaError(f"JPEG: the segment at byte {at} has no length")
        at = end
    raise _too_far(f"JPEG: more than {_MOST_MARKERS} segments before any picture")


def _next_marker(at: int) -> Parse[int]:
    """The position of the next marker. Fill bytes, escaped ones and junk are skipped.

    Decoders do the same (libjpeg: ``next_marker``). Raises ``MediaShort`` if there is no marker.
    """
    for start in range(at, at + _MOST_JUNK, _STEP - 1):
        match = _MARKER.search((yield start, _STEP, 2))
        if match is not None:
            return start + match.start()
    raise _too_far(f"JPEG: no marker within {_MOST_JUNK} bytes from byte {at}")


def _too_far(message: str) -> MediaShort:
    """The error for a limit of this reader; the file may be valid."""
    return MediaShort(message, MediaFault.TOO_COSTLY)


def _frame_header(facts: _JpegFacts, at: int, data: bytes, here: int) -> None:
    """Read the size from the header at the index ``here`` of ``data``; ``at`` is its offset in the file."""
    if facts.size is not None:
        return
    if len(data) < here + 9:
        raise MediaShort(f"JPEG: cut inside the frame header at byte {at}")
    height, width = unpack_from(">HH", data, here + 5)
    if not width or not height:
        # 0 lines are allowed: the number may follow after the first scan (DNL)
        raise MediaError(
            f"JPEG: frame header at byte {at} says {width}×{height} pixels",
            MediaFault.MALFORMED if width else MediaFault.IMPOSSIBLE,
        )
    facts.size, facts.marker, facts.place = (width, height), data[here + 1], at


def _application(facts: _JpegFacts, at: int, mark: bytes, end: int) -> Parse[None]:
    if mark == b"Exif\0\0" and not facts.oriented:
        facts.oriented = True
        facts.orientation = yield from exif_orientation(at + 10, end)
    elif mark[:4] == b"MPF\0":
        facts.frames = yield from _picture_count(at + 8, end)


def _picture_count(base: int, end: int) -> Parse[int]:
    """The number of pictures in a multi-picture file (MPO); 1 if it is not stated."""
    head = yield base, 8, 8
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(head[:4])
    if order is None:
        return 1
    directory = base + int(unpack_from(order + "I", head, 4)[0])
    if directory + 2 + 3 * 12 > end:
        return 1
    entries = yield directory + 2, 36, 36
    for offset in range(0, 36, 12):
        tag, _, _, value = unpack_from(order + "HHII", entries, offset)
        if tag == _PICTURE_COUNT:
            return value if 1 <= value <= 10_000 else 1
    return 1


def _result(facts: _JpegFacts, whole: int | None) -> MediaInfo:
    assert facts.size is not None  # otherwise reading the segments raises
    orientation, size = facts.orientation, facts.size
    where = f"SOF{facts.marker - 0xC0} at byte {facts.place}"
    return MediaInfo(
        "image",
        "jpeg",
        whole,
        (size[1], size[0]) if orientation >= 5 else size,
        size,
        (),
        orientation,
        facts.frames,
        None,
        None,
        (where, _TURNED[orientation]) if facts.oriented else (where,),
    )
