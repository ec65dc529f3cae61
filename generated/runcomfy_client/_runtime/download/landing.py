"""Where a download lands: a part that becomes the file once it is whole."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from ..errors import DownloadError
from ..exchange import Response
from .part import claimed

_STRONG_ETAG = re.compile(r'"[\x21\x23-\x7e]{0,200}"')
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")


class Landing:
    """One target file and the part of it that is there already.

    The part lies beside the target, with a small file that names the version of its content
    (the strong ETag), without which it is not resumed but begun anew.
    """

    def __init__(self, target: Path, limit: int) -> None:
        self.target = target
        self.total: int | None = None
        self._limit = limit
        if target.is_symlink():
            raise DownloadError(
                f"{target} is a symbolic link: it is not written through"
            )
        self._part, self._file = claimed(target.with_name(target.name + ".part"))
        self._mark = self._part.with_name(self._part.name + ".etag")
        self._head: Response | None = None
        self.size = self._file.tell()

    def resume_headers(self) -> tuple[tuple[str, str], ...]:
        """Headers that ask only for what is missing (RFC 9110, 13.1.5 and 14.2)."""
        etag = self._version()
        if not self.size or etag is None:
            return ()
        return (("Range", f"bytes={self.size}-"), ("If-Range", etag))

    def _version(self) -> str | None:
        try:
            etag = self._mark.read_text()
        except (OSError, ValueError):
            return None
        return etag if _STRONG_ETAG.fullmatch(etag) else None

    def take(self, head: Response, piece: bytes) -> None:
        """Write a piece. Raises ``DownloadError`` over the limit, or on a full disk."""
        try:
            if head is not self._head:
                self.begin(head)
            if self.size + len(piece) > self._limit:
                raise DownloadError(f"the file is longer than {self._limit} bytes")
            self._file.write(piece)
        except OSError as error:  # not to be taken for a loss of the connection
            raise DownloadError(f"{self.target} cannot be written: {error}") from error
        self.size += len(piece)

    def begin(self, head: Response) -> None:
        """Prepare for a body: at the end of the part for a fitting 206, else at its start."""
        self._head = head
        if head.headers.get("content-encoding", "identity") != "identity":
            raise DownloadError("the server sent the file compressed, unasked")
        span = _RANGE.fullmatch(head.headers.get("content-range", ""))
        if head.status == 206 and not (span and int(span[1]) == self.size):
            raise DownloadError(
                "the server sent another part of the file than was asked"
            )
        if head.status != 206:
            self.empty()
        self.total = _total(head, span[3] if span else None)
        self._write_mark(head.headers)

    def empty(self) -> None:
        """Throw away what is in the part."""
        self._file.seek(0)
        self._file.truncate()
        self.size = 0

    def _write_mark(self, headers: Mapping[str, str]) -> None:
        etag = headers.get("etag", "")
        if _STRONG_ETAG.fullmatch(etag) and not self._mark.is_symlink():
            self._mark.write_text(etag)
        else:
            self._mark.unlink(missing_ok=True)

    @property
    def begun(self) -> bool:
        """Whether a body was prepared for since the last try."""
        return self._head is not None

    def missing(self) -> int:
        """How many bytes are lacking of what the server announced."""
        return self.total - self.size if self.total is not None else 0

    def rest(self) -> None:
        """Be ready for another try."""
        self._head = None

    def release(self) -> None:
        """Leave the part for a later call, if it can be resumed then; else throw it away."""
        if self._file.closed:
            return
        if self.size and self._version() is not None:
            self._file.close()
        else:
            self.discard()

    def discard(self) -> None:
        """Throw the part away."""
        self._part.unlink(missing_ok=True)
        self._mark.unlink(missing_ok=True)
        self._file.close()

    def finish(self) -> None:
        """Make the part the file: on disk first, then in place, in one step."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._mark.unlink(missing_ok=True)
        _put_in_place(self._file, self._part, self.target)


def _put_in_place(file: BinaryIO, part: Path, target: Path) -> None:
    try:
        part.replace(
            target
        )  # while the lock is held: nobody else may go on writing to it
    except PermissionError:  # Windows moves no open file
        file.close()
        part.replace(target)
    file.close()


def _total(head: Response, of_range: str | None) -> int | None:
    text = of_range if head.status == 206 else head.headers.get("content-length")
    return int(text) if text and text.isdecimal() else None
