"""A sliding view for formats that must be read from one end to the other."""

from __future__ import annotations

from .parser import Parse

CHUNK = 64 << 10


class Window:
    """The bytes around a position; ``load`` moves it, and everything else is arithmetic."""

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
        """Where in ``data`` the byte at ``at`` lies."""
        return at - self.start
