"""Matroska and WebM: RFC 9559, sections 5.1.2 (Info), 5.1.3 (Cluster), 5.1.4 (Tracks)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction

from ..errors import MediaError, MediaFault, MediaShort, MediaUnsupported
from ..info import Measurement, MediaInfo
from ..parser import Parse, Source
from .matroska_elements import (
    AUDIO,
    SECOND,
    VIDEO,
    Element,
    MatroskaTrack,
    float_value,
    parse_children,
    read_element,
    read_tag_durations,
    read_tracks,
    unsigned_value,
)

_DOC_TYPE, _SEGMENT, _CLUSTER = 0x4282, 0x18538067, 0x1F43B675
_INFO, _SCALE, _DURATION = 0x1549A966, 0x2AD7B1, 0x4489
_TRACKS, _TAGS = 0x1654AE6B, 0x1254C367
_TIME, _GROUP, _BLOCK, _SIMPLE_BLOCK, _BLOCK_TIME = 0xE7, 0xA0, 0xA1, 0xA3, 0x9B
_MOST_ELEMENTS = 10_000
_EVIDENCE = ("Info and Tracks of the segment",)
_MOST_BLOCKS = 200_000
_MOST_HEADER = 1 << 18


@dataclass(slots=True)
class _MatroskaFacts:
    """What the elements of the segment stated so far."""

    name: str = "mkv"
    scale: int = 1_000_000  # nanoseconds a tick
    ticks: float | None = None
    tracks: tuple[MatroskaTrack, ...] | None = None
    clusters: int | None = None
    lengths: dict[int, Fraction] = field(default_factory=dict[int, Fraction])

    @property
    def seconds(self) -> Fraction | None:
        """The declared duration; None unless it is finite and positive."""
        if self.ticks is None or not math.isfinite(self.ticks) or self.ticks <= 0:
            return None
        return Fraction(self.ticks) * self.scale / SECOND

    @property
    def declared(self) -> Measurement | None:
        """The declared duration, with its possible error.

        Writers count from 0 or from the first block, to the start or to the end of the last
        block. Sound is padded at both ends.
        """
        seconds = self.seconds
        if seconds is None:
            return None
        tracks = self.tracks or ()
        padded = max((track.padded for track in tracks), default=Fraction(0))
        frame = max((track.frame for track in tracks), default=Fraction(0))
        lower = max(Fraction(0), self.shortest(seconds) - padded)
        return Measurement(seconds, lower, seconds + frame)

    @property
    def playing(self) -> tuple[MatroskaTrack, ...]:
        """The tracks that are seen or heard."""
        return tuple(track for track in self.tracks or () if track.plays)

    @property
    def complete(self) -> bool:
        """Whether the length is known, of each track if there are several."""
        if self.tracks is None or self.seconds is None:
            return False
        playing = self.playing
        return len(playing) < 2 or all(track.uid in self.lengths for track in playing)

    def shortest(self, longest: Fraction) -> Fraction:
        """The seconds of the shortest track: the declared length is that of the longest."""
        playing = self.playing
        if len(playing) < 2:
            return longest
        durations = [self.lengths.get(track.uid, Fraction(0)) for track in playing]
        return min(longest, *durations)


def parse_matroska(source: Source) -> Parse[MediaInfo]:
    """Read Info and Tracks; scan the clusters only for a duration that is not declared."""
    facts = _MatroskaFacts()
    segment = yield from _segment(facts)
    try:
        yield from _headers(facts, segment.body, source)
    except MediaError:
        if facts.tracks is None or facts.seconds is None:
            raise
    if facts.tracks is None and facts.clusters is None:
        raise MediaShort("Matroska: the content ends before its tracks")
    if facts.tracks is None:
        raise MediaError("Matroska: media data before any track is described")
    timing = facts.declared
    if timing is None and facts.clusters is not None and source.thorough:
        timing = yield from _scan(facts, facts.clusters, source)
    return _result(facts, timing, source)


def _segment(facts: _MatroskaFacts) -> Parse[Element]:
    """The segment element, after the header that states the format."""
    header = yield from read_element(0)
    if header.end is None:
        raise MediaError("EBML: the header has no length")
    body = yield from _content(header)
    names = [part for part in parse_children(body) if part.identity == _DOC_TYPE]
    if any(body[name.body : name.end] == b"webm" for name in names):
        facts.name = "webm"
    segment = yield from read_element(header.end)
    if segment.identity != _SEGMENT:
        raise MediaError(f"Matroska: no segment at byte {header.end}")
    return segment


def _headers(facts: _MatroskaFacts, at: int, source: Source) -> Parse[None]:
    for _ in range(_MOST_ELEMENTS):
        if facts.complete or not source.holds(at):
            return
        element = yield from read_element(at)
        if element.identity == _CLUSTER:
            facts.clusters = at
            return
        if element.end is None:
            raise MediaError(f"Matroska: the element at byte {at} has no length")
        if element.identity == _INFO:
            _read_info(facts, (yield from _content(element)))
        elif element.identity == _TRACKS:
            facts.tracks = read_tracks((yield from _content(element)))
        elif element.identity == _TAGS:
            facts.lengths = read_tag_durations((yield from _content(element)))
        at = element.end
    raise MediaShort(
        f"Matroska: no media data after {_MOST_ELEMENTS} elements",
        MediaFault.TOO_COSTLY,
    )


def _content(element: Element) -> Parse[bytes]:
    assert element.end is not None
    length = element.end - element.body
    if length > _MOST_HEADER:
        raise MediaShort(
            f"Matroska: {length} bytes of headers at byte {element.body}",
            MediaFault.TOO_COSTLY,
        )
    return (yield element.body, length, length) if length else b""


def _read_info(facts: _MatroskaFacts, body: bytes) -> None:
    for element in parse_children(body):
        if element.identity == _SCALE:
            facts.scale = unsigned_value(body, element) or facts.scale
        elif element.identity == _DURATION:
            facts.ticks = float_value(body, element)


def _scan(facts: _MatroskaFacts, at: int, source: Source) -> Parse[Measurement | None]:
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
        None if first is None or last is None else _spanned(facts, first, last, longest)
    )


def _spanned(facts: _MatroskaFacts, first: int, last: int, longest: int) -> Measurement:
    tick = Fraction(facts.scale, SECOND)
    frame_times = [track.frame_time for track in facts.tracks or ()]
    frame = max([longest * tick, *(Fraction(time, SECOND) for time in frame_times)])
    frame = frame or Fraction(1, 25)  # blocks state when they begin, not when they end
    seconds = (last - first) * tick + frame
    padded = max([frame, *(track.padded for track in facts.tracks or ())])
    lower = max(Fraction(0), facts.shortest(seconds) - frame - padded)
    return Measurement.of(seconds, lower, last * tick + 2 * frame)


def _number(element: Element) -> Parse[int]:
    assert element.end is not None
    length = min(element.end - element.body, 8)
    return int.from_bytes((yield element.body, length, length), "big") if length else 0


def _relative_time(block: Element) -> Parse[int]:
    """The signed time of a block relative to its cluster; it follows the track number."""
    head = yield block.body, 11, 4
    width = 9 - head[0].bit_length()
    return int.from_bytes(head[width : width + 2], "big", signed=True)


def _result(
    facts: _MatroskaFacts, timing: Measurement | None, source: Source
) -> MediaInfo:
    tracks = facts.tracks or ()
    video = next((t for t in tracks if t.kind == VIDEO and all(t.coded)), None)
    if video is not None:
        return _film(facts, video, timing, source)
    if not any(track.kind == AUDIO for track in tracks):
        raise MediaUnsupported(f"this {facts.name} file has neither picture nor sound")
    return MediaInfo(
        kind="audio",
        format=facts.name,
        size=source.size,
        timing=timing,
        evidence=_EVIDENCE,
    )


def _film(
    facts: _MatroskaFacts,
    video: MatroskaTrack,
    timing: Measurement | None,
    source: Source,
) -> MediaInfo:
    if not all(0 < side < 1 << 31 for side in (*video.coded, *video.shown)):
        raise MediaError(
            "Matroska: the video track says {}×{} pixels".format(*video.shown)
        )
    return MediaInfo(
        kind="video",
        format=facts.name,
        size=source.size,
        shown=video.shown,
        coded=video.coded,
        timing=timing,
        rate=_rate(video),
        evidence=_EVIDENCE,
    )


def _rate(video: MatroskaTrack) -> Measurement | None:
    if not video.frame_time:
        return None
    # the default duration is rounded to whole nanoseconds
    rate = Fraction(SECOND, video.frame_time)
    return Measurement.of(rate.limit_denominator(100_000), rate)
