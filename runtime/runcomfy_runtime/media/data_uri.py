"""The content of ``data:`` URIs (RFC 2397), decoded only where it is read."""

from __future__ import annotations

import base64
import mimetypes
import os
import re
from binascii import Error, a2b_base64
from bisect import bisect_right
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import TypeAlias, cast
from urllib.parse import unquote_to_bytes

from ..did_you_mean import did_you_mean
from ..errors import InputRejected
from ..escaping import quoted
from ..report import Problem, Report
from .errors import MediaError, MediaFault
from .format_table import BY_EXTENSION, KINDS
from .parser import Read

_HEAD = 256  # a media type with its parameters is never longer
_MOST_ESCAPED = 64 << 20
_BLANKS = b" \t\n\r\f"
_NOT_PLAIN = "% \t\n\r\f-_"
_STANDARD = bytes.maketrans(b"-_", b"+/")

Characters: TypeAlias = Callable[[int, int], bytes]
"""The characters of base64 text between two positions."""


def data_reader(uri: str) -> tuple[Read, int]:
    """How to read the content of a ``data:`` URI, and its size in bytes.

    The media type is ignored: the content decides. Raises ``MediaError`` if this is not a
    ``data:`` URI, or if its base64 is invalid where it is read.
    """
    comma = uri.find(",", 0, _HEAD)
    if uri[:5].lower() != "data:" or comma < 0:
        raise _unreadable("there is no comma after the media type")
    if not uri.isascii():
        raise _unreadable("it contains characters outside of ASCII")
    start = comma + 1
    if not uri[5:comma].lower().rstrip().endswith(";base64"):
        content = _escaped(uri, start, _unescape)
        return content.read, content.size
    if any(uri.find(mark, start) >= 0 for mark in _NOT_PLAIN):
        text = _escaped(uri, start, _plain_base64)
        return _base64_reader(lambda a, b: text.read(a, b - a), text.size)
    return _base64_reader(
        lambda a, b: uri[start + a : start + b].encode("ascii"), len(uri) - start
    )


def _escaped(uri: str, start: int, plain: Callable[[str], bytes]) -> EscapedText:
    if len(uri) - start > _MOST_ESCAPED:
        raise MediaError(
            "the data: URI is escaped and too long to be unescaped; write it as plain base64",
            MediaFault.TOO_COSTLY,
        )
    return EscapedText(uri, start, plain)


def _unescape(text: str) -> bytes:
    return unquote_to_bytes(text) if "%" in text else text.encode("ascii")


def _plain_base64(text: str) -> bytes:
    """Base64 without escapes and white space, in the standard alphabet."""
    return _unescape(text).translate(_STANDARD, delete=_BLANKS)


