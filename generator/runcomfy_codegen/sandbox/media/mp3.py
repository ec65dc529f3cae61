"""An MP3 of silence (ISO/IEC 13818-3, Layer III at 16 kHz): frames that hold nothing."""

from __future__ import annotations

_RATE = 16_000  # samples a second
_SAMPLES = 576  # of a frame
_FEWEST = 9  # frames: players want some of them before they believe it
# Header: MPEG-2, Layer III, no checksum, 8 kbit/s, 16 kHz, one channel. The side information
# after it is zero, which says that there is nothing to decode.
_FRAME = b"\xff\xf3\x18\xc4" + bytes(32)


def mp3(seconds: float) -> bytes:
    """Silence for about this long, in steps of 36 milliseconds; a third of a second at least."""
    return _FRAME * max(_FEWEST, round(seconds * _RATE / _SAMPLES))
