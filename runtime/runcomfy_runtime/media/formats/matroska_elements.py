"""EBML elements (RFC 8794, sections 4 to 6), and Matroska's tracks and tags (RFC 9559, sections 5.1.4 and 5.1.8)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from struct import unpack
from typing import NamedTuple

from ..errors import MediaError, MediaShort
from ..info import Dimensions
from ..parser import Parse

_LONGEST_ID, _LONGEST_SIZE = 4, 8


class Element(NamedTuple):
    """An element's id, and the offsets of its content. ``end`` is None if its size is unknown."""

    identity: int
    body: int
    end: int | None


def read_element(at: int) -> Parse[Element]:
    """Read an id and a size. Raises ``MediaError`` if there is no element at ``at``."""
    head = yield at, _LONGEST_ID + _LONGEST_SIZE, 2
    element = parse_element(head, 0)
    if element is None:
        if len(head) < _LONGEST_ID + _LONGEST_SIZE and head[0]:
            raise MediaShort(f"cut inside an element at byte {at}")
        raise MediaError(f"EBML: no element at byte {at}")
    identity, body, end = element
    return Element(identity, at + body, None if end is None else at + end)


def parse_element(data: bytes, at: int) -> Element | None:
    """The element at ``at`` of some bytes; None if there is no complete one."""
    if at >= len(data) or not data[at]:
        return None
    width = 9 - data[at].bit_length()
    size_at = at + width
    if width > _LONGEST_ID or size_at >= len(data) or not data[size_at]:
        return None
    identity = int.from_bytes(data[at:size_at], "big")
    length = 9 - data[size_at].bit_length()
    if size_at + length > len(data):
        return None
    size = (
        int.from_bytes(data[size_at : size_at + length], "big") & (1 << 7 * length) - 1
    )
    body = size_at + length
    unknown = size == (1 << 7 * length) - 1
    return Element(identity, body, None if unknown else body + size)


def parse_children(
    data: bytes, at: int = 0, end: int | None = None
) -> Iterator[Element]:
    """The complete elements between two offsets."""
    limit = len(data) if end is None else min(end, len(data))
    while at < limit:
        element = parse_element(data, at)
        if element is None or element.end is None or element.end > limit:
            return
        yield element
        at = element.end


def unsigned_value(data: bytes, element: Element) -> int:
    """The content as an integer; 0 if it is longer than 8 bytes."""
    content = data[element.body : element.end]
    return int.from_bytes(content, "big") if len(content) <= 8 else 0


def float_value(data: bytes, element: Element) -> float:
    """The content as a float; NaN if its length is not that of a float."""
    content = data[element.body : element.end]
    if len(content) == 4:
        return float(unpack(">f", content)[0])
    return float(unpack(">d", content)[0]) if len(content) == 8 else float("nan")


# Tracks of Matroska: RFC 9559, section 5.1.4. Their descriptions precede the media data.


VIDEO, AUDIO = 1, 2
SECOND = 1_000_000_000
"""Nanoseconds, in which Matroska counts."""
_TRACK, _UID, _TYPE, _FRAME_TIME = 0xAE, 0x73C5, 0x83, 0x23E383
_SOUND, _SAMPLE_RATE, _DELAY = 0xE1, 0xB5, 0x56AA
_PICTURE, _WIDTH, _HEIGHT = 0xE0, 0xB0, 0xBA
_SHOWN_WIDTH, _SHOWN_HEIGHT, _SHOWN_UNIT = 0x54B0, 0x54BA, 0x54B2
_PROJECTION, _ROLL = 0x7670, 0x7675
_CROPS = (0x54CC, 0x54DD, 0x54BB, 0x54AA)  # left, right, top, bottom
_LONG_FRAME = Fraction(1, 24)
_LONG_BLOCK = 2048  # samples, as of AAC with spectral band replication


@dataclass(frozen=True, slots=True)
class MatroskaTrack:
    """One track: its kind, its sizes if it is a picture, and the duration of its blocks."""

    kind: int
    coded: Dimensions
    shown: Dimensions
    frame_time: int  # nanoseconds, 0 if it is not stated
    rate: int = 0  # samples a second
    delay: int = 0  # nanoseconds that a decoder drops at the beginning
    uid: int = 0

    @property
    def plays(self) -> bool:
        """Whether this is a picture or a sound track."""
        return self.kind in (VIDEO, AUDIO)

    @property
    def frame(self) -> Fraction:
        """The duration of a block in seconds; a long one if it is not stated."""
        if self.frame_time:
            return Fraction(self.frame_time, SECOND)
        if self.kind == VIDEO:
            return _LONG_FRAME
        sounding = self.kind == AUDIO and self.rate
        return Fraction(_LONG_BLOCK, self.rate) if sounding else Fraction(0)

    @property
    def padded(self) -> Fraction:
        """Seconds by which playback may be shorter than the blocks."""
        return self.frame + Fraction(self.delay, SECOND)


