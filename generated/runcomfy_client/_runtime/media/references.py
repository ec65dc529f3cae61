"""The media that a payload names: where, by which rules, and what each text refers to."""

from __future__ import annotations

import os
import re
from binascii import a2b_base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote_to_bytes

from ..escaping import printable
from ..metrics_and_operators import METRICS
from ..rule import Rule
from .errors import MediaError, MediaFault, MediaUnknown
from .format_table import BY_EXTENSION
from .parser import drive
from .prober import MediaSource, memory_reader
from .sniff import parse_media


@dataclass(frozen=True, slots=True)
class MediaReference:
    """One text in a payload that rules speak of, and those rules."""

    pointer: str
    source: str
    rules: tuple[Rule, ...]

    @property
    def thorough(self) -> bool:
        """Whether a rule asks for what only reading the whole file can tell."""
        names = (rule.expression.names for rule in self.rules if rule.expression)
        return any(METRICS[name].needs_whole_file for each in names for name in each)

    @property
    def kind(self) -> str:
        """What the media must be; empty if that is not known, or the rules disagree."""
        kinds = {rule.kind for rule in self.rules}
        return kinds.pop() if len(kinds) == 1 else ""


def media_references(
    rules: Iterable[Rule], payload: Mapping[str, Any]
) -> tuple[MediaReference, ...]:
    """Every text in a payload that rules speak of, in the order of the rules."""
    grouped: dict[tuple[str, str], list[Rule]] = {}
    for rule in rules:
        for found in _texts(payload, rule.pointer.split("/")[1:], ""):
            grouped.setdefault(found, []).append(rule)
    return tuple(
        MediaReference(*found, tuple(group)) for found, group in grouped.items()
    )


def _texts(value: Any, tokens: list[str], pointer: str) -> Iterator[tuple[str, str]]:
    """Every text at a pointer in which ``*`` stands for all items, or all members."""
    if not tokens:
        if isinstance(value, str):
            yield pointer, value
        return
    step, *rest = tokens
    for name, inner in _children(value, step):
        yield from _texts(inner, rest, f"{pointer}/{name}")


def _children(value: Any, step: str) -> Iterator[tuple[int | str, Any]]:
    """The values that a step leads to, each with its own step."""
    if isinstance(value, Mapping):
        for name, member in cast(Mapping[object, Any], value).items():
            here = str(name).replace("~", "~0").replace("/", "~1")
            if step in ("*", here):
                yield here, member
    elif step == "*" and isinstance(value, (list, tuple)):
        yield from enumerate(cast(Sequence[Any], value))


# What a text in a media field names, and whether anybody could read that.


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
"""What may be bare base64, without ``data:``: some servers take it. A JPEG begins with ``/``."""


def resolve_source(text: str, folder: Path | None = None) -> MediaSource:
    """What to measure for a text: a URL, or with a folder also a path in it.

    Raises ``MediaError`` (``UNREADABLE``) for what no server can read.
    """
    if not text.strip():
        raise _unreadable("the text is empty")
    if folder is not None and _is_path(text, folder):
        return folder / text
    scheme = _SCHEME.match(text)
    if scheme is not None and scheme[0].lower() in _LOCAL_SCHEMES:
        raise _unreadable(f"{scheme[0].lower()}: leads to nothing that a server sees")
    if scheme is None and _names_a_file(text):
        raise _unreadable(f"{printable(text, 100)!r} names a file on this machine")
    return text


def is_certain(text: str, error: MediaError) -> bool:
    """Whether an error tells of what a text names, and not of us: nobody could use it.

    What a remote server answers us may be meant for us alone.
    """
    if _is_remote(text):
        return False
    if error.fault is not MediaFault.UNREADABLE and not error.fault.conclusive:
        return False
    return not (_is_data(text) and readable_by_lenient_decoder(text))


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


# What the most forgiving reader makes of a ``data:`` URI that is written wrongly.


_LOOKED_AT = 64 << 10
_NO_DIGIT = re.compile(rb"[^A-Za-z0-9+/]")
_STANDARD = bytes.maketrans(b"-_", b"+/")


def readable_by_lenient_decoder(uri: str) -> bool:
    """Whether media are recognised in it if all that does not belong there is skipped.

    Readers of base64 do so: Python's own does, and Node's. Some take everything after the
    comma for base64, whatever stands in front of it.
    """
    comma = uri.find(",")
    if comma < 0:
        return False
    piece = uri[comma + 1 : comma + 1 + _LOOKED_AT].encode("utf-8", "replace")
    content = unquote_to_bytes(piece)
    digits = _NO_DIGIT.sub(b"", content.translate(_STANDARD))
    decoded = a2b_base64(digits[: len(digits) // 4 * 4])
    whole = len(uri) <= comma + 1 + _LOOKED_AT
    if _is_recognised(decoded, whole):
        return True
    declared = ";base64" in uri[: min(comma, _LOOKED_AT)].lower()
    return not declared and _is_recognised(content, whole)


def _is_recognised(content: bytes, whole: bool) -> bool:
    """Whether this begins like a known format that is not certain to be useless."""
    read, size = memory_reader(content)
    try:
        drive(parse_media(size if whole else None, thorough=False), read)
    except MediaUnknown:
        return False
    except MediaError as error:
        return not error.fault.conclusive
    return True
