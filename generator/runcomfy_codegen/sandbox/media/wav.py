"""A WAV of one quiet tone. Format: Microsoft RIFF, ``fmt `` and ``data`` chunks, 16-bit PCM."""

from __future__ import annotations

import math
import struct

RATE = 8000
"""Samples a second."""
_LOUDNESS = 6000


def wav(seconds: float, pitch: int) -> bytes:
    """A tone of ``pitch`` whole hertz for this long, mono."""
    second = b"".join(
        struct.pack("<h", round(_LOUDNESS * math.sin(2 * math.pi * pitch * at / RATE)))
        for at in range(RATE)
    )
    length = 2 * max(1, round(seconds * RATE))
    samples = (second * (length // len(second) + 1))[:length]
    header = struct.pack("<HHIIHH", 1, 1, RATE, RATE * 2, 2, 16)
    body = b"WAVE" + _chunk(b"fmt ", header) + _chunk(b"data", samples)
    return _chunk(b"RIFF", body)


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data
