"""A local file as a data URI, for fields whose description says that they take one.

The published pages promise hosted HTTPS URLs only; RunComfy's own nodes send data URIs, within
these sizes. Therefore a file is never inlined automatically.
"""

from __future__ import annotations

import base64
import mimetypes
import os
from pathlib import Path

from .errors import InputRejected
from .escaping import quoted
from .media.format_table import BY_EXTENSION, KINDS
from .report import Problem, Report

_MEBIBYTE = 1024 * 1024


def inline(path: str | os.PathLike[str], *, media_type: str | None = None) -> str:
    """The file as ``data:<type>;base64,…``.

    Raises ``InputRejected`` if it is not a regular file, is empty, is larger than the limit of
    its kind, or its name does not say that it is an image, a video or audio. In the last case,
    give ``media_type``.
    """
    file = Path(path)
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


def _media_type(file: Path) -> str:
    """The media type by the name of a file; empty if the name does not say it."""
    guess, _ = mimetypes.guess_type(file.name)
    row = BY_EXTENSION.get(file.suffix[1:].lower())
    return guess or (row.media_type if row else "")


def _content(file: Path, limit: int) -> bytes:
    if not file.is_file():
        raise _rejected(file, "is not a file" if file.exists() else "does not exist")
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


def _rejected(file: Path, why: str) -> InputRejected:
    problem = Problem(
        pointer="", code="invalid", message=f"{quoted(str(file), 200)} {why}"
    )
    return InputRejected(Report((problem,)))
