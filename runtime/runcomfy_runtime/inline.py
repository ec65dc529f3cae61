"""A local file as a data URI, for fields whose description says that they take one.

The published pages promise hosted HTTPS URLs only; RunComfy's own nodes send data URIs, within
these sizes. That is why a file never becomes one by itself.
"""

from __future__ import annotations

import base64
import mimetypes
import os
from pathlib import Path

from .errors import InputRejected
from .escaping import quoted
from .report import Problem, Report

_MEBIBYTE = 1024 * 1024
MAX_INLINE_BYTES = {
    "image": 6 * _MEBIBYTE,
    "video": 32 * _MEBIBYTE,
    "audio": 16 * _MEBIBYTE,
}
"""The most bytes of a file that RunComfy's own clients send inline, by kind."""


def inline(path: str | os.PathLike[str], *, media_type: str | None = None) -> str:
    """The file as ``data:<type>;base64,…``.

    Raises ``InputRejected`` for what is no regular file, no image, video or audio by its name
    (give ``media_type`` then), empty, or larger than the cap for its kind.
    """
    file = Path(path)
    kind = media_type or mimetypes.guess_type(file.name)[0] or ""
    cap = MAX_INLINE_BYTES.get(kind.partition("/")[0])
    if cap is None:
        raise _rejected(
            file, "is no image, video or audio by its name: give media_type=…"
        )
    return f"data:{kind};base64,{base64.b64encode(_content(file, cap)).decode()}"


def _content(file: Path, cap: int) -> bytes:
    if not file.is_file():
        raise _rejected(file, "is no file" if file.exists() else "does not exist")
    try:
        with file.open("rb") as opened:
            content = opened.read(cap + 1)
    except OSError as error:
        raise _rejected(file, f"cannot be read: {error.strerror}") from None
    if not content:
        raise _rejected(file, "is empty")
    if len(content) > cap:
        raise _rejected(
            file,
            f"is larger than {cap // _MEBIBYTE} MiB: host it, and give its https URL",
        )
    return content


def _rejected(file: Path, why: str) -> InputRejected:
    problem = Problem(
        pointer="", code="invalid", message=f"{quoted(str(file), 200)} {why}"
    )
    return InputRejected(Report((problem,)))
