"""MP3: ISO/IEC 11172-3 (frame header), ID3v2.4 section 3, the Xing, LAME and VBRI headers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from struct import unpack_from

from ..errors import MediaFault, MediaShort
from ..info import Measurement, MediaInfo
from ..parser import Parse, Source, Window
from .flac import parse_flac

_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_KBITS_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KBITS_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_SYNC = re.compile(rb"\xff[\xe2\xe3\xf2\xf3\xfa\xfb]")  # of Layer III, any version
_SEARCH = 256 << 10  # how much junk or padding before the first frame is skipped
_MOST_TRIED = 2000
_MOST_TAGS = 8
_MOST_FRAMES = 200_000  # more than an hour
_MOST_SCANNED = 48 << 20


@dataclass(frozen=True, slots=True)
class Frame:
    """The facts in a frame header. ``length`` is in bytes, including the header."""

    version: int
    rate: int
    kbits: int
    length: int
    samples: int
    side: int

    def follows(self, other: Frame) -> bool:
        """Whether both can be of one stream."""
        return self.version == other.version and self.rate == other.rate


def parse_frame(head: bytes, at: int = 0) -> Frame | None:
    """The Layer III frame header at ``at``; None if there is no frame."""
    if len(head) < at + 4 or head[at] != 0xFF or head[at + 1] & 0xE6 != 0xE2:
        return None
    version, bits, rate_code = (
        head[at + 1] >> 3 & 3,
        head[at + 2] >> 4,
        head[at + 2] >> 2 & 3,
    )
    if version not in _RATES or rate_code == 3 or bits in (0, 15):
        return None
    newest = version == 3
    rate = _RATES[version][rate_code]
    kbits = (_KBITS_1 if newest else _KBITS_2)[bits]
    samples = 1152 if newest else 576
    length = samples // 8 * kbits * 1000 // rate + (head[at + 2] >> 1 & 1)
    mono = head[at + 3] >> 6 == 3
    side = (17 if mono else 32) if newest else (9 if mono else 17)
    return Frame(version, rate, kbits, length, samples, side)


def parse_mp3(source: Source) -> Parse[MediaInfo]:
    """Skip tags, then read the length from the Xing or VBRI header, or else count or estimate."""
    at = yield from _skip_tags(source)
    head = yield at, 4, 4
    if head == b"fLaC":
        return (yield from parse_flac(source, at))
    at, frame = yield from _first_frame(at)
    timing, where = yield from _timing(source, at, frame)
    return MediaInfo(
        kind="audio", format="mp3", size=source.size, timing=timing, evidence=(where,)
    )


def _skip_tags(source: Source) -> Parse[int]:
    """The offset after every ID3v2 tag at the beginning."""
    at = 0
    for _ in range(_MOST_TAGS):
        head = yield at, 10, 4
        if head[:3] != b"ID3" or len(head) < 10:
            break
        size = 0
        for byte in head[6:10]:
            size = size << 7 | byte & 0x7F
        at += 10 + size + (10 if head[5] & 0x10 else 0)
    return at


def _first_frame(at: int) -> Parse[tuple[int, Frame]]:
    """The first frame that another frame follows. Bytes before it are skipped."""
    frame, window = parse_frame((yield at, 4, 4)), Window()
    if frame is not None and (yield from _continues(at, frame, window)):
        return at, frame
    offset, tried = at + 1, 0
    while offset < at + _SEARCH and tried < _MOST_TRIED:
        if not window.holds(offset, 4):
            yield from window.load(offset, 4)
        match = _SYNC.search(window.data, window.index(offset))
        offset = window.end - 1 if match is None else window.start + match.start()
        if match is None or not window.holds(offset, 4):
            continue
        frame = parse_frame(window.data, match.start())
        if frame is not None:
            if (yield from _continues(offset, frame, window)):
                return offset, frame
            tried += 1
        offset += 1
    raise MediaShort(
        f"MP3: no frame from byte {at} to byte {offset}", MediaFault.TOO_COSTLY
    )


def _continues(at: int, frame: Frame, window: Window) -> Parse[bool]:
    """Whether a frame of the same stream comes after this one, or the content ends there."""
    offset = at + frame.length
    if window.holds(offset, 4):
        start = window.index(offset)
        after = window.data[start : start + 4]
    else:
        after = yield offset, 4, 0
    following = parse_frame(after)
    if following is None:
        return len(after) < 4 or after[:3] == b"TAG" or after == b"APET"
    return following.follows(frame)


def _timing(
    source: Source, at: int, frame: Frame
) -> Parse[tuple[Measurement | None, str]]:
    body = yield at, 4 + frame.side + 180, 4
    audio = None if source.size is None else source.size - at
    declared = _declared(body, frame, audio)
    if declared is not None:
        return declared, f"frame count in the header at byte {at}"
    if source.thorough and audio is not None and audio <= _MOST_SCANNED:
        counted = yield from _count(at, frame)
        if counted is not None:
            return counted, f"every frame from byte {at} on was counted"
    return _estimate(frame, audio), f"estimated from the frame at byte {at}"


def _declared(body: bytes, frame: Frame, audio: int | None) -> Measurement | None:
    """The length by a Xing, Info or VBRI header, unless it describes another file."""
    at = 4 + frame.side
    samples, length, trimmed = 0, 0, 0
    if body[at : at + 4] in (b"Xing", b"Info") and len(body) >= at + 16:
        flags, offset = int(unpack_from(">I", body, at + 4)[0]), at + 8
        if not flags & 1:
            return None
        samples = int(unpack_from(">I", body, offset)[0]) * frame.samples
        length = int(unpack_from(">I", body, offset + 4)[0]) if flags & 2 else 0
        offset += (
            4
            + (4 if flags & 2 else 0)
            + (100 if flags & 4 else 0)
            + (4 if flags & 8 else 0)
        )
        trimmed = _trimmed(body, offset)
    elif body[36:40] == b"VBRI" and len(body) >= 54:
        length, count = unpack_from(">II", body, 46)
        samples = count * frame.samples
    if not samples or (
        length and audio is not None and abs(length - audio) * 10 > audio
    ):
        return None
    played = samples - trimmed if trimmed < samples else samples
    readings = (played, samples, samples + frame.samples)
    return Measurement.of(*(Fraction(count, frame.rate) for count in readings))


def _trimmed(body: bytes, at: int) -> int:
    """Samples that the encoder added before and after the sound (LAME's extension)."""
    if len(body) < at + 24 or body[at : at + 4] not in (b"LAME", b"Lavc", b"Lavf"):
        return 0
    packed = int.from_bytes(body[at + 21 : at + 24], "big")
    return (packed >> 12) + (packed & 0xFFF)


def _count(at: int, frame: Frame) -> Parse[Measurement | None]:
    """Count frames up to the end; None if the frames are not contiguous."""
    window, count = Window(), 0
    try:
        for _ in range(_MOST_FRAMES):
            if not window.holds(at, 4):
                yield from window.load(at, 4)
            following = parse_frame(window.data, window.index(at))
            if following is None or not following.follows(frame):
                break
            count += 1
            at += following.length
    except MediaShort as short:
        if short.fault is not MediaFault.TRUNCATED:
            return None
    else:
        tail = yield at, 4, 0
        if tail[:3] not in (b"TAG", b"APE", b"LYR") and tail.strip(b"\0"):
            return None
    seconds = Fraction(count * frame.samples, frame.rate)
    # decoders differ in dropping the encoder's delay of up to two frames
    return Measurement.of(seconds, seconds - Fraction(2 * frame.samples, frame.rate))


def _estimate(frame: Frame, audio: int | None) -> Measurement | None:
    """The length at the first frame's bit rate, within the bounds for any bit rate."""
    if not audio or audio < 0:
        return None
    rates = _KBITS_1 if frame.version == 3 else _KBITS_2
    bits = 8 * audio
    return Measurement.of(
        *(Fraction(bits, kbits * 1000) for kbits in (frame.kbits, rates[1], rates[-1]))
    )
