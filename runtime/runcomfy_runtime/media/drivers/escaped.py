"""Text with percent-escapes as the bytes that it stands for, a block at a time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator

_BLOCK = 8 << 10  # characters


class EscapedText:
    """Random access to escaped text. ``size`` is in bytes, as unescaped.

    Unescaping all of it at once would take many times its length in memory, so it is done
    for one block after the other: once to learn where each begins, and again where it is
    looked at. ``plain`` unescapes a block, and may drop or exchange characters.
    """

    __slots__ = ("_cuts", "_latest", "_offsets", "_plain", "_text", "size")

    def __init__(self, text: str, start: int, plain: Callable[[str], bytes]) -> None:
        self._text, self._plain = text, plain
        self._cuts = list(_cuts(text, start))
        self._offsets = [0]
        self._latest = -1, b""
        for index in range(len(self._cuts) - 1):
            self._offsets.append(self._offsets[-1] + len(self._block(index)))
        self.size = self._offsets[-1]

    def read(self, offset: int, length: int) -> bytes:
        """Bytes from an offset; fewer than asked for only at the end."""
        end = min(offset + length, self.size)
        if offset >= end:
            return b""
        first = bisect_right(self._offsets, offset) - 1
        pieces: list[bytes] = []
        for index in range(first, len(self._cuts) - 1):
            if self._offsets[index] >= end:
                break
            pieces.append(self._block(index))
        base = self._offsets[first]
        return b"".join(pieces)[offset - base : end - base]

    def _block(self, index: int) -> bytes:
        """One block, unescaped; the latest is kept, since wants are often neighbours."""
        if self._latest[0] != index:
            piece = self._text[self._cuts[index] : self._cuts[index + 1]]
            self._latest = index, self._plain(piece)
        return self._latest[1]


def _cuts(text: str, at: int) -> Iterator[int]:
    """Where blocks begin, and the end: never inside of an escape."""
    while at < len(text):
        yield at
        end = at + _BLOCK
        escape = text.rfind("%", end - 2, end)
        at = escape if escape >= 0 else end
    yield len(text)
