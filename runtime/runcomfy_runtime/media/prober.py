"""Measuring a piece of media: kind, format, size, duration, from as few bytes as will do."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import BinaryIO, TypeAlias

from .drivers.data_uri import data_reader
from .drivers.file import OpenFile
from .drivers.memory import memory_reader
from .drivers.stream import OpenStream
from .errors import MediaError
from .fault import MediaFault
from .fetch.policy import DEFAULT_POLICY, FetchPolicy
from .info import Kind, MediaInfo
from .parser import drive
from .sniff import parse_media

MediaSource: TypeAlias = (
    "PathLike[str] | bytes | bytearray | memoryview | BinaryIO | str"
)
"""A path, some bytes, an open binary file, or, as a string, a ``data:`` or https URL."""


def probe(
    source: MediaSource,
    *,
    kind: Kind | None = None,
    thorough: bool | None = None,
    policy: FetchPolicy = DEFAULT_POLICY,
) -> MediaInfo:
    """Measure a piece of media.

    A string is a ``data:`` URI or an https URL and never a path: a text from somebody else
    must not open a file here. ``kind`` is what the media must be. ``thorough`` permits
    reading all of it for facts that no header states; by default that is so for content at
    hand, and not for URLs, which are fetched as ``policy`` allows.

    Raises ``MediaError``; ``MediaUnsupported``, a kind of it, for a format that is not read.
    """
    if isinstance(source, str) and not _is_data(source):
        from .fetch.client import fetch

        return _expect(kind, fetch(source, policy, thorough=bool(thorough)))
    info = _measure_local(source, thorough is not False)
    return info if kind is None else _expect(kind, info)


async def probe_async(
    source: MediaSource,
    *,
    kind: Kind | None = None,
    thorough: bool | None = None,
    policy: FetchPolicy = DEFAULT_POLICY,
) -> MediaInfo:
    """Do what ``probe`` does, without blocking the event loop."""
    import asyncio  # it takes longer to load than any probe takes to run

    if isinstance(source, str) and not _is_data(source):
        from .fetch.aio import fetch_async

        return _expect(kind, await fetch_async(source, policy, thorough=bool(thorough)))
    return _expect(
        kind, await asyncio.to_thread(_measure_local, source, thorough is not False)
    )


def _is_data(source: str) -> bool:
    return source[:5].lower() == "data:"


def _measure_local(source: MediaSource, thorough: bool) -> MediaInfo:
    if isinstance(
        source, Path
    ):  # the most frequent, and much quicker to tell than below
        opened: OpenFile | OpenStream = OpenFile(source)
    elif isinstance(source, str):
        read, size = data_reader(source)
        return drive(parse_media(size, thorough=thorough), read)
    elif isinstance(source, (bytes, bytearray, memoryview)):
        read, size = memory_reader(source)
        return drive(parse_media(size, thorough=thorough), read)
    else:
        opened = _open(source)
    try:
        return drive(parse_media(opened.size, thorough=thorough), opened.read)
    finally:
        opened.close()


def _open(source: PathLike[str] | BinaryIO) -> OpenFile | OpenStream:
    if isinstance(source, PathLike):
        return OpenFile(source)
    if not hasattr(source, "read"):
        name = type(source).__name__
        raise MediaError(
            f"a {name} is no media source: give a Path, bytes, a file opened in binary "
            "mode, or a data: or https URL",
            MediaFault.UNREADABLE,
        )
    return OpenStream(source)


def _expect(kind: Kind | None, info: MediaInfo) -> MediaInfo:
    if kind is not None and info.kind != kind:
        raise MediaError(
            f"this is {info.kind} ({info.format}) where {kind} belongs",
            MediaFault.WRONG_KIND,
        )
    return info
