"""A partial download and its ETag sidecar: resumed only if the rest fits to the byte."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from ..errors import DownloadError
from ..transport import Response
from .part_file import move_into_place, open_part

_SPAN = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\*)", re.IGNORECASE)
_LENGTH = re.compile(r"[0-9]{1,18}")


class RangeMismatch(Exception):
    """A 206 that is not, or not provably, the rest of what lies in the part."""


class PartialDownload:
    """One target file and the part of it that is there already.

    The part lies beside the target, with a small file that tells which version of the content
    it is of. Without that, or when the server sends a rest that does not fit it to the byte,
    the part is not resumed but begun anew.
    """

    def __init__(self, target: Path, limit: int) -> None:
        self.target = target
        self._limit = limit
        if target.is_symlink():
            raise DownloadError(
                f"{target} is a symbolic link: it is not written through"
            )
        self._part, self._file = open_part(target.with_name(target.name + ".part"))
        self._mark = ETagSidecar(self._part.with_name(self._part.name + ".etag"))
        self._version = self._mark.read()
        self._head: Response | None = None
        self._end: int | None = None
        self.size = self._file.tell()

    @property
    def total(self) -> int | None:
        """How long the whole file is, if that is known."""
        return self._version.total

    @property
    def resumable(self) -> bool:
        """Whether there is something to go on from, and a name for its version."""
        return self.size > 0 and bool(self._version.etag)

    def resume_headers(self) -> tuple[tuple[str, str], ...]:
        """Headers that ask only for what is missing (RFC 9110, 13.1.5 and 14.2)."""
        if not self.resumable:
            return ()
        return (("Range", f"bytes={self.size}-"), ("If-Range", self._version.etag))

    def take(self, head: Response, piece: bytes) -> None:
        """Write a piece. Raises ``Misfit``, and ``DownloadError`` over the limit or on a full disk."""
        try:
            if head is not self._head:
                self.begin(head)
            after = self.size + len(piece)
            if self._end is not None and after > self._end:
                raise RangeMismatch("it is longer than the server announced")
            self._within_limit(after)
            self._file.write(piece)
        except OSError as error:  # not to be taken for a loss of the connection
            raise DownloadError(f"{self.target} cannot be written: {error}") from error
        self.size = after

    def begin(self, head: Response) -> None:
        """Prepare for a body: at the end of the part for a fitting 206, else at its start."""
        self._head = head
        if head.status not in (200, 206):
            raise DownloadError(f"HTTP {head.status} brings no file")
        if head.headers.get("content-encoding", "").lower() not in ("", "identity"):
            raise DownloadError("the server sent the file compressed, unasked")
        if head.status == 206:
            self._go_on(head.headers)
        else:
            self._start(head.headers)
        self._within_limit(self.total or 0)

    def _start(self, headers: Mapping[str, str]) -> None:
        self.empty()
        self._end = _content_length(headers)
        self._remember(ContentVersion(headers.get("etag", ""), self._end))

    def _go_on(self, headers: Mapping[str, str]) -> None:
        """Check that this is the rest of the part, and of nothing else."""
        span = _SPAN.fullmatch(headers.get("content-range", ""))
        if not self.resumable or span is None or int(span[1]) != self.size:
            raise RangeMismatch("it is another part of the file than was asked")
        if headers.get("etag") != self._version.etag:
            raise RangeMismatch("it is of another version of the file")
        total = self.total if span[3] == "*" else int(span[3])
        if total is None or self.total not in (None, total):
            raise RangeMismatch("it does not agree about the length of the file")
        self._end = int(span[2]) + 1
        announced = _content_length(headers)
        if not self.size < self._end <= total or (
            announced is not None and announced != self._end - self.size
        ):
            raise RangeMismatch("it is not as long as the server announced")
        self._remember(ContentVersion(self._version.etag, total))

    def _remember(self, version: ContentVersion) -> None:
        if version != self._version:
            self._version = version.checked()
            self._mark.write(self._version)

    def _within_limit(self, size: int) -> None:
        if size > self._limit:
            raise DownloadError(f"the file is longer than {self._limit} bytes")

    def empty(self) -> None:
        """Throw away what is in the part, and forget what it was of."""
        self._file.seek(0)
        self._file.truncate()
        self.size = 0
        self._remember(ContentVersion())

    @property
    def begun(self) -> bool:
        """Whether a body was prepared for since the last try."""
        return self._head is not None

    def missing(self) -> int:
        """How many bytes are lacking of what the server announced."""
        return self.total - self.size if self.total is not None else 0

    def rest(self) -> None:
        """Be ready for another try."""
        self._head = self._end = None

    def release(self) -> None:
        """Leave the part for a later call, if it can be resumed then; else throw it away."""
        if self._file.closed:
            return
        if self.resumable:
            with suppress(OSError):  # what did not reach the disk is fetched again
                self._file.close()
        else:
            self.discard()

    def discard(self) -> None:
        """Throw the part away."""
        self._part.unlink(missing_ok=True)
        self._mark.remove()
        with suppress(OSError):  # a full disk may refuse what was still to be written
            self._file.close()

    def finish(self) -> None:
        """Make the part the file: on disk first, then in place, in one step."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._mark.remove()
        move_into_place(self._file, self._part, self.target)


def _content_length(headers: Mapping[str, str]) -> int | None:
    """The length of a body, as far as its head tells it (RFC 9112, 6.3)."""
    if headers.get("transfer-encoding"):
        return None
    length = _LENGTH.fullmatch(headers.get("content-length", ""))
    return int(length[0]) if length else None


# The small file beside a part that tells which version of the content it is of.


_STRONG_ETAG = re.compile(r'"[\x21\x23-\x7e]{0,200}"')
_TEXT = re.compile(r'("[\x21\x23-\x7e]{0,200}")(?:\n([0-9]{1,18}))?\n?')


class ContentVersion(NamedTuple):
    """What is known of a file's content, so that a rest of it is told from another's."""

    etag: str = ""
    """A strong entity tag: of a weak one, the same tag does not mean the same bytes."""
    total: int | None = None
    """How many bytes the whole has."""

    def checked(self) -> ContentVersion:
        """Without a tag that names no exact content (RFC 9110, 8.8.1)."""
        strong = _STRONG_ETAG.fullmatch(self.etag)
        return self if strong else self._replace(etag="")


class ETagSidecar:
    """That file. It is there only while there is a tag to keep."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> ContentVersion:
        """The version that an earlier call noted; an empty one if there is none to trust."""
        try:
            kept = _TEXT.fullmatch(self._path.read_text("ascii"))
        except (OSError, ValueError):
            return ContentVersion()
        if kept is None:
            return ContentVersion()
        return ContentVersion(kept[1], int(kept[2]) if kept[2] else None)

    def write(self, version: ContentVersion) -> None:
        """Note a version, or take the note away if it has no tag."""
        self.remove()  # also a symbolic link, which must not be written through
        if version.etag:
            total = "" if version.total is None else f"{version.total}\n"
            with self._path.open("x", encoding="ascii", newline="\n") as file:
                file.write(f"{version.etag}\n{total}")

    def remove(self) -> None:
        """Take the note away."""
        self._path.unlink(missing_ok=True)
