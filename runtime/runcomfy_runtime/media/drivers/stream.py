"""Content of an open binary file; its position is put back afterwards."""

from __future__ import annotations

import io
from contextlib import suppress
from typing import Any, BinaryIO

from ...quotation import printable
from ..errors import MediaError
from ..fault import MediaFault


class OpenStream:
    """A seekable binary file object. ``size`` is in bytes; ``close`` puts its position back.

    It is somebody else's code, so whatever it raises is reported as unreadable.
    """

    __slots__ = ("_place", "_stream", "size")

    def __init__(self, stream: BinaryIO) -> None:
        """Take a file object. Raises ``MediaError`` if it cannot seek."""
        self._stream: Any = stream  # it may be text, whatever its type says
        try:
            self._place = stream.tell()
            stream.seek(0, io.SEEK_END)  # which need not tell where that is
            self.size = stream.tell()
        except Exception as error:
            raise MediaError(
                f"the file object cannot seek ({type(error).__name__}); "
                "pass its bytes instead",
                MediaFault.UNREADABLE,
            ) from None

    def read(self, offset: int, length: int) -> bytes:
        """Bytes from an offset. Raises ``MediaError`` if the file object fails."""
        try:
            self._stream.seek(offset)
            data = self._some(length)
            while 0 < len(data) < length:  # raw ones may give less than is there
                more = self._some(length - len(data))
                if not more:
                    break
                data += more
        except MediaError:
            raise
        except Exception as error:
            reason = printable(str(error), 120) or type(error).__name__
            raise _unreadable(f"reading the file object failed: {reason}") from None
        return data[:length]

    def _some(self, length: int) -> bytes:
        """What one call gives."""
        data = self._stream.read(length)
        if isinstance(data, bytes):
            return data
        if data is None:
            raise _unreadable("the file object has nothing to give now; make it block")
        try:
            return memoryview(data).tobytes()
        except TypeError:
            raise _unreadable(
                "the file object gives text; open it in binary mode"
            ) from None

    def close(self) -> None:
        """Put the position back, if there still is one; the file object itself stays open."""
        with suppress(Exception):
            self._stream.seek(self._place)


def _unreadable(message: str) -> MediaError:
    return MediaError(message, MediaFault.UNREADABLE)
