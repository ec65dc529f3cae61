"""Tags of Matroska: RFC 9559, section 5.1.8; ``DURATION`` is what FFmpeg and mkvmerge write."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from .ebml import Element, parse_children, unsigned

_TAG, _TARGETS, _TRACK = 0x7373, 0x63C0, 0x63C5
_SIMPLE, _NAME, _TEXT = 0x67C8, 0x45A3, 0x4487
_CLOCK = re.compile(rb"(\d{1,4}):(\d\d):(\d\d(?:\.\d{1,12})?)\0*")


def read_lengths(body: bytes) -> dict[int, Fraction]:
    """Seconds by the UID of the track, from the content of a ``Tags`` element."""
    return {
        track: seconds
        for tag in parse_children(body)
        if tag.identity == _TAG
        for track, seconds in _lengths(body, tag)
    }


def _lengths(body: bytes, tag: Element) -> Iterator[tuple[int, Fraction]]:
    """The length that one tag tells of each of its tracks."""
    parts = list(parse_children(body, tag.body, tag.end))
    tracks = [
        unsigned(body, inner)
        for part in parts
        if part.identity == _TARGETS
        for inner in parse_children(body, part.body, part.end)
        if inner.identity == _TRACK
    ]
    for part in parts:
        seconds = _duration(body, part) if part.identity == _SIMPLE else None
        if seconds is not None:
            yield from ((track, seconds) for track in tracks)


def _duration(body: bytes, simple: Element) -> Fraction | None:
    """Seconds; None if this tag tells something else."""
    texts = {
        part.identity: body[part.body : part.end]
        for part in parse_children(body, simple.body, simple.end)
    }
    clock = _CLOCK.fullmatch(texts.get(_TEXT, b""))
    if clock is None or texts.get(_NAME) != b"DURATION":
        return None
    hours, minutes, seconds = (Fraction(part.decode()) for part in clock.groups())
    return 3600 * hours + 60 * minutes + seconds
