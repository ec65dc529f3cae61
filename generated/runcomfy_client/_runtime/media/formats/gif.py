"""GIF: GIF89a specification, sections 18 (screen), 20 (image), 23 (graphic control)."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from struct import unpack_from

from ..errors import MediaError, MediaFault, MediaShort
from ..info import Dimensions, Measurement, MediaInfo
from ..parser import Parse, Source, Window

_MOST_BLOCKS = 200_000
_MOST_PARTS = 2_000_000  # sub-blocks, of all frames together
_EXTENSION, _IMAGE, _TRAILER = 0x21, 0x2C, 0x3B
_GRAPHIC_CONTROL = 0xF9


class _GifFacts:
    """What the blocks stated so far."""

    __slots__ = ("complete", "corner", "delays", "first", "frames", "parts")

    def __init__(self) -> None:
        self.first: Dimensions | None = None
        self.corner: Dimensions = 0, 0  # of the first frame: as far as it reaches
        self.frames = 0
        self.delays = 0  # hundredths of a second
        self.complete = False
        self.parts = 0


def parse_gif(source: Source) -> Parse[MediaInfo]:
    """Read the screen size; count frames and add their delays if the source is thorough."""
    head = source.head
    if len(head) < 13:
        head = yield 0, 13, 13
    width, height, flags = unpack_from("<HHB", head, 6)
    facts = _GifFacts()
    if source.thorough or not (width and height):
        start = 13 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)
        with suppress(MediaShort):  # a cut file still has its screen size
            yield from _blocks(facts, start, all_frames=source.thorough)
    shown = (width, height) if width and height else facts.first
    if shown is None or not (shown[0] and shown[1]):
        raise MediaError(
            f"GIF: the screen is {width}×{height} pixels, and no frame has a size",
            MediaFault.IMPOSSIBLE if facts.first else MediaFault.MALFORMED,
        )
    return _result(facts, source, shown, (width, height))


def _blocks(facts: _GifFacts, at: int, *, all_frames: bool) -> Parse[None]:
    window, clean = Window(), True
    for _ in range(_MOST_BLOCKS):
        if not window.holds(at, 10):
            yield from window.load(at, 1)
        place = window.index(at)
        block = window.data[place : place + 10]
        if block[0] == _TRAILER:
            facts.complete = clean
            return
        if block[0] == _IMAGE and len(block) == 10:
            at = _image(facts, at, block)
            if not all_frames:
                return
        elif block[0] == _EXTENSION and len(block) >= 2:
            if block[1] == _GRAPHIC_CONTROL and len(block) >= 6:
                facts.delays += int(unpack_from("<H", block, 4)[0])
            at += 2
        else:  # junk, which decoders pass over
            clean, at = False, at + 1
            continue
        at = yield from _skip_data(facts, window, at)


def _image(facts: _GifFacts, at: int, block: bytes) -> int:
    """Record a frame. Returns the offset of its data."""
    left, top, width, height, flags = unpack_from("<HHHHB", block, 1)
    facts.frames += 1
    if facts.first is None:
        facts.first, facts.corner = (width, height), (left + width, top + height)
    return at + 10 + (3 << (flags & 7) + 1 if flags & 0x80 else 0) + 1


def _skip_data(facts: _GifFacts, window: Window, at: int) -> Parse[int]:
    """Skip sub-blocks up to their terminator. Returns the offset after it."""
    while True:
        if facts.parts > _MOST_PARTS:
            raise MediaShort("GIF: too many sub-blocks", MediaFault.TOO_COSTLY)
        if not window.holds(at, 1):
            yield from window.load(at, 1)
        data, start, end = window.data, window.start, window.end
        while at < end:
            length = data[at - start]
            at += 1 + length
            facts.parts += 1
            if not length:
                return at


def _timing(facts: _GifFacts) -> Measurement | None:
    """The duration of an animation; None for a still picture, or a file that was not walked."""
    if not facts.complete or facts.frames < 2:
        return None
    seconds = Fraction(facts.delays, 100)
    if seconds * 50 >= facts.frames:
        return Measurement.of(seconds)
    # browsers stretch delays below 20 ms to 100 ms
    return Measurement.of(seconds, max(seconds, Fraction(facts.frames, 10)))


def _result(
    facts: _GifFacts, source: Source, shown: Dimensions, screen: Dimensions
) -> MediaInfo:
    # some readers enlarge a screen that is empty or smaller than its first frame
    grown = max(screen[0], facts.corner[0]), max(screen[1], facts.corner[1])
    return MediaInfo(
        kind="image",
        format="gif",
        size=source.size,
        shown=shown,
        coded=screen,
        other_extents=() if grown == shown else (grown,),
        frames=facts.frames if facts.complete else None,
        timing=_timing(facts),
        evidence=("screen descriptor at byte 6",),
    )