def _base64_reader(characters: Characters, count: int) -> tuple[Read, int]:
    """A reader of the bytes that ``count`` characters of base64 have, and their number."""
    tail = characters(max(0, count - 2), count)
    end = count - len(tail) + len(tail.rstrip(b"="))
    if end % 4 == 1:
        raise _unreadable("its base64 has a length that base64 cannot have")
    size = end * 3 // 4

    def read(offset: int, length: int) -> bytes:
        if offset >= size:
            return b""
        first = offset // 3
        last = min(-(-(offset + length) // 3), -(-size // 3))
        piece = characters(4 * first, min(4 * last, end))
        try:
            data = a2b_base64(piece + b"=" * (-len(piece) % 4), strict_mode=True)
        except (Error, ValueError):
            problem = f"its base64 is wrong near character {4 * first}"
            raise _unreadable(problem) from None
        return data[offset - 3 * first :][:length]

    return read, size


def _unreadable(reason: str) -> MediaError:
    return MediaError(f"the data: URI cannot be read: {reason}", MediaFault.UNREADABLE)


# Percent-encoded text as bytes, one block at a time.


_BLOCK = 8 << 10  # characters


class EscapedText:
    """Random access to escaped text. ``size`` is in bytes, as unescaped.

    Unescaping everything at once would take many times its length in memory. Therefore each
    block is unescaped alone: once to find its offset, and again when it is read. ``plain``
    unescapes a block, and may drop or replace characters.
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
        """One block, unescaped. The latest is cached, because reads are often adjacent."""
        if self._latest[0] != index:
            piece = self._text[self._cuts[index] : self._cuts[index + 1]]
            self._latest = index, self._plain(piece)
        return self._latest[1]


def _cuts(text: str, at: int) -> Iterator[int]:
    """Where blocks begin, and the end of the text. No block ends inside an escape."""
    while at < len(text):
        yield at
        end = at + _BLOCK
        escape = text.rfind("%", end - 2, end)
        at = escape if escape >= 0 else end
    yield len(text)


# A local file as a data URI, for fields whose description says that they take one.
#
# The published pages promise hosted HTTPS URLs only; RunComfy's own nodes send data URIs, within
# these sizes. Therefore a file is never inlined automatically.


_MEBIBYTE = 1024 * 1024


def inline(path: str | os.PathLike[str], *, media_type: str | None = None) -> str:
    """The file as ``data:<type>;base64,…``.

    Raises ``InputRejected`` if it is not a regular file, is empty, is larger than the limit of
    its kind, or its name does not say that it is an image, a video or audio. In the last case,
    give ``media_type``.
    """
    file = _path(path)
    if file.is_dir():
        raise _rejected(file, "is a folder: give the path of a file")
    type_ = media_type or _media_type(file)
    kind = next(
        (row for kind, row in KINDS.items() if type_.startswith(kind + "/")), None
    )
    if kind is None:
        raise _rejected(
            file,
            "has a name that does not say image, video or audio: give media_type=…",
        )
    content = base64.b64encode(_content(file, kind.inline_limit)).decode()
    return f"data:{type_};base64,{content}"


def _path(path: object) -> Path:
    """The path, if this can be one. Raises ``InputRejected``."""
    if isinstance(path, str) and re.match(r"(?i)(https?|data):", path):
        raise _rejected(
            path, "is a URL: give it to the field as it is, without inline()"
        )
    if not isinstance(path, (str, os.PathLike)):
        kind = type(path).__name__
        raise _rejected(kind, "is not a path: inline() takes the path of a file")
    return Path(cast("str | os.PathLike[str]", path))


def _media_type(file: Path) -> str:
    """The media type by the name of a file; empty if the name does not say it."""
    guess, _ = mimetypes.guess_type(file.name)
    row = BY_EXTENSION.get(file.suffix[1:].lower())
    return guess or (row.media_type if row else "")


def _content(file: Path, limit: int) -> bytes:
    if not file.is_file():
        raise _rejected(file, "is not a file" if file.exists() else _missing(file))
    try:
        with file.open("rb") as opened:
            content = opened.read(limit + 1)
    except OSError as error:
        raise _rejected(file, f"cannot be read: {error.strerror}") from None
    if not content:
        raise _rejected(file, "is empty")
    if len(content) > limit:
        raise _rejected(
            file,
            f"is larger than {limit // _MEBIBYTE} MiB: host it, and give its https URL",
        )
    return content


def _missing(file: Path) -> str:
    here = "" if file.is_absolute() else f" in {quoted(str(Path.cwd()), 200)}"
    near = did_you_mean(file.name, _names_next_to(file))
    return f"does not exist{here}{near}"


def _names_next_to(file: Path) -> list[str]:
    try:
        return [entry.name for entry in islice(file.parent.iterdir(), 1_000)]
    except OSError:
        return []


def _rejected(file: Path | str, why: str) -> InputRejected:
    problem = Problem(
        pointer="", code="invalid", message=f"{quoted(str(file), 200)} {why}"
    )
    return InputRejected(Report((problem,)))
