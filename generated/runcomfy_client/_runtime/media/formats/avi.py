"""AVI: Microsoft AVI RIFF File Reference (avih, strh, strf), and OpenDML 1.02 (dmlh)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from struct import unpack_from

from ..errors import MediaError, MediaFault, MediaShort
from ..info import Dimensions, Measurement, MediaInfo
from ..parser import Parse, Source

_MOST_CHUNKS = 2000
_LISTS_WITH_HEADERS = frozenset({b"hdrl", b"strl", b"odml"})


@dataclass(slots=True)
class _AviFacts:
    extent: Dimensions = (0, 0)
    header_size: Dimensions = (0, 0)
    frame_time: int = 0  # microseconds
    all_frames: int = 0
    video: tuple[Fraction, int] | None = None  # frames a second, frames
    audio: Fraction | None = None  # seconds
    stream: bytes = b""


def parse_avi(source: Source) -> Parse[MediaInfo]:
    """Walk the header lists; the interleaved data after them are not read."""
    facts = _AviFacts()
    yield from _headers(facts)
    width, height = facts.extent if all(facts.extent) else facts.header_size
    if not width or not height:
        if facts.video is None and facts.audio is not None:
            return _sound(facts, source)
        raise MediaError(f"AVI: the header says {width}×{height} pixels")
    timing, rate, frames = _timing(facts)
    return MediaInfo(
        kind="video",
        format="avi",
        size=source.size,
        shown=(width, height),
        coded=(width, height),
        other_extents=(facts.header_size,) if all(facts.header_size) else (),
        frames=frames,
        timing=timing,
        rate=rate,
        evidence=(
            "stream header (strf)" if all(facts.extent) else "main header (avih)",
        ),
    )


def _sound(facts: _AviFacts, source: Source) -> MediaInfo:
    assert facts.audio is not None
    return MediaInfo(
        kind="audio",
        format="avi",
        size=source.size,
        timing=Measurement.of(facts.audio),
        evidence=(),
    )


def _headers(facts: _AviFacts) -> Parse[None]:
    """Chunks up to the list with the data. Header lists are entered, all others skipped."""
    at = 12
    for _ in range(_MOST_CHUNKS):
        try:
            head = yield at, 12, 8
        except MediaShort:
            if facts.video is not None:
                return
            raise
        name, size = head[:4], int(unpack_from("<I", head, 4)[0])
        if name == b"LIST" and head[8:12] in _LISTS_WITH_HEADERS:
            at += 12
            continue
        if (name == b"LIST" and head[8:12] == b"movi") or name == b"idx1":
            return
        if size:
            yield from _chunk(facts, name, at + 8, size)
        at += 8 + size + (size & 1)
    raise MediaShort("AVI: no data after the headers", MediaFault.TOO_COSTLY)


def _chunk(facts: _AviFacts, name: bytes, at: int, size: int) -> Parse[None]:
    if name == b"avih" and size >= 40:
        body = yield at, 40, 40
        facts.frame_time, facts.all_frames = unpack_from("<I12xI", body)
        facts.header_size = unpack_from("<II", body, 32)
    elif name == b"strh" and size >= 36:
        body = yield at, 36, 36
        facts.stream = body[:4]
        scale, rate, _, length = unpack_from("<IIII", body, 20)
        if facts.stream == b"vids" and facts.video is None and scale and rate:
            facts.video = Fraction(rate, scale), length
        elif (
            facts.stream == b"auds"
            and facts.audio is None
            and scale
            and rate
            and length
        ):
            facts.audio = Fraction(length * scale, rate)
    elif (
        name == b"strf"
        and facts.stream == b"vids"
        and size >= 12
        and not any(facts.extent)
    ):
        width, height = unpack_from("<ii", (yield at, 12, 12), 4)
        facts.extent = (width, abs(height)) if width > 0 else (0, 0)
    elif name == b"dmlh" and size >= 4:
        facts.all_frames = int(unpack_from("<I", (yield at, 4, 4))[0])


def _timing(
    facts: _AviFacts,
) -> tuple[Measurement | None, Measurement | None, int | None]:
    """Duration, frames a second, and frames."""
    rate, frames = facts.video or (Fraction(0), 0)
    frames = max(frames, facts.all_frames)
    if not rate and facts.frame_time:
        rate = Fraction(1_000_000, facts.frame_time)
    if not rate:
        return None, None, frames or None
    seconds = [frames / rate] if frames else []
    seconds += [facts.audio] if facts.audio and seconds else []
    seconds.sort(reverse=True)
    return (
        Measurement.of(*seconds) if seconds else None,
        Measurement.of(rate),
        frames or None,
    )
