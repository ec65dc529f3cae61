"""Driving a parser while counting what it costs."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from runcomfy_runtime.media.info import MediaInfo
from runcomfy_runtime.media.parser import LOCAL, Budget, drive
from runcomfy_runtime.media.sniff import parse_media

DATA = Path(__file__).parent / "data"


@dataclass
class Meter:
    """Content in memory, and the wants that were put to it."""

    content: bytes
    wants: list[tuple[int, int]] = field(default_factory=list)

    def read(self, offset: int, length: int) -> bytes:
        assert offset >= 0
        assert length >= 1
        self.wants.append((offset, length))
        return self.content[offset : offset + length]

    def measure(self, *, thorough: bool = True, budget: Budget = LOCAL) -> MediaInfo:
        parse = parse_media(len(self.content), thorough=thorough)
        return drive(parse, self.read, budget)

    @property
    def distinct(self) -> int:
        """How many different bytes were looked at."""
        total = end = 0
        for start, length in sorted(self.wants):
            stop = min(start + length, len(self.content))
            total += max(0, stop - max(start, end))
            end = max(end, stop)
        return total
