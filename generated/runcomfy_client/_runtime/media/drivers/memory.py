"""Content that is already in memory."""

from __future__ import annotations

from ..parser import Read


def memory_reader(content: bytes | bytearray | memoryview) -> tuple[Read, int]:
    """How to read from some bytes, and how many there are. They are not copied."""
    if isinstance(content, bytes):
        return lambda offset, length: content[offset : offset + length], len(content)
    view = memoryview(content)
    view = view.cast("B") if view.c_contiguous else memoryview(bytes(view))
    return lambda offset, length: bytes(view[offset : offset + length]), len(view)
