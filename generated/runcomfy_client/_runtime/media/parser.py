"""The sans-IO contract between parsers and readers, and the loop that joins the two.

A parser is a generator: it yields a byte request ``(offset, length, minimum)`` and is sent
between ``minimum`` and ``length`` bytes from ``offset``; it returns a ``MediaInfo``. It never
seeks, opens or waits. Its driver decides where bytes come from and how many are allowed.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias, TypeVar

from .errors import MediaFault, MediaShort
from .info import MediaInfo

T = TypeVar("T")
ByteRequest: TypeAlias = tuple[int, int, int]
"""Offset, length, and the minimum number of bytes that the parser can use."""
Parse: TypeAlias = Generator[ByteRequest, bytes, T]
Read: TypeAlias = Callable[[int, int], bytes]
"""Bytes from an offset; fewer than asked for only where the content ends."""


HEAD = 48
"""Enough bytes to recognise every known format, and for most small headers."""
LOCAL_HEAD = 1024
"""The same where bytes cost nothing: in memory, and in the first block of a file. The headers
of most pictures are shorter."""


class Source(NamedTuple):
    """What a parser knows in advance.

    ``size`` is the length of the content in bytes, None if it is not known. ``thorough``
    permits reading all of it, for facts that no header states (frames of a GIF, the length
    of an MP3 without a Xing header). ``head`` is what was read to find the format: up to
    ``HEAD`` bytes, or ``LOCAL_HEAD``.
    """

    size: int | None
    thorough: bool
    head: bytes

    def holds(self, offset: int) -> bool:
        """Whether there may be a byte at an offset."""
        return self.size is None or offset < self.size


@dataclass(frozen=True, slots=True)
class Budget:
    """The limits of one probe. ``length`` limits the bytes of a single request."""

    steps: int = 50_000
    bytes: int = 64 << 20
    length: int = 1 << 20


LOCAL_BUDGET = Budget()
"""The limits for local content: in memory, or in a file."""

Parser: TypeAlias = Callable[[Source], Parse[MediaInfo]]

MAX_FAILED_READS = 16
"""How many requests may fail before a parser has to give up."""


def drive(parse: Parse[T], read: Read, budget: Budget = LOCAL_BUDGET) -> T:
    """Run a parser over local content.

    Raises ``MediaError``: from the parser, or ``MediaShort`` if a request fails.
    """
    steps, left, longest = budget.steps, budget.bytes, budget.length
    patience = MAX_FAILED_READS
    try:
        offset, length, minimum = next(parse)
        while True:
            steps -= 1
            left -= length
            if steps < 0 or left < 0 or length > longest:
                failure = too_costly(offset)
            else:
                data = read(offset, length)
                if len(data) >= minimum:
                    offset, length, minimum = parse.send(data)
                    continue
                failure = truncated(offset, minimum, len(data))
            patience -= 1
            if patience < 0:
                raise failure
            offset, length, minimum = parse.throw(failure)
    except StopIteration as stop:
        result: T = stop.value
        return result


def truncated(offset: int, minimum: int, got: int) -> MediaShort:
    """The error for content that ends before the requested bytes."""
    if got:
        where = (
            f"the content ends at byte {offset + got}, {minimum - got} bytes too early"
        )
    else:
        where = f"the content ends before byte {offset}, where more of it belongs"
    return MediaShort(where, MediaFault.TRUNCATED)


def too_costly(offset: int) -> MediaShort:
    """The error for a result beyond the limits of a probe."""
    return MediaShort(
        f"gave up at byte {offset}: the result is beyond the limits of a probe",
        MediaFault.TOO_COSTLY,
    )


# A sliding window for formats that must be read sequentially.


CHUNK = 64 << 10


class Window:
    """The bytes around a position. ``load`` moves it; everything else is arithmetic."""

    __slots__ = ("data", "end", "start")

    def __init__(self) -> None:
        self.start = 0
        self.end = 0
        self.data = b""

    def holds(self, at: int, length: int) -> bool:
        """Whether ``length`` bytes from ``at`` are in view."""
        return self.start <= at and at + length <= self.end

    def load(self, at: int, length: int) -> Parse[None]:
        """Move the view to ``at``. Raises ``MediaShort`` if ``length`` bytes are not there."""
        self.data = yield at, max(CHUNK, length), length
        self.start, self.end = at, at + len(self.data)

    def index(self, at: int) -> int:
        """The index in ``data`` of the byte at ``at``."""
        return at - self.start
