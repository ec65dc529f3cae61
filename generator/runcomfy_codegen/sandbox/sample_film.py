"""A sample film of the size and length that a request chose: H.264 in MP4, a colour a second.

Every player reads it, and no library that pip brings writes it for less than 36 MB (see
ARCHITECTURE.md, section "Decisions"). So it is written here in the simplest form that the
standards allow, Baseline profile: the first macroblock of a key frame carries the colour as
plain samples, and every other one is "like its neighbours, no difference", which is one byte.
A frame that repeats the one before is a single run of skipped macroblocks.

Formats: ITU-T H.264; ISO/IEC 14496-12 (boxes), 14496-15 (AVC in boxes).
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

from .sample_media import clear_colour

FRAMES_PER_SECOND = 24
_TICKS = 24_000  # of the time scale, a second
_TICKS_A_FRAME = _TICKS // FRAMES_PER_SECOND
_UNITY = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)

_SPS, _PPS, _IDR, _REPEAT = 7, 8, 5, 1  # nal_unit_type
_PLAIN_SAMPLES = 25  # mb_type I_PCM, table 7-11
# mb_type I_16x16_2_0_0 (mean of the neighbours), chroma the same, no change of QP
_LIKE_NEIGHBOURS = "00100" + "1" + "1"
# coeff_token "none", table 9-5: next to plain samples, which count as 16, and elsewhere
_NEXT_TO_PLAIN, _LIKE = _LIKE_NEIGHBOURS + "000011", _LIKE_NEIGHBOURS + "1"
# Table A-1: level and the most macroblocks of its frames
_LEVELS = ((30, 1620), (31, 3600), (40, 8192), (51, 36864), (62, 139264))
_EMULATION = re.compile(rb"\x00\x00(?=[\x00-\x03])")


@dataclass(frozen=True, slots=True)
class FrameSize:
    """A frame size in pixels, even numbers, and what it is in macroblocks of 16 by 16."""

    width: int
    height: int

    @property
    def columns(self) -> int:
        """Macroblocks in a row."""
        return -(-self.width // 16)

    @property
    def rows(self) -> int:
        """Rows of macroblocks."""
        return -(-self.height // 16)

    @property
    def level(self) -> int:
        """``level_idc``: the lowest level that allows this size."""
        blocks = self.columns * self.rows
        return next(
            (level for level, most in _LEVELS if blocks <= most), _LEVELS[-1][0]
        )


@dataclass(frozen=True, slots=True)
class _Film:
    size: FrameSize
    frames: tuple[bytes, ...]

    @property
    def duration(self) -> int:
        return len(self.frames) * _TICKS_A_FRAME


def mp4(width: int, height: int, seconds: float, hue: float) -> bytes:
    """A film of this size in pixels, rounded up to even, and about this long."""
    size = FrameSize(width + width % 2, height + height % 2)
    count = max(1, round(seconds * FRAMES_PER_SECOND))
    film = _Film(size, tuple(_frame(size, at, hue) for at in range(count)))
    head = _box(b"ftyp", b"isom", _u32(512), b"isomiso2avc1mp41")
    # The index says where the frames begin, and its own length does not depend on it.
    begin = len(head) + len(_index(film, 0)) + 8
    return head + _index(film, begin) + _box(b"mdat", *film.frames)


def _frame(size: FrameSize, at: int, hue: float) -> bytes:
    second, since = divmod(at, FRAMES_PER_SECOND)
    if since:
        unit = repeated_frame(size, since)
    else:
        colour = clear_colour(hue + 0.08 * second)
        unit = key_frame(size, _video_range(*colour), second)
    return _u32(len(unit)) + unit


# The H.264 stream, as text of zeros and ones.


def unsigned(*values: int) -> str:
    """Unsigned Exp-Golomb codes (section 9.1)."""
    codes = (f"{value + 1:b}" for value in values)
    return "".join("0" * (len(code) - 1) + code for code in codes)


def nal_unit(reference: int, kind: int, bits: str) -> bytes:
    """A NAL unit (section 7.3.1): header, payload with a stop bit, emulation prevention."""
    bits += "1"
    bits += "0" * (-len(bits) % 8)
    payload = int(bits, 2).to_bytes(len(bits) // 8, "big")
    return bytes((reference << 5 | kind,)) + _EMULATION.sub(b"\x00\x00\x03", payload)


def sequence_parameters(size: FrameSize) -> bytes:
    """The sequence parameter set (section 7.3.2.1.1)."""
    right, bottom = size.columns * 16 - size.width, size.rows * 16 - size.height
    return nal_unit(
        3,
        _SPS,
        f"{66:08b}{0xC0:08b}{size.level:08b}"
        # id, frame_num in 4 bits, output in decoding order, one reference frame, no gaps
        + unsigned(0, 0, 2, 1)
        + "0"
        + unsigned(size.columns - 1, size.rows - 1)
        + "11"  # whole frames, direct_8x8
        + "1"
        + unsigned(0, right // 2, 0, bottom // 2)  # cropping
        + "0",
    )


def picture_parameters() -> bytes:
    """The picture parameter set (section 7.3.2.2)."""
    # ids; CAVLC; one slice group, one reference frame; no weights; no QP offsets
    bits = unsigned(0, 0) + "00" + unsigned(0, 0, 0) + "000" + unsigned(0, 0, 0) + "100"
    return nal_unit(3, _PPS, bits)


def key_frame(size: FrameSize, ycbcr: tuple[int, int, int], number: int) -> bytes:
    """A picture of one colour that needs no other; ``number`` counts the key frames."""
    bits = unsigned(0, 7, 0) + "0000" + unsigned(number % 2) + "00" + unsigned(0, 1)
    bits += unsigned(_PLAIN_SAMPLES)
    bits += "0" * (-len(bits) % 8)
    luma, cb, cr = ycbcr
    bits += f"{luma:08b}" * 256 + f"{cb:08b}" * 64 + f"{cr:08b}" * 64
    others = [_LIKE] * (size.columns * size.rows - 1)
    # Only the neighbours right of and below the plain one see it.
    if size.columns > 1:
        others[0] = _NEXT_TO_PLAIN
    if size.rows > 1:
        others[size.columns - 1] = _NEXT_TO_PLAIN
    return nal_unit(3, _IDR, bits + "".join(others))


def repeated_frame(size: FrameSize, number: int) -> bytes:
    """The picture before, once more; ``number`` counts the frames since the key frame."""
    bits = unsigned(0, 5, 0) + f"{number % 16:04b}" + "000" + unsigned(0, 1)
    return nal_unit(2, _REPEAT, bits + unsigned(size.columns * size.rows))


def _video_range(red: int, green: int, blue: int) -> tuple[int, int, int]:
    """Luma and chroma of ITU-R BT.601 in video range, as H.264 takes them by default."""
    luma = (0.299 * red + 0.587 * green + 0.114 * blue) / 255
    cb, cr = (blue / 255 - luma) / 1.772, (red / 255 - luma) / 1.402
    return round(16 + 219 * luma), round(128 + 224 * cb), round(128 + 224 * cr)


# The MP4 boxes around it.
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


def _description(size: FrameSize) -> bytes:
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
