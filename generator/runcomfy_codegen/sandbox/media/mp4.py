"""An MP4 film of plain colours, one a second. Format: ISO/IEC 14496-12 (boxes), 14496-15 (AVC)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from .avc import (
    Geometry,
    key_frame,
    picture_parameters,
    repeated_frame,
    sequence_parameters,
)
from .colour import Colour

FRAMES_PER_SECOND = 24
_TICKS = 24_000  # of the time scale, a second
_TICKS_A_FRAME = _TICKS // FRAMES_PER_SECOND
_UNITY = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)


@dataclass(frozen=True, slots=True)
class _Film:
    size: Geometry
    frames: tuple[bytes, ...]

    @property
    def duration(self) -> int:
        return len(self.frames) * _TICKS_A_FRAME


def mp4(width: int, height: int, seconds: float, hue: float) -> bytes:
    """A film of this size in pixels, rounded up to even, and about this long."""
    size = Geometry(width + width % 2, height + height % 2)
    count = max(1, round(seconds * FRAMES_PER_SECOND))
    film = _Film(size, tuple(_sample(_frame(size, at, hue)) for at in range(count)))
    head = _box(b"ftyp", b"isom", _u32(512), b"isomiso2avc1mp41")
    # The index tells where the frames begin, and its own length does not depend on it.
    begin = len(head) + len(_index(film, 0)) + 8
    return head + _index(film, begin) + _box(b"mdat", *film.frames)


def _frame(size: Geometry, at: int, hue: float) -> bytes:
    second, since = divmod(at, FRAMES_PER_SECOND)
    if since:
        return repeated_frame(size, since)
    return key_frame(size, Colour.of_hue(hue + 0.08 * second), second)


def _sample(unit: bytes) -> bytes:
    return _u32(len(unit)) + unit


def _index(film: _Film, begin: int) -> bytes:
    times = struct.pack(">4I", 0, 0, _TICKS, film.duration)
    speed_and_volume = struct.pack(">IH10x", 0x10000, 0x0100)
    next_track = bytes(24) + _u32(2)
    header = _full(b"mvhd", 0, times + speed_and_volume + _UNITY + next_track)
    return _box(b"moov", header, _track(film, begin))


def _track(film: _Film, begin: int) -> bytes:
    times = struct.pack(">5I", 0, 0, 1, 0, film.duration)
    dimensions = struct.pack(">II", film.size.width << 16, film.size.height << 16)
    return _box(
        b"trak",
        _full(b"tkhd", 3, times + bytes(16) + _UNITY + dimensions),
        _box(b"mdia", *_media(film, begin)),
    )


def _media(film: _Film, begin: int) -> tuple[bytes, ...]:
    undefined_language = 0x55C4
    times = struct.pack(">4IHH", 0, 0, _TICKS, film.duration, undefined_language, 0)
    place = _full(b"dref", 0, _u32(1) + _full(b"url ", 1, b""))
    return (
        _full(b"mdhd", 0, times),
        _full(b"hdlr", 0, _u32(0) + b"vide" + bytes(12) + b"video\x00"),
        _box(
            b"minf",
            _full(b"vmhd", 1, bytes(8)),
            _box(b"dinf", place),
            _samples(film, begin),
        ),
    )


def _samples(film: _Film, begin: int) -> bytes:
    count = len(film.frames)
    keys = range(1, count + 1, FRAMES_PER_SECOND)
    sizes = struct.pack(f">{count}I", *(len(frame) for frame in film.frames))
    return _box(
        b"stbl",
        _full(b"stsd", 0, _u32(1) + _description(film.size)),
        _full(b"stts", 0, struct.pack(">3I", 1, count, _TICKS_A_FRAME)),
        _full(b"stss", 0, _u32(len(keys)) + b"".join(_u32(key) for key in keys)),
        _full(b"stsc", 0, struct.pack(">4I", 1, 1, count, 1)),
        _full(b"stsz", 0, struct.pack(">II", 0, count) + sizes),
        _full(b"stco", 0, struct.pack(">II", 1, begin)),
    )


def _description(size: Geometry) -> bytes:
    sequence, picture = sequence_parameters(size), picture_parameters()
    decoder = (
        b"\x01"
        + sequence[1:4]
        + b"\xff\xe1"
        + struct.pack(">H", len(sequence))
        + sequence
    )
    decoder += b"\x01" + struct.pack(">H", len(picture)) + picture
    entry = struct.pack(">6xH16xHH", 1, size.width, size.height)
    entry += struct.pack(">III", 0x480000, 0x480000, 0) + struct.pack(
        ">H32xHh", 1, 24, -1
    )
    return _box(b"avc1", entry, _box(b"avcC", decoder))


def _u32(value: int) -> bytes:
    return struct.pack(">I", value)


def _box(name: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return _u32(8 + len(body)) + name + body


def _full(name: bytes, flags: int, body: bytes) -> bytes:
    return _box(name, _u32(flags), body)
