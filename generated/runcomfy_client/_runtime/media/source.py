"""What a text in a media field names, and whether anybody could read that."""

from __future__ import annotations

import os
import re
from pathlib import Path

from ..quotation import printable
from .errors import MediaError
from .fault import MediaFault
from .lenient import readable_somehow
from .prober import MediaSource

_HERE_ONLY = frozenset({"about", "blob", "chrome", "file", "javascript", "vbscript"})
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+(?=:)")
_PATH = re.compile(r"~?/(?!/)|\.{1,2}[/\\]|[A-Za-z]:[/\\]|\\\\")
_NAME = re.compile(
    r"(?:[^/.\s]+/(?:[^\s]*/)?)?[^/:]+\.(?:jpe?g|png|gif|webp|avif|hei[cf]|bmp|tiff?|svg"
    r"|mp4|m4v|mov|webm|mkv|avi|mp3|wav|flac|ogg|opus|m4a|aac)",
    re.IGNORECASE,
)
_CONTENT = re.compile(r"[A-Za-z0-9+/_=\s-]{64,}")
"""What may be bare base64, without ``data:``: some servers take it. A JPEG begins with ``/``."""


def source_of(text: str, folder: Path | None = None) -> MediaSource:
    """What to measure for a text: a URL, or with a folder also a path in it.

    Raises ``MediaError`` (``UNREADABLE``) for what no server can read.
    """
    if not text.strip():
        raise _unreadable("the text is empty")
    if folder is not None and _is_path(text, folder):
        return folder / text
    scheme = _SCHEME.match(text)
    if scheme is not None and scheme[0].lower() in _HERE_ONLY:
        raise _unreadable(f"{scheme[0].lower()}: leads to nothing that a server sees")
    if scheme is None and _names_a_file(text):
        raise _unreadable(f"{printable(text, 100)!r} names a file on this machine")
    return text


def certain(text: str, error: MediaError) -> bool:
    """Whether an error tells of what a text names, and not of us: nobody could use it.

    What a remote server answers us may be meant for us alone.
    """
    if _is_remote(text):
        return False
    if error.fault is not MediaFault.UNREADABLE and not error.fault.conclusive:
        return False
    return not (_is_data(text) and readable_somehow(text))


def _is_path(text: str, folder: Path) -> bool:
    """Whether a text is a path in a folder where it may be one."""
    if _is_data(text) or _is_remote(text) or "://" in text[:16]:
        return False
    # Path.exists raises on names that are too long
    there = os.path.exists(folder / text)  # noqa: PTH110
    return there or not _CONTENT.fullmatch(text)


def _is_remote(text: str) -> bool:
    return text[:6].lower().startswith(("https:", "http:"))


def _is_data(text: str) -> bool:
    return text[:5].lower() == "data:"


def _names_a_file(text: str) -> bool:
    """Whether a text without a scheme is a path here, and no host with a path on it."""
    if _CONTENT.fullmatch(text):
        return False
    return bool(_PATH.match(text) or (len(text) < 512 and _NAME.fullmatch(text)))


def _unreadable(reason: str) -> MediaError:
    return MediaError(
        f"{reason}: give an https URL, or the content with inline(path)",
        MediaFault.UNREADABLE,
    )
