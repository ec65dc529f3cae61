"""Content that is already in memory."""

from __future__ import annotations

from ..parser import Read


def memory_reader(content: bytes | bytearray | memoryview) -> tuple[Read, int]:
    """How to read from some bytes, and how many there are."""
    view = content if isinstance(content, bytes) else bytes(content)

    def read(offset: int, length: int) -> bytes:
        return view[offset : offset + length]

    return read, len(view)
