"""Saving all files of a result in a folder, under names made here."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from ..errors import DownloadError
from ..escaping import printable
from ..files import File, result_files
from ..job_handle import JobHandle
from ..lifecycle.retried_get import DeadlineReached, classify_json, get_with_retries
from ..lifecycle.steps import Flow, FlowContext
from ..media.format_table import BY_EXTENSION, KINDS
from ..protocol import result_members
from ..retry_and_timeouts import REQUEST_TIMEOUT
from .fetch import SIZE_LIMIT, DownloadLimits, Expired, Progress, fetch_file
from .hosts import host_names


def save_files(
    context: FlowContext,
    handle: JobHandle,
    output_files: Sequence[File],
    folder: str | os.PathLike[str],
    hosts: str | Iterable[str],
    limit: int | None,
    progress: Progress | None,
) -> Flow[list[Path]]:
    """Download each file to the folder, in order. Files of an earlier call are kept.

    ``limit`` is the most bytes of one file; None is the default limit.
    """
    limits = DownloadLimits(host_names(hosts), SIZE_LIMIT if limit is None else limit)
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DownloadError(f"{folder} cannot be created: {error}") from error
    saved: list[Path] = []
    for index, file in enumerate(output_files):
        target = folder / file_name(handle.request_id, index, file)
        if not (target.is_file() and not target.is_symlink()):
            try:
                yield from fetch_file(context, file.url, target, limits, progress)
            except Expired:
                url = yield from _renewed_url(context, handle, file)
                yield from _fetch_renewed(context, url, target, limits, progress)
        saved.append(target)
    return saved


def _fetch_renewed(
    context: FlowContext,
    url: str,
    target: Path,
    limits: DownloadLimits,
    progress: Progress | None,
) -> Flow[Path]:
    try:
        return (yield from fetch_file(context, url, target, limits, progress))
    except Expired:
        raise _expired_error(url) from None


def _renewed_url(context: FlowContext, handle: JobHandle, file: File) -> Flow[str]:
    """The URL of the same file in a fresh result: signed URLs expire."""
    deadline = context.now() + REQUEST_TIMEOUT
    try:
        answer = yield from get_with_retries(
            *(context, handle, "reading the result", handle.result_url, deadline),
            classify_json,
        )
    except DeadlineReached:
        raise _expired_error(file.url) from None
    for renewed in result_files(result_members(answer.content)):
        if renewed.pointer == file.pointer:
            return renewed.url
    raise _expired_error(file.url)


def _expired_error(url: str) -> DownloadError:
    shown = url.partition("?")[0]
    return DownloadError(
        f"{printable(shown, 120)} is gone from the server, also with the URL of a fresh result",
        url=shown,
    )


# Names for downloaded files. The server chooses no part of them.


_OTHER_EXTENSIONS = frozenset(("glb", "obj", "ply", "zip", "json", "txt"))


def file_name(request_id: str, index: int, file: File) -> str:
    """``<request id>-<n>.<extension>``, with a checked id and an extension from a fixed list."""
    return f"{request_id}-{index + 1}.{extension(file)}"


def extension(file: File) -> str:
    """The extension in the URL's path if it is known, else the usual one of the kind of file."""
    ending = _path(file.url).rpartition(".")[2].lower()
    if ending in BY_EXTENSION or ending in _OTHER_EXTENSIONS:
        return ending
    return "bin" if file.kind == "other" else KINDS[file.kind].extension


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""
