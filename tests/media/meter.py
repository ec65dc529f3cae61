"""Driving a parser while counting what it costs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from runcomfy_runtime.media.fetch.exchange import (
    Command,
    CommandResult,
    ResponseHead,
    SendRequest,
)
from runcomfy_runtime.media.fetch.policy import DEFAULT_POLICY, FetchPolicy
from runcomfy_runtime.media.fetch.remote_file import measure_remote
from runcomfy_runtime.media.info import MediaInfo
from runcomfy_runtime.media.parser import LOCAL_BUDGET, Budget, drive
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

    def measure(
        self, *, thorough: bool = True, budget: Budget = LOCAL_BUDGET
    ) -> MediaInfo:
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

    @property
    def received(self) -> int:
        """How many bytes were handed over, one that was twice asked for counted twice."""
        end = len(self.content)
        return sum(max(0, min(at + length, end) - at) for at, length in self.wants)


@dataclass
class RemoteMeter:
    """Content on a good server, without a network, and what was asked of it and sent."""

    content: bytes
    requests: list[tuple[int, int]] = field(default_factory=list)
    received: int = 0
    _body: bytes = b""

    def measure(
        self, *, thorough: bool = False, policy: FetchPolicy = DEFAULT_POLICY
    ) -> MediaInfo:
        exchange = measure_remote("https://a.test/x", policy, thorough)
        try:
            command = next(exchange)
            while True:
                command = exchange.send(self._answer(command))
        except StopIteration as stop:
            found: MediaInfo = stop.value
            return found

    def _answer(self, command: Command) -> CommandResult:
        if not isinstance(command, SendRequest):
            piece, self._body = self._body[:4096], self._body[4096:]
            self.received += len(piece)
            return piece
        match = re.fullmatch(rb"bytes=(\d+)-(\d+)", dict(command.headers)[b"Range"])
        assert match is not None
        first, last = int(match[1]), int(match[2])
        assert last >= first
        self.requests.append((first, last))
        self._body = self.content[first : last + 1]
        total = len(self.content)
        if not self._body:
            return ResponseHead(416, ((b"content-range", b"bytes */%d" % total),))
        answer = b"bytes %d-%d/%d" % (first, first + len(self._body) - 1, total)
        return ResponseHead(206, ((b"content-range", answer),))
