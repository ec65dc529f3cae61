"""Saving all files of a result in a folder."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from ..errors import DownloadError
from ..files import File, files
from ..flow.pace import REQUEST_TIMEOUT
from ..flow.read import Overdue, read
from ..flow.step import Flow, Terms
from ..quotation import printable
from ..ticket import Ticket
from .fetch import SIZE_LIMIT, Gone, Limits, Progress, fetch
from .hosts import named
from .name import file_name


def saved(
    terms: Terms,
    ticket: Ticket,
    found: Sequence[File],
    folder: str | os.PathLike[str],
    hosts: str | Iterable[str],
    limit: int | None,
    progress: Progress | None,
) -> Flow[list[Path]]:
    """Save files as a caller asks for it, with our limits where the caller names none."""
    limits = Limits(named(hosts), SIZE_LIMIT if limit is None else limit)
    return save(terms, ticket, found, Path(folder), limits, progress)


def save(
    terms: Terms,
    ticket: Ticket,
    found: Sequence[File],
    folder: Path,
    limits: Limits,
    progress: Progress | None,
) -> Flow[list[Path]]:
    """Fetch each file, in order. One that is there already, from an earlier call, is kept."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DownloadError(f"{folder} cannot be made: {error}") from error
    saved: list[Path] = []
    for index, file in enumerate(found):
        target = folder / file_name(ticket.request_id, index, file)
        if not (target.is_file() and not target.is_symlink()):
            try:
                yield from fetch(terms, file.url, target, limits, progress)
            except Gone:
                url = yield from _fresh(terms, ticket, file)
                yield from _again(terms, url, target, limits, progress)
        saved.append(target)
    return saved


def _again(
    terms: Terms, url: str, target: Path, limits: Limits, progress: Progress | None
) -> Flow[Path]:
    try:
        return (yield from fetch(terms, url, target, limits, progress))
    except Gone:
        raise _gone(url) from None


def _fresh(terms: Terms, ticket: Ticket, file: File) -> Flow[str]:
    """The URL of the same file in a result that is read once more: signed URLs expire."""
    until = terms.now() + REQUEST_TIMEOUT
    try:
        reading = yield from read(
            terms, ticket, "reading the result", ticket.result_url, until
        )
    except Overdue:
        raise _gone(file.url) from None
    for renewed in files(reading.content.get("output")):
        if renewed.pointer == file.pointer:
            return renewed.url
    raise _gone(file.url)


def _gone(url: str) -> DownloadError:
    shown = url.partition("?")[0]
    return DownloadError(
        f"{printable(shown, 120)} is gone from the server, and so it was in a fresh result",
        url=shown,
    )
