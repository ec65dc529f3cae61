"""Content of an open binary file; its position is put back afterwards."""

from __future__ import annotations

import io
from typing import Any, BinaryIO

from ...quotation import printable
from ..errors import MediaError
from ..fault import MediaFault


class OpenStream:
    """A seekable binary file object. ``size`` is in bytes; ``close`` puts its position back."""

    __slots__ = ("_place", "_stream", "size")

    def __init__(self, stream: BinaryIO) -> None:
        """Take a file object. Raises ``MediaError`` if it cannot seek."""
        try:
            self._place = stream.tell()
            self.size = stream.seek(0, io.SEEK_END)
        except (AttributeError, OSError, ValueError) as error:
            raise MediaError(
                f"the file object cannot seek ({type(error).__name__}); "
                "pass its bytes instead",
                MediaFault.UNREADABLE,
            ) from None
        self._stream: Any = stream  # it may be text, whatever its type says

    def read(self, offset: int, length: int) -> bytes:
        """Bytes from an offset. Raises ``MediaError`` if the file object fails."""
        try:
            self._stream.seek(offset)
            data = self._stream.read(length)
        except (OSError, ValueError, OverflowError) as error:
            raise MediaError(
                f"reading failed: {printable(str(error), 120)}", MediaFault.UNREADABLE
            ) from None
        if not isinstance(data, bytes):
            raise MediaError(
                "the file object gives text; open it in binary mode",
                MediaFault.UNREADABLE,
            )
        return data

    def close(self) -> None:
        """Put the position back; the file object itself stays open."""
        self._stream.seek(self._place)
