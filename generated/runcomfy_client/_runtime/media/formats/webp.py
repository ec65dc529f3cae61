"""WebP: RFC 9649, section 2 (container) and RFC 6386, section 9.1 (VP8 frame header)."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from struct import unpack_from

from ..errors import MediaError, MediaFault, MediaShort
from ..info import Measurement, MediaInfo
from ..parser import Parse, Source
from .tiff import UPRIGHT, exif_orientation

_MOST_CHUNKS = 4096
_ANIMATED, _HAS_EXIF = 0x02, 0x08


def parse_webp(source: Source) -> Parse[MediaInfo]:
    """Read the first chunk; walk the others only if it says that they hold frames or Exif."""
    head = source.head[12:30]
    if len(head) < 18:
        head = yield 12, 18, 18
    name = head[:4]
    if name == b"VP8X":
        return (yield from _extended(source, head))
    if name == b"VP8 ":
        return _plain(source, _lossy(head), "VP8 frame header at byte 20")
    if name == b"VP8L":
        return _plain(source, _lossless(head), "VP8L header at byte 20")
    raise MediaError("WebP: the first chunk is not VP8, VP8L or VP8X")


def _lossy(head: bytes) -> tuple[int, int]:
    if head[8] & 1 or head[11:14] != b"\x9d\x01\x2a":
        raise MediaError("WebP: the VP8 data do not begin with a key frame")
    width, height = unpack_from("<HH", head, 14)
    return width & 0x3FFF, height & 0x3FFF


def _lossless(head: bytes) -> tuple[int, int]:
    if head[8] != 0x2F:
        raise MediaError("WebP: the VP8L signature is missing")
    bits = int(unpack_from("<I", head, 9)[0])
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1


def _plain(source: Source, size: tuple[int, int], where: str) -> MediaInfo:
    width, height = size
    if not width or not height:
        raise MediaError(
            f"WebP: the {where} says {width}×{height} pixels", MediaFault.IMPOSSIBLE
        )
    return MediaInfo.picture("webp", source.size, size, evidence=(where,))


def _extended(source: Source, head: bytes) -> Parse[MediaInfo]:
    flags = head[8]
    width = int.from_bytes(head[12:15], "little") + 1
    height = int.from_bytes(head[15:18], "little") + 1
    if width * height > 0xFFFFFFFF:
        raise MediaError(
            f"WebP: VP8X says {width}×{height} pixels, more than the format allows",
            MediaFault.IMPOSSIBLE,
        )
    walk = _WebpChunks(flags)
    if flags & _HAS_EXIF or (flags & _ANIMATED and source.thorough):
        yield from walk.chunks(30, source)
    where, turned = "VP8X at byte 12", f"Exif orientation {walk.orientation}"
    return MediaInfo.picture(
        "webp",
        source.size,
        (width, height),
        orientation=walk.orientation,
        frames=walk.frames,
        timing=walk.timing,
        evidence=(where, turned) if walk.oriented else (where,),
    )


class _WebpChunks:
    """The chunks after VP8X: frames with their delays, and Exif, which comes last."""

    __slots__ = ("_delays", "animated", "frames", "orientation", "oriented", "timing")

    def __init__(self, flags: int) -> None:
        self.animated = bool(flags & _ANIMATED)
        self.frames: int | None = None if self.animated else 1
        self.timing: Measurement | None = None
        self.orientation = UPRIGHT
        self.oriented = False
        self._delays: list[int] = []

    def chunks(self, at: int, source: Source) -> Parse[None]:
        """Skip to the end. A truncated file keeps what its header stated."""
        with suppress(MediaShort):
            for _ in range(_MOST_CHUNKS):
                if not source.holds(at + 7):
                    self._finish(cut=not source.holds(at - 2))
                    return
                head = yield at, 24, 8
                yield from self._chunk(at, head)
                length = int(unpack_from("<I", head, 4)[0])
                at += 8 + length + (length & 1)

    def _finish(self, cut: bool) -> None:
        """At the end of the file: add up the frames, if the last one is whole."""
        if self.animated and not cut:
            self.frames = len(self._delays)
            self.timing = Measurement.of(Fraction(sum(self._delays), 1000))

    def _chunk(self, at: int, head: bytes) -> Parse[None]:
        name = head[:4]
        if name == b"ANMF" and len(head) == 24:
            self._delays.append(int.from_bytes(head[20:23], "little"))
        elif name == b"EXIF" and not self.oriented:
            end = at + 8 + int(unpack_from("<I", head, 4)[0])
            self.oriented = True
            # some writers keep the marker that belongs to JPEG in front
            base = at + 14 if head[8:14] == b"Exif\0\0" else at + 8
            self.orientation = yield from exif_orientation(base, end)
