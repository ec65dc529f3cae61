"""The media that a payload names: where, by which rules, and what each text refers to."""

from __future__ import annotations

import os
import re
from binascii import a2b_base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, cast
from urllib.parse import unquote_to_bytes

from ..escaping import printable
from ..limits.compiled import (
    CompiledLimits,
    FileRule,
    FilesTogether,
    files_at,
    metrics_of,
)
from ..metrics_and_operators import METRICS
from ..rule import Rule
from .errors import MediaError, MediaFault, MediaUnknown
from .format_table import BY_EXTENSION
from .parser import drive
from .prober import MediaSource, memory_reader
from .sniff import parse_media

_Checks: TypeAlias = list[FileRule | FilesTogether]


@dataclass(frozen=True, slots=True)
class MediaReference:
    """A string or local file in a payload with media rules or limits, and those."""

    pointer: str
    source: str | Path
    rules: tuple[Rule, ...]
    limits: tuple[FileRule | FilesTogether, ...] = ()

    @property
    def thorough(self) -> bool:
        """Whether a rule or a limit may need the whole file to be read."""
        names = [rule.expression.names for rule in self.rules if rule.expression]
        names += map(metrics_of, self.limits)
        return any(
            METRICS[name].needs_whole_file for metrics in names for name in metrics
        )

    @property
    def kind(self) -> str:
        """The required kind of media; empty if it is not known, or the rules disagree.

        Limits say nothing about it.
        """
        kinds = {rule.kind for rule in self.rules}
        return kinds.pop() if len(kinds) == 1 else ""


def media_references(
    rules: Iterable[Rule],
    payload: Mapping[str, Any],
    limits: CompiledLimits | None = None,
) -> tuple[MediaReference, ...]:
    """Every string or local file in a payload with media rules or limits, in their order."""
    grouped: dict[tuple[str, str | Path], tuple[list[Rule], _Checks]] = {}
    for rule in rules:
        for reference in _files(payload, rule.pointer.split("/")[1:], ""):
            grouped.setdefault(reference, ([], []))[0].append(rule)
    checks: _Checks = [*limits.files, *limits.sums] if limits is not None else []
    for check in checks:
        for steps in check.fields:
            for reference in files_at(payload, steps):
                grouped.setdefault(reference, ([], []))[1].append(check)
    return tuple(
        MediaReference(*reference, tuple(own), tuple(stated))
        for reference, (own, stated) in grouped.items()
    )


def _files(
    value: Any, tokens: list[str], pointer: str
) -> Iterator[tuple[str, str | Path]]:
    """Every string or path at a pointer in which ``*`` means all items or all members."""
    if not tokens:
        if isinstance(value, (str, Path)):
            yield pointer, value
        return
    step, *rest = tokens
    for name, inner in _children(value, step):
        yield from _files(inner, rest, f"{pointer}/{name}")


def _children(value: Any, step: str) -> Iterator[tuple[int | str, Any]]:
    """The values at a step, each with its own step."""
    if isinstance(value, Mapping):
        for name, member in cast(Mapping[object, Any], value).items():
            token = str(name).replace("~", "~0").replace("/", "~1")
            if step in ("*", token):
                yield token, member
    elif step == "*" and isinstance(value, (list, tuple)):
        yield from enumerate(cast(Sequence[Any], value))


# What the string of a media field refers to, and whether a server can read it.


_LOCAL_SCHEMES = frozenset(
    {"about", "blob", "chrome", "file", "javascript", "vbscript"}
)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+(?=:)")
_PATH = re.compile(r"~?/(?!/)|\.{1,2}[/\\]|[A-Za-z]:[/\\]|\\\\")
_EXTENSIONS = "|".join((*BY_EXTENSION, "svg"))
_NAME = re.compile(
    rf"(?:[^/.\s]+/(?:[^\s]*/)?)?[^/:]+\.(?:{_EXTENSIONS})", re.IGNORECASE
)
_CONTENT = re.compile(r"[A-Za-z0-9+/_=\s-]{64,}")
"""Possibly bare base64, without ``data:``: some servers accept it. A JPEG begins with ``/``."""


def resolve_source(text: str | Path, folder: Path | None = None) -> MediaSource:
    """What to measure for a string: a URL, or, with a folder, also a path in it.

    A ``Path`` is itself. Raises ``MediaError`` (``UNREADABLE``) if no server can read a string.
    """
    if isinstance(text, Path):
        return text
    if not text.strip():
        raise _unreadable("the text is empty")
    if folder is not None and _is_path(text, folder):
        return folder / text
    scheme = _SCHEME.match(text)
    if scheme is not None and scheme[0].lower() in _LOCAL_SCHEMES:
        raise _unreadable(f"{scheme[0].lower()}: is not visible to a server")
    if scheme is None and _names_a_file(text):
        raise _unreadable(f"{printable(text, 100)!r} names a file on this machine")
    return text


def is_certain(text: str | Path, error: MediaError) -> bool:
    """Whether an error certainly holds for every server, and not only for this client.

    A remote server may answer other clients differently.
    """
    if isinstance(text, str) and _is_remote(text):
        return False
    if error.fault is not MediaFault.UNREADABLE and not error.fault.conclusive:
        return False
    if isinstance(text, Path):
        return True
    return not (_is_data(text) and readable_by_lenient_decoder(text))


def _is_path(text: str, folder: Path) -> bool:
    """Whether a string is a path, given that paths in this folder are allowed."""
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
    """Whether a string without a scheme is a local path, not a host with a path."""
    if _CONTENT.fullmatch(text):
        return False
    return bool(_PATH.match(text) or (len(text) < 512 and _NAME.fullmatch(text)))


def _unreadable(reason: str) -> MediaError:
    return MediaError(
        f"{reason}: give an https URL, or the content with inline(path)",
        MediaFault.UNREADABLE,
    )


# Whether lenient decoders could read an invalid ``data:`` URI.


_MAX_DECODED = 64 << 10
_NO_DIGIT = re.compile(rb"[^A-Za-z0-9+/]")
_STANDARD = bytes.maketrans(b"-_", b"+/")


def readable_by_lenient_decoder(uri: str) -> bool:
    """Whether media are recognised in it if invalid characters are skipped.

    Many base64 decoders skip them, such as Python's and Node's. Some decode everything after
    the comma as base64, regardless of the media type before it.
    """
    comma = uri.find(",")
    if comma < 0:
        return False
    piece = uri[comma + 1 : comma + 1 + _MAX_DECODED].encode("utf-8", "replace")
    content = unquote_to_bytes(piece)
    digits = _NO_DIGIT.sub(b"", content.translate(_STANDARD))
    decoded = a2b_base64(digits[: len(digits) // 4 * 4])
    whole = len(uri) <= comma + 1 + _MAX_DECODED
    if _is_recognised(decoded, whole):
        return True
    declared = ";base64" in uri[: min(comma, _MAX_DECODED)].lower()
    return not declared and _is_recognised(content, whole)


def _is_recognised(content: bytes, whole: bool) -> bool:
    """Whether this begins like a known format that some decoder may read."""
    read, size = memory_reader(content)
    try:
        drive(parse_media(size if whole else None, thorough=False), read)
    except MediaUnknown:
        return False
    except MediaError as error:
        return not error.fault.conclusive
    return True
