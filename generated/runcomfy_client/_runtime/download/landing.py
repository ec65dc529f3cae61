"""Where a download lands: a ``.part`` file that becomes the file once it is whole."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from ..errors import DownloadError
from ..exchange import Response

_STRONG_ETAG = re.compile(r'"[\x21\x23-\x7e]{0,200}"')
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")


class Landing:
    """One target file and the part of it that is there already.

    The part lies beside the target, with a small file that names the version of the content
    (its strong ETag), without which it is not resumed but begun anew.
    """

    def __init__(self, target: Path, limit: int) -> None:
        self.target = target
        self.limit = limit
        self.total: int | None = None
        self._part = target.with_name(target.name + ".part")
        self._mark = target.with_name(target.name + ".part.etag")
        self._file: BinaryIO | None = None
        self._head: Response | None = None
        self.size = 0

    def resume_headers(self) -> tuple[tuple[str, str], ...]:
        """Headers that ask only for what is missing (RFC 9110, 13.1.5 and 14.2)."""
        size, etag = self._kept()
        if not size or not etag:
            return ()
        return (("Range", f"bytes={size}-"), ("If-Range", etag))

    def _kept(self) -> tuple[int, str | None]:
        try:
            etag = self._mark.read_text()
            size = self._part.stat().st_size
        except (OSError, ValueError):
            return 0, None
        return size, etag if _STRONG_ETAG.fullmatch(etag) else None

    def take(self, head: Response, piece: bytes) -> None:
        """Write a piece of a body. Raises ``DownloadError`` over the limit, or on a full disk."""
        if self.size + len(piece) > self.limit and head is self._head:
            raise DownloadError(f"the file is longer than {self.limit} bytes")
        try:
            if self._file is None or head is not self._head:
                self._begin(head)
            assert self._file is not None
            self._file.write(piece)
        except OSError as error:  # not to be taken for a loss of the connection
            raise DownloadError(f"{self.target} cannot be written: {error}") from error
        self.size += len(piece)

    def _begin(self, head: Response) -> None:
        """Open the part: at its end for a fitting 206, else from the start."""
        self.close()
        self._head = head
        if head.headers.get("content-encoding", "identity") != "identity":
            raise DownloadError("the server sent the file compressed, unasked")
        span = _RANGE.fullmatch(head.headers.get("content-range", ""))
        kept, _ = self._kept()
        goes_on = head.status == 206 and span is not None and int(span[1]) == kept
        if head.status == 206 and not goes_on:
            raise DownloadError(
                "the server sent another part of the file than was asked for"
            )
        self._refuse_links()
        self._file = self._part.open("ab" if goes_on else "wb")
        self.size = kept if goes_on else 0
        self.total = _total(head, span.group(3) if span else None)
        self._write_mark(head.headers)

    def _refuse_links(self) -> None:
        for path in (self.target, self._part, self._mark):
            if path.is_symlink():
                raise DownloadError(
                    f"{path} is a symbolic link: it is not written through"
                )

    def _write_mark(self, headers: Mapping[str, str]) -> None:
        etag = headers.get("etag", "")
        if _STRONG_ETAG.fullmatch(etag):
            self._mark.write_text(etag)
        else:
            self._mark.unlink(missing_ok=True)

    def begin_empty(self, head: Response) -> None:
        """A body may hold nothing at all, and is a whole file even so."""
        if self._file is None:
            self._begin(head)

    def missing(self) -> int:
        """How many bytes are lacking of what the server announced."""
        return self.total - self.size if self.total is not None else 0

    def close(self) -> None:
        """Close the part, and keep it."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def discard(self) -> None:
        """Close the part, and throw it away."""
        self.close()
        self._part.unlink(missing_ok=True)
        self._mark.unlink(missing_ok=True)

    def finish(self) -> None:
        """Make the part the file: on disk first, then in place, in one step."""
        assert self._file is not None
        self._file.flush()
        os.fsync(self._file.fileno())
        self.close()
        self._part.replace(self.target)
        self._mark.unlink(missing_ok=True)


def _total(head: Response, of_range: str | None) -> int | None:
    text = of_range if head.status == 206 else head.headers.get("content-length")
    return int(text) if text and text.isdecimal() else None