def read_tracks(body: bytes) -> tuple[MatroskaTrack, ...]:
    """The tracks in the content of a ``Tracks`` element."""
    return tuple(
        _read_track(body, element)
        for element in parse_children(body)
        if element.identity == _TRACK
    )


def _read_track(body: bytes, entry: Element) -> MatroskaTrack:
    kind = frame_time = rate = delay = uid = 0
    coded = shown = (0, 0)
    for element in parse_children(body, entry.body, entry.end):
        if element.identity == _TYPE:
            kind = unsigned_value(body, element)
        elif element.identity == _FRAME_TIME:
            frame_time = unsigned_value(body, element)
        elif element.identity == _PICTURE:
            coded, shown = _read_video(body, element)
        elif element.identity == _DELAY:
            delay = unsigned_value(body, element)
        elif element.identity == _SOUND:
            rate = _read_rate(body, element)
        elif element.identity == _UID:
            uid = unsigned_value(body, element)
    return MatroskaTrack(kind, coded, shown, frame_time, rate, delay, uid)


def _read_rate(body: bytes, audio: Element) -> int:
    """Samples a second; 0 if it is not stated."""
    for element in parse_children(body, audio.body, audio.end):
        if element.identity == _SAMPLE_RATE:
            rate = float_value(body, element)
            return round(rate) if math.isfinite(rate) and rate >= 1 else 0
    return 0


def _read_video(body: bytes, video: Element) -> tuple[Dimensions, Dimensions]:
    """The stored and the displayed size."""
    numbers: dict[int, int] = {}
    turned = False
    for element in parse_children(body, video.body, video.end):
        if element.identity == _PROJECTION:
            turned = _is_turned(body, element)
        else:
            numbers[element.identity] = unsigned_value(body, element)
    coded = numbers.get(_WIDTH, 0), numbers.get(_HEIGHT, 0)
    left, right, top, bottom = (numbers.get(side, 0) for side in _CROPS)
    width, height = coded[0] - left - right, coded[1] - top - bottom
    across, down = numbers.get(_SHOWN_WIDTH, 0), numbers.get(_SHOWN_HEIGHT, 0)
    if across and down:
        in_pixels = not numbers.get(_SHOWN_UNIT)
        width, height = (
            (across, down) if in_pixels else (round(height * across / down), height)
        )
    return coded, (height, width) if turned else (width, height)


def _is_turned(body: bytes, projection: Element) -> bool:
    """Whether the picture is rolled by a quarter turn to either side."""
    for element in parse_children(body, projection.body, projection.end):
        if element.identity == _ROLL:
            roll = float_value(body, element)
            return math.isfinite(roll) and round(roll) % 180 == 90
    return False


# Tags of Matroska: RFC 9559, section 5.1.8; ``DURATION`` is what FFmpeg and mkvmerge write.


_TAG, _TARGETS, _TRACK_UID = 0x7373, 0x63C0, 0x63C5
_SIMPLE, _NAME, _TEXT = 0x67C8, 0x45A3, 0x4487
_CLOCK = re.compile(rb"(\d{1,4}):(\d\d):(\d\d(?:\.\d{1,12})?)\0*")


def read_tag_durations(body: bytes) -> dict[int, Fraction]:
    """Seconds by the UID of the track, from the content of a ``Tags`` element."""
    return {
        track: seconds
        for tag in parse_children(body)
        if tag.identity == _TAG
        for track, seconds in _tag_durations(body, tag)
    }


def _tag_durations(body: bytes, tag: Element) -> Iterator[tuple[int, Fraction]]:
    """The duration that one tag states for each of its tracks."""
    parts = list(parse_children(body, tag.body, tag.end))
    tracks = [
        unsigned_value(body, inner)
        for part in parts
        if part.identity == _TARGETS
        for inner in parse_children(body, part.body, part.end)
        if inner.identity == _TRACK_UID
    ]
    for part in parts:
        seconds = _duration(body, part) if part.identity == _SIMPLE else None
        if seconds is not None:
            yield from ((track, seconds) for track in tracks)


def _duration(body: bytes, simple: Element) -> Fraction | None:
    """Seconds; None if the tag states something else."""
    texts = {
        part.identity: body[part.body : part.end]
        for part in parse_children(body, simple.body, simple.end)
    }
    clock = _CLOCK.fullmatch(texts.get(_TEXT, b""))
    if clock is None or texts.get(_NAME) != b"DURATION":
        return None
    hours, minutes, seconds = (Fraction(part.decode()) for part in clock.groups())
    return 3600 * hours + 60 * minutes + seconds
