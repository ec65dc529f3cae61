"""WAVE: Microsoft RIFF (fmt, fact, data), and EBU Tech 3306 (RF64, ds64)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from struct import unpack_from

from ..errors import MediaError, MediaFault, MediaShort
from ..info import Measurement, MediaInfo
from ..parser import Parse, Source

_MOST_CHUNKS = 4000
_UNKNOWN = 0xFFFFFFFF
_PADDING = Fraction(2 * 1152)  # samples: two frames of MP3, the longest that is usual
_PCM = frozenset(
    {1, 3, 6, 7}
)  # integer, float, A-law, µ-law: every block is one sample


@dataclass(slots=True)
class _WavFacts:
    formatted: bool = False
    codec: int = 0
    rate: int = 0
    byte_rate: int = 0
    block: int = 0
    long_size: int | None = None  # from ds64
    samples: int | None = None  # from fact
    data_at: int = 0
    data_size: int | None = None


def parse_wav(source: Source) -> Parse[MediaInfo]:
    """Skip chunks up to ``fmt`` and ``data``; samples are not read."""
    facts = _WavFacts()
    yield from _chunks(facts, source)
    if not facts.rate:
        raise MediaError("WAV: the fmt chunk says 0 samples a second")
    timing = _timing(facts, source)
    return MediaInfo(
        kind="audio",
        format="wav",
        size=source.size,
        timing=timing,
        evidence=(f"data chunk at byte {facts.data_at}",),
    )


def _chunks(facts: _WavFacts, source: Source) -> Parse[None]:
    at = 12
    for _ in range(_MOST_CHUNKS):
        head = yield at, 8, 8
        name, size = head[:4], int(unpack_from("<I", head, 4)[0])
        if name == b"fmt ":
            yield from _format(facts, at + 8, size)
        elif name == b"ds64":
            facts.long_size = int(unpack_from("<Q", (yield at + 16, 8, 8))[0])
        elif name == b"fact":
            facts.samples = int(unpack_from("<I", (yield at + 8, 4, 4))[0])
        elif name == b"data":
            if not facts.formatted:
                raise MediaError(f"WAV: data at byte {at} before any fmt chunk")
            facts.data_at = at
            facts.data_size = facts.long_size if size == _UNKNOWN else size
            return
        at += 8 + size + (size & 1)
        if not source.holds(at):
            raise MediaShort("WAV: the content ends before its data chunk")
    problem = f"WAV: no data chunk among the first {_MOST_CHUNKS}"
    raise MediaShort(problem, MediaFault.TOO_COSTLY)


def _format(facts: _WavFacts, at: int, size: int) -> Parse[None]:
    if size < 16:
        raise MediaError(f"WAV: a fmt chunk of {size} bytes, at least 16 belong there")
    body = yield at, min(size, 26), 16
    facts.formatted = True
    facts.codec, _, facts.rate, facts.byte_rate, facts.block = unpack_from(
        "<HHIIH", body
    )
    if facts.codec == 0xFFFE and len(body) >= 26:  # extensible: the codec is in a GUID
        facts.codec = int(unpack_from("<H", body, 24)[0])


def _timing(facts: _WavFacts, source: Source) -> Measurement | None:
    """From the data size. A streamed file states 0 or 2³²−1, so its length is used."""
    present = None if source.size is None else max(0, source.size - facts.data_at - 8)
    size = facts.data_size
    streamed = size in (None, 0) or size == _UNKNOWN
    if streamed or (present is not None and size is not None and size > present):
        size = present
    readings: list[Fraction] = []
    if facts.codec in _PCM and facts.block and size:
        readings.append(Fraction(size // facts.block, facts.rate))
    else:
        if facts.samples and not streamed:
            readings.append(Fraction(facts.samples, facts.rate))
        if facts.byte_rate and size:
            readings.append(Fraction(size, facts.byte_rate))
        # encoders fill the first and the last block with silence
        readings += [
            max(Fraction(0), reading - _PADDING / facts.rate) for reading in readings
        ]
    return Measurement.of(*readings) if readings else None
