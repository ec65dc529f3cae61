"""Matroska and WebM: RFC 9559, sections 5.1.2 (Info), 5.1.3 (Cluster), 5.1.4 (Tracks)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from ..ebml import Element, floating, parse_children, read_element, unsigned
from ..errors import MediaError, MediaShort, MediaUnsupported
from ..fault import MediaFault
from ..info import Extent, MediaInfo, Span
from ..parser import Parse, Source

_DOC_TYPE, _SEGMENT, _CLUSTER = 0x4282, 0x18538067, 0x1F43B675
_INFO, _SCALE, _DURATION = 0x1549A966, 0x2AD7B1, 0x4489
_TRACKS, _TRACK, _TYPE, _FRAME_TIME = 0x1654AE6B, 0xAE, 0x83, 0x23E383
_VIDEO, _WIDTH, _HEIGHT = 0xE0, 0xB0, 0xBA
_SHOWN_WIDTH, _SHOWN_HEIGHT, _SHOWN_UNIT = 0x54B0, 0x54BA, 0x54B2
_PROJECTION, _ROLL = 0x7670, 0x7675
_CROPS = (0x54CC, 0x54DD, 0x54BB, 0x54AA)  # left, right, top, bottom
_TIME, _GROUP, _BLOCK, _SIMPLE_BLOCK, _BLOCK_TIME = 0xE7, 0xA0, 0xA1, 0xA3, 0x9B
_IS_VIDEO, _IS_AUDIO = 1, 2
_MOST_ELEMENTS = 10_000
_MOST_BLOCKS = 200_000
_MOST_HEADER = 1 << 18


@dataclass(slots=True)
class _Found:
    """What the elements of the segment told so far."""

    name: str = "mkv"
    scale: int = 1_000_000  # nanoseconds a tick
    ticks: float | None = None
    tracks: tuple[_Track, ...] | None = None
    clusters: int | None = None

    @property
    def seconds(self) -> Fraction | None:
        """The declared duration; None unless it is finite and positive."""
        if self.ticks is None or not math.isfinite(self.ticks) or self.ticks <= 0:
            return None
        return Fraction(self.ticks) * self.scale / 1_000_000_000


@dataclass(frozen=True, slots=True)
class _Track:
    kind: int
    coded: Extent
    shown: Extent
    frame_time: int  # nanoseconds, 0 if it is not told


def parse_matroska(source: Source) -> Parse[MediaInfo]:
    """Read Info and Tracks; scan the clusters only for a duration that is not declared."""
    found = _Found()
    segment = yield from _segment(found)
    yield from _headers(found, segment.body, source)
    if found.tracks is None and found.clusters is None:
        raise MediaShort("Matroska: the content ends before its tracks")
    if found.tracks is None:
        raise MediaError("Matroska: media data before any track is described")
    timing = None if found.seconds is None else Span.of(found.seconds)
    if timing is None and found.clusters is not None and source.thorough:
        timing = yield from _scan(found, found.clusters, source)
    return _result(found, timing, source)


def _segment(found: _Found) -> Parse[Element]:
    """The element that holds everything, after the header that says which format it is."""
    header = yield from read_element(0)
    if header.end is None:
        raise MediaError("EBML: the header has no length")
    body = yield from _content(header)
    names = [part for part in parse_children(body) if part.identity == _DOC_TYPE]
    if any(body[name.body : name.end] == b"webm" for name in names):
        found.name = "webm"
    segment = yield from read_element(header.end)
    if segment.identity != _SEGMENT:
        raise MediaError(f"Matroska: no segment at byte {header.end}")
    return segment


def _headers(found: _Found, at: int, source: Source) -> Parse[None]:
    for _ in range(_MOST_ELEMENTS):
        known = found.tracks is not None and found.seconds is not None
        if known or not source.holds(at):
            return
        element = yield from read_element(at)
        if element.identity == _CLUSTER:
            found.clusters = at
            return
        if element.end is None:
            raise MediaError(f"Matroska: the element at byte {at} has no length")
        if element.identity == _INFO:
            _read_info(found, (yield from _content(element)))
        elif element.identity == _TRACKS:
            found.tracks = _read_tracks((yield from _content(element)))
        at = element.end
    raise MediaError(f"Matroska: no media data after {_MOST_ELEMENTS} elements")


def _content(element: Element) -> Parse[bytes]:
    assert element.end is not None
    length = element.end - element.body
    if length > _MOST_HEADER:
        raise MediaShort(
            f"Matroska: {length} bytes of headers at byte {element.body}",
            MediaFault.TOO_COSTLY,
        )
    return (yield element.body, length, length) if length else b""


def _read_info(found: _Found, body: bytes) -> None:
    for element in parse_children(body):
        if element.identity == _SCALE:
            found.scale = unsigned(body, element) or found.scale
        elif element.identity == _DURATION:
            found.ticks = floating(body, element)


def _read_tracks(body: bytes) -> tuple[_Track, ...]:
    return tuple(
        _read_track(body, element)
        for element in parse_children(body)
        if element.identity == _TRACK
    )


def _read_track(body: bytes, entry: Element) -> _Track:
    kind = frame_time = 0
    coded = shown = (0, 0)
    for element in parse_children(body, entry.body, entry.end):
        if element.identity == _TYPE:
            kind = unsigned(body, element)
        elif element.identity == _FRAME_TIME:
            frame_time = unsigned(body, element)
        elif element.identity == _VIDEO:
            coded, shown = _read_video(body, element)
    return _Track(kind, coded, shown, frame_time)


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


def _scan(found: _Found, at: int, source: Source) -> Parse[Span | None]:
    """The time from the first block to the end of the last; None if that is too far away."""
    first = last = None
    cluster = longest = 0
    try:
        for _ in range(_MOST_BLOCKS):
            if not source.holds(at):
                break
            element = yield from read_element(at)
            if element.identity in (_CLUSTER, _GROUP):
                at = element.body
                continue
            if element.end is None:
                return None
            if element.identity == _TIME:
                cluster = yield from _number(element)
            elif element.identity == _BLOCK_TIME:
                longest = max(longest, (yield from _number(element)))
            elif element.identity in (_SIMPLE_BLOCK, _BLOCK):
                time = cluster + (yield from _relative_time(element))
                first = time if first is None else min(first, time)
                last = time if last is None else max(last, time)
            at = element.end
    except MediaShort as short:
        if short.fault is not MediaFault.TRUNCATED:
            return None
    return (
        None if first is None or last is None else _spanned(found, first, last, longest)
    )


def _spanned(found: _Found, first: int, last: int, longest: int) -> Span:
    tick = Fraction(found.scale, 1_000_000_000)
    frame_times = [track.frame_time for track in found.tracks or ()]
    frame = max(
        [longest * tick, *(Fraction(time, 1_000_000_000) for time in frame_times)]
    )
    frame = frame or Fraction(1, 25)  # blocks say when they begin, not when they end
    seconds = (last - first) * tick + frame
    return Span.of(seconds, seconds - frame, last * tick + 2 * frame)


def _number(element: Element) -> Parse[int]:
    assert element.end is not None
    length = min(element.end - element.body, 8)
    return int.from_bytes((yield element.body, length, length), "big") if length else 0


def _relative_time(block: Element) -> Parse[int]:
    """The signed time of a block against its cluster, after the number of its track."""
    head = yield block.body, 11, 4
    width = 9 - head[0].bit_length()
    return int.from_bytes(head[width : width + 2], "big", signed=True)


def _result(found: _Found, timing: Span | None, source: Source) -> MediaInfo:
    tracks = found.tracks or ()
    video = next((t for t in tracks if t.kind == _IS_VIDEO and all(t.coded)), None)
    evidence = ("Info and Tracks of the segment",)
    if video is None:
        if not any(track.kind == _IS_AUDIO for track in tracks):
            raise MediaUnsupported(
                f"this {found.name} file has neither picture nor sound"
            )
        return MediaInfo(
            kind="audio",
            format=found.name,
            size=source.size,
            timing=timing,
            evidence=evidence,
        )
    if not all(0 < side < 1 << 31 for side in (*video.coded, *video.shown)):
        raise MediaError(
            "Matroska: the video track says {}×{} pixels".format(*video.shown)
        )
    rate = Fraction(1_000_000_000, video.frame_time) if video.frame_time else None
    return MediaInfo(
        kind="video",
        format=found.name,
        size=source.size,
        shown=video.shown,
        coded=video.coded,
        timing=timing,
        # the default duration is rounded to whole nanoseconds
        rate=None if rate is None else Span.of(rate.limit_denominator(100_000), rate),
        evidence=evidence,
    )
