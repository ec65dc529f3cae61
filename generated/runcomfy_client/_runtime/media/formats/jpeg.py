"""JPEG: ITU-T T.81 annex B (markers), Exif (orientation), CIPA DC-007 (several pictures)."""

from __future__ import annotations

from struct import unpack_from

from ..errors import MediaError, MediaShort
from ..info import Extent, MediaInfo
from ..orientation import UPRIGHT, exif_orientation
from ..parser import Parse, Source

_MOST_MARKERS = 2000
_FRAME_HEADERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD8), 0xFF})  # 0xFF: fill bytes
_ENDS = frozenset({0xDA, 0xD9})  # start of scan, end of image
_APPLICATIONS = frozenset({0xE1, 0xE2})  # Exif, and the index of several pictures
_LITTLE = 20  # the beginning of a segment: enough for a frame header
# Profiles come in long segments; tables in short ones, several in a row.
_AHEAD = {0xDB: 160, 0xC4: 56}
_PICTURE_COUNT = 0xB001


class _Facts:
    """What the segments told so far. Class attributes: making one must cost nothing."""

    size: Extent | None = None
    marker = 0
    place = 0
    orientation = UPRIGHT
    oriented = False
    frames = 1


def parse_jpeg(source: Source) -> Parse[MediaInfo]:
    """Hop from marker to marker up to the first scan; profiles and comments are not read."""
    facts = _Facts()
    data, start, at, ahead = source.head, 0, 2, _LITTLE
    for _ in range(_MOST_MARKERS):
        here = at - start
        if here + _LITTLE > len(data):
            try:
                data = yield at, ahead, 4
            except MediaShort:
                if facts.size is None:
                    raise
                break
            start, here = at, 0
        if data[here] != 0xFF:
            raise MediaError(f"JPEG: no marker at byte {at}, where one belongs")
        marker = data[here + 1]
        if marker in _WITHOUT_LENGTH:
            at += 1 if marker == 0xFF else 2
            continue
        if marker in _ENDS:
            break
        end = at + 2 + (data[here + 2] << 8 | data[here + 3])
        if marker in _FRAME_HEADERS:
            _frame_header(facts, at, data, here)
        elif marker in _APPLICATIONS:
            mark = data[here + 4 : here + 10]
            yield from _application(facts, at, mark, end)
        ahead = _AHEAD.get(marker, _LITTLE)
        if facts.size and facts.oriented:
            break  # otherwise Exif may still follow
        if end < at + 4:
            raise MediaError(
                f"JPEG: the segment at byte {at} is shorter than its length"
            )
        at = end
    return _result(facts, at, source)


def _frame_header(facts: _Facts, at: int, data: bytes, here: int) -> None:
    """Take the size from the header at ``here`` of some bytes, ``at`` of the content."""
    if facts.size is not None:
        return
    if len(data) < here + 9:
        raise MediaShort(f"JPEG: cut inside the frame header at byte {at}")
    height, width = unpack_from(">HH", data, here + 5)
    if not width or not height:
        raise MediaError(
            f"JPEG: frame header at byte {at} says {width}×{height} pixels"
        )
    facts.size, facts.marker, facts.place = (width, height), data[here + 1], at


def _application(facts: _Facts, at: int, mark: bytes, end: int) -> Parse[None]:
    if mark == b"Exif\0\0" and not facts.oriented:
        facts.oriented = True
        facts.orientation = yield from exif_orientation(at + 10, end)
    elif mark[:4] == b"MPF\0":
        facts.frames = yield from _picture_count(at + 8, end)


def _picture_count(base: int, end: int) -> Parse[int]:
    """The number of pictures in a multi-picture file (MPO); 1 if it is not told."""
    head = yield base, 8, 8
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(head[:4])
    if order is None:
        return 1
    directory = base + int(unpack_from(order + "I", head, 4)[0])
    if directory + 2 + 3 * 12 > end:
        return 1
    entries = yield directory + 2, 36, 36
    for place in range(0, 36, 12):
        tag, _, _, value = unpack_from(order + "HHII", entries, place)
        if tag == _PICTURE_COUNT:
            return value if 1 <= value <= 10_000 else 1
    return 1


def _result(facts: _Facts, at: int, source: Source) -> MediaInfo:
    if facts.size is None:
        raise MediaError(f"JPEG: no frame header (SOF) before byte {at}")
    where = f"SOF{facts.marker - 0xC0} at byte {facts.place}"
    turned = f"Exif orientation {facts.orientation}"
    return MediaInfo.picture(
        "jpeg",
        source.size,
        facts.size,
        orientation=facts.orientation,
        frames=facts.frames,
        evidence=(where, turned) if facts.oriented else (where,),
    )
