"""A partial download and its ETag sidecar: resumed only if the rest fits to the byte."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from ..errors import DownloadError
from ..escaping import printable
from ..media.format_table import BY_EXTENSION
from ..media.sniff import PLAIN_TEXT, TEXT, name_if_not_media
from ..transport import Response
from .part_file import move_into_place, open_part, read_small_file

_SPAN = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\*)", re.IGNORECASE)
_LENGTH = re.compile(r"[0-9]{1,18}")


class RangeMismatch(Exception):
    """A 206 response that is not, or not provably, the rest of the part."""


class PartialDownload:
    """A target file and the part of it that was already received.

    The part is a file next to the target. A sidecar file next to it states the version of the
    content. Without that, or when the server sends a rest that does not fit it to the byte,
    the download starts again.
    """

    def __init__(self, target: Path, limit: int) -> None:
        self.target = target
        self._limit = limit
        if target.is_symlink():
            raise DownloadError(
                f"{target} is a symbolic link: it is not written through"
            )
        self._part, self._file = open_part(target.with_name(target.name + ".part"))
        self._sidecar = ETagSidecar(self._part.with_name(self._part.name + ".etag"))
        self._version = self._sidecar.read()
        self._head: Response | None = None
        self._end: int | None = None
        self.size = self._file.tell()

    @property
    def total(self) -> int | None:
        """The length of the whole file, if it is known."""
        return self._version.total

    @property
    def resumable(self) -> bool:
        """Whether there is a part, and its version is known."""
        return self.size > 0 and bool(self._version.etag)

    def resume_headers(self) -> tuple[tuple[str, str], ...]:
        """Headers that request only the missing bytes (RFC 9110, 13.1.5 and 14.2)."""
        if not self.resumable:
            return ()
        return (("Range", f"bytes={self.size}-"), ("If-Range", self._version.etag))

    def write(self, head: Response, piece: bytes) -> None:
        """Write some bytes.

        Raises ``RangeMismatch`` if they do not fit what was announced, and ``DownloadError``
        over the limit or on a full disk.
        """
        try:
            if head is not self._head:
                self.begin(head)
            after = self.size + len(piece)
            if self._end is not None and after > self._end:
                raise RangeMismatch("it is longer than the server announced")
            self._within_limit(after)
            self._file.write(piece)
            self._file.flush()  # a killed process leaves what it received
        except OSError as error:  # must not look like a lost connection
            raise DownloadError(f"{self.target} cannot be written: {error}") from error
        self.size = after

    def begin(self, head: Response) -> None:
        """Prepare for a body: append it to the part for a matching 206, else start again."""
        self._head = head
        if head.status not in (200, 206):
            raise DownloadError(f"HTTP {head.status} instead of a file")
        if head.headers.get("content-encoding", "").lower() not in ("", "identity"):
            raise DownloadError("the server compressed the file without being asked to")
        if head.status == 206:
            self._continue(head.headers)
        else:
            self._check_whole(head.headers)
            self._start(head.headers)
        self._within_limit(self.total or 0)

    def _check_whole(self, headers: Mapping[str, str]) -> None:
        """Check that a 200 is not a part of the file, sent as if it were the whole."""
        length, version = _content_length(headers), self._version
        stated = headers.get("content-range", "").strip()
        if stated and not _is_whole(stated, length):
            raise RangeMismatch("it is a part of the file, sent as the whole")
        same = version.etag and headers.get("etag") == version.etag
        if same and length is not None and version.total not in (None, length):
            raise RangeMismatch("it is the same version with another length")

    def _start(self, headers: Mapping[str, str]) -> None:
        self.restart()
        self._end = _content_length(headers)
        self._set_version(ContentVersion(headers.get("etag", ""), self._end))

    def _continue(self, headers: Mapping[str, str]) -> None:
        """Check that this body is exactly the rest of the part."""
        content_range = _SPAN.fullmatch(headers.get("content-range", ""))
        if (
            not self.resumable
            or content_range is None
            or int(content_range[1]) != self.size
        ):
            raise RangeMismatch("it is another part of the file than the requested one")
        if headers.get("etag") != self._version.etag:
            raise RangeMismatch("it is of another version of the file")
        total = self.total if content_range[3] == "*" else int(content_range[3])
        if total is None or self.total not in (None, total):
            raise RangeMismatch("it states another length of the file")
        self._end = int(content_range[2]) + 1
        announced = _content_length(headers)
        if not self.size < self._end <= total or (
            announced is not None and announced != self._end - self.size
        ):
            raise RangeMismatch("it is not as long as the server announced")
        self._set_version(ContentVersion(self._version.etag, total))

    def _set_version(self, version: ContentVersion) -> None:
        if version != self._version:
            self._version = version.checked()
            self._sidecar.write(self._version)

    def _within_limit(self, size: int) -> None:
        if size > self._limit:
            raise DownloadError(f"the file is longer than {self._limit} bytes")

    def restart(self) -> None:
        """Delete the content of the part, and forget its version."""
        self._file.seek(0)
        self._file.truncate()
        self.size = 0
        self._set_version(ContentVersion())

    @property
    def begun(self) -> bool:
        """Whether a body began in this try."""
        return self._head is not None

    def _refuse_page(self) -> None:
        if not _is_media_name(self.target):
            return
        with self._part.open("rb") as part:
            name = name_if_not_media(part.read(TEXT))
        stated = self._head.headers.get("content-type", "") if self._head else ""
        if name is None or (name == PLAIN_TEXT and not stated.startswith("text/")):
            return
        raise DownloadError(
            f"the server sent {name} instead of the file {self.target.name}"
            + (f" (Content-Type {printable(stated, 60)})" if stated else "")
        )

    def missing(self) -> int:
        """The number of announced bytes that are missing."""
        return self.total - self.size if self.total is not None else 0

    def prepare_try(self) -> None:
        """Prepare for another try."""
        self._head = self._end = None

    def release(self) -> None:
        """Keep the part if a later call can resume it, else delete it."""
        if self._file.closed:
            return
        if self.resumable:
            with suppress(
                OSError
            ):  # bytes that did not reach the disk are downloaded again
                self._file.close()
        else:
            self.discard()

    def discard(self) -> None:
        """Delete the part and its sidecar."""
        try:
            self._part.unlink(missing_ok=True)
            self._sidecar.remove()
        finally:
            with suppress(OSError):  # closing may fail on a full disk
                self._file.close()

    def finish(self) -> None:
        """Make the part the finished file: sync it, then move it into place in one step.

        Raises ``DownloadError`` if the file is to be media, and the content is certainly not.
        """
        self._file.flush()
        self._refuse_page()
        os.fsync(self._file.fileno())
        self._sidecar.remove()
        move_into_place(self._file, self._part, self.target)


def _is_media_name(target: Path) -> bool:
    return target.suffix.removeprefix(".") in BY_EXTENSION


def _is_whole(content_range: str, length: int | None) -> bool:
    """Whether a range that a 200 states, though it should not, is certainly the whole file."""
    span = _SPAN.fullmatch(content_range)
    if span is None or int(span[1]) or span[3] == "*":
        return False
    return int(span[3]) == int(span[2]) + 1 and length in (None, int(span[3]))


def _content_length(headers: Mapping[str, str]) -> int | None:
    """The length of a body, if its head states it (RFC 9112, 6.3)."""
    if headers.get("transfer-encoding"):
        return None
    length = _LENGTH.fullmatch(headers.get("content-length", ""))
    return int(length[0]) if length else None


# The sidecar file next to a part, with the version of its content.


_STRONG_ETAG = re.compile(r'"[\x21\x23-\x7e]{0,200}"')
_LONGEST = 1024
"""A sidecar has at most 222 bytes."""
_TEXT = re.compile(r'("[\x21\x23-\x7e]{0,200}")(?:\n([0-9]{1,18}))?\n?')


class ContentVersion(NamedTuple):
    """What identifies the content of a file, so that parts of two versions are never mixed."""

    etag: str = ""
    """A strong entity tag. The same weak tag would not guarantee the same bytes."""
    total: int | None = None
    """The length of the whole file in bytes."""

    def checked(self) -> ContentVersion:
        """The same without a tag that is not strong (RFC 9110, 8.8.1)."""
        strong = _STRONG_ETAG.fullmatch(self.etag)
        return self if strong else self._replace(etag="")


class ETagSidecar:
    """The sidecar file. It exists only while there is a tag to keep."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> ContentVersion:
        """The version that an earlier call wrote; an empty one if there is no valid one."""
        content = read_small_file(self._path, _LONGEST) or b""
        kept = _TEXT.fullmatch(content.decode("ascii", "replace"))
        if kept is None:
            return ContentVersion()
        return ContentVersion(kept[1], int(kept[2]) if kept[2] else None)

    def write(self, version: ContentVersion) -> None:
        """Write a version, or delete the file if the version has no tag."""
        self.remove()  # also a symbolic link: never write through one
        if version.etag:
            total = "" if version.total is None else f"{version.total}\n"
            with self._path.open("x", encoding="ascii", newline="\n") as file:
                file.write(f"{version.etag}\n{total}")

    def remove(self) -> None:
        """Delete the file."""
        self._path.unlink(missing_ok=True)
