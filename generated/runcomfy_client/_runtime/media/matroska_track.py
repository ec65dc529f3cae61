"""Tracks of Matroska: RFC 9559, section 5.1.4, as they are described in front of the media."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from .ebml import Element, floating, parse_children, unsigned
from .info import Extent

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
class Track:
    """One track: its kind, the sizes of a picture, and what its blocks last."""

    kind: int
    coded: Extent
    shown: Extent
    frame_time: int  # nanoseconds, 0 if it is not told
    rate: int = 0  # samples a second
    delay: int = 0  # nanoseconds that a decoder drops at the beginning
    uid: int = 0

    @property
    def plays(self) -> bool:
        """Whether this is seen or heard."""
        return self.kind in (VIDEO, AUDIO)

    @property
    def frame(self) -> Fraction:
        """Seconds that a block lasts; a long one if that is not told."""
        if self.frame_time:
            return Fraction(self.frame_time, SECOND)
        if self.kind == VIDEO:
            return _LONG_FRAME
        sounding = self.kind == AUDIO and self.rate
        return Fraction(_LONG_BLOCK, self.rate) if sounding else Fraction(0)

    @property
    def padded(self) -> Fraction:
        """Seconds by which what plays may be shorter than its blocks."""
        return self.frame + Fraction(self.delay, SECOND)


def read_tracks(body: bytes) -> tuple[Track, ...]:
    """The tracks in the content of a ``Tracks`` element."""
    return tuple(
        _read_track(body, element)
        for element in parse_children(body)
        if element.identity == _TRACK
    )


def _read_track(body: bytes, entry: Element) -> Track:
    kind = frame_time = rate = delay = uid = 0
    coded = shown = (0, 0)
    for element in parse_children(body, entry.body, entry.end):
        if element.identity == _TYPE:
            kind = unsigned(body, element)
        elif element.identity == _FRAME_TIME:
            frame_time = unsigned(body, element)
        elif element.identity == _PICTURE:
            coded, shown = _read_video(body, element)
        elif element.identity == _DELAY:
            delay = unsigned(body, element)
        elif element.identity == _SOUND:
            rate = _read_rate(body, element)
        elif element.identity == _UID:
            uid = unsigned(body, element)
    return Track(kind, coded, shown, frame_time, rate, delay, uid)


def _read_rate(body: bytes, audio: Element) -> int:
    """Samples a second; 0 if that is not told."""
    for element in parse_children(body, audio.body, audio.end):
        if element.identity == _SAMPLE_RATE:
            rate = floating(body, element)
            return round(rate) if math.isfinite(rate) and rate >= 1 else 0
    return 0


def _read_video(body: bytes, video: Element) -> tuple[Extent, Extent]:
    """The stored and the displayed size."""
    numbers: dict[int, int] = {}
    turned = False
    for element in parse_children(body, video.body, video.end):
        if element.identity == _PROJECTION:
            turned = _is_turned(body, element)
        else:
            numbers[element.identity] = unsigned(body, element)
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
            roll = floating(body, element)
            return math.isfinite(roll) and round(roll) % 180 == 90
    return False
